"""`understudy desktop`: the program in the menu of the system."""

from __future__ import annotations

import click

from understudy.cli.options import with_settings
from understudy.desktop import menu
from understudy.settings import Settings


@click.group()
def desktop() -> None:
    """Put the program into the menu of the system, or take it out."""


@desktop.command()
@with_settings("home")
def install(settings: Settings) -> None:
    """Add an entry that opens a window on this data folder."""
    for path in menu.install(menu.entry(settings.home)):
        click.echo(f"Wrote {path}")


@desktop.command()
@with_settings("home")
def uninstall(settings: Settings) -> None:
    """Remove the entry; nothing that you wrote or taught is touched."""
    removed = menu.uninstall(menu.entry(settings.home))
    for path in removed:
        click.echo(f"Removed {path}")
    if not removed:
        click.echo("There is no menu entry.")

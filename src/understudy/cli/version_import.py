"""`understudy versions import`: an adapter that was made elsewhere, as a version here."""

from __future__ import annotations

from pathlib import Path

import click

from understudy.cli.options import MODEL, opened, printable, with_settings
from understudy.settings import Settings


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@with_settings(*MODEL)
def import_(settings: Settings, folder: Path) -> None:
    """Make a version of FOLDER: an adapter as PEFT writes it, or a Space that was built, whose lessons wait for you."""
    from understudy.playground.version_import import import_version

    with opened(settings) as playground:
        _, sentence = import_version(playground.store, playground.casting, folder)
    click.echo(printable(sentence))

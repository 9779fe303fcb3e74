"""`understudy own`: who has an understudy of their own; switching one, and forgetting it."""

from __future__ import annotations

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.errors import InputError
from understudy.settings import Settings


@click.command()
@click.argument("name", required=False)
@click.option("--on/--off", "active", default=None, help="Whether what they correct teaches theirs, or everyone's.")
@click.option("--remove", is_flag=True, help="Forget all that only theirs was taught; what is everyone's stays.")
@with_settings("home", "base_model")
def own(settings: Settings, name: str | None, active: bool | None, remove: bool) -> None:
    """List who has an understudy of their own, or switch NAME's. `teach`, `train`, `ask`, `versions` take --person."""
    if name is None and (remove or active is not None):
        raise InputError("Say whose understudy: understudy own NAME --on")
    if remove and active is not None:
        raise InputError("--remove forgets it; leave --on and --off away.")
    with opened(settings) as playground:
        understudies = playground.store.understudies
        if name and remove:
            click.echo(playground.own.remove(name))
        elif name and active is not None:
            understudies.set_active(name, active)
        for found in understudies.list() if not remove else ():
            if name in (None, found.person):
                click.echo(printable(f"{found.person}: {'on' if found.active else 'off'}"))

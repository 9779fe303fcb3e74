"""`understudy db`: look at, copy, restore and check the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import with_settings
from understudy.errors import NotFoundError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.store import Store


@click.group()
def db() -> None:
    """Look at, back up, restore and check the database."""


@db.command()
@with_settings("home")
def info(settings: Settings) -> None:
    """Where it is, how large, and what is in it."""
    with opened_store(settings) as store:
        facts = store.info()
    counts = facts.pop("counts")
    for name, value in {**facts, **(counts if isinstance(counts, dict) else {})}.items():
        click.echo(f"{name:14} {value}")


@db.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--adapters", is_flag=True, help="With the trained versions, as one archive.")
@with_settings("home")
def backup(settings: Settings, target: Path | None, adapters: bool) -> None:
    """Copy everything to TARGET, safely while the program runs; never overwrites a file."""
    from understudy.playground.backups import back_up

    with opened_store(settings) as store:
        moment = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        target = target or Path(f"understudy-{moment}.{'zip' if adapters else 'db'}")
        click.echo(f"Backed up to {back_up(store, target, adapters=adapters)}")


@db.command()
@click.argument("source", type=click.Path(path_type=Path))
@with_settings("home")
def restore(settings: Settings, source: Path) -> None:
    """Put the backup SOURCE in the place of the database; what was there is kept, and the way back is told."""
    from understudy.playground import backups

    restored = backups.restore(source, settings.database)
    click.echo(f"Restored {source} to {settings.database}.")
    if restored.missing:
        click.echo(f"Not here are the trained versions {', '.join(restored.missing)}: they cannot answer.")
    if restored.aside is not None and restored.aside.suffix == ".zip":
        click.echo(f"To undo: understudy db restore {restored.aside} --home {settings.home}")
    elif restored.aside is not None:
        click.echo(f"The damaged database was kept as {restored.aside}.")


@db.command()
@with_settings("home")
def check(settings: Settings) -> int:
    """Whether the database is whole; exit code 1 when it is not."""
    with opened_store(settings) as store:
        problems = store.check()
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{settings.database} is damaged. Restore the newest backup: understudy db restore FILE.", err=True)
    else:
        click.echo(f"{settings.database} is whole.")
    return int(bool(problems))


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The database of the data folder; raises NotFoundError rather than making an empty one."""
    from understudy.store import Store

    if not settings.database.exists():
        raise NotFoundError(f"There is no database at {settings.database}. Start `understudy` once, or check --home.")
    with Store.open(settings.database) as store:
        yield store

"""`understudy db`: look at, copy and check the database, while the program runs or not."""

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
    """Look at, back up and check the database."""


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
@with_settings("home")
def backup(settings: Settings, target: Path | None) -> None:
    """Copy everything to TARGET, safely while the program runs; never overwrites a file."""
    with opened_store(settings) as store:
        moment = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        click.echo(f"Backed up to {store.backup(target or Path(f'understudy-{moment}.db'))}")


@db.command()
@with_settings("home")
def check(settings: Settings) -> int:
    """Whether the database is whole; exit code 1 when it is not."""
    with opened_store(settings) as store:
        problems = store.check()
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(
            f"{settings.database} is damaged. Keep this file, and restore the newest backup beside it.", err=True
        )
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

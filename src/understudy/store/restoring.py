"""A database made what a backup is, in one transaction: a kill in the middle leaves what was there.

The backup is copied, brought up to date and looked at before anything else is touched; what is damaged, newer than this
program or not ours is refused. SQLite's own lock tells whether another process has the database open.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from understudy.errors import StoreError
from understudy.store.failures import explained, is_busy, primary_code
from understudy.store.merging import copied
from understudy.store.store import Store


def staged(backup: Path, folder: Path) -> Path:
    """A checked copy of `backup` in `folder`, brought up to date. Raises StoreError, with a sentence about `backup`."""
    target = folder / "staged.db"
    try:
        copied(backup, target)
        with Store.open(target) as store, Store.open(folder / "fresh.db") as fresh:
            fresh.merging.check_kind(store.merging)
            problems = store.check()
    except StoreError as error:
        raise StoreError(str(error).replace(str(target), str(backup))) from error
    if problems:
        raise StoreError(f"{backup} is damaged, so nothing was restored: {problems[0]} Choose another backup.")
    return target


def replace(database: Path, source: Path) -> None:
    """Make `database` hold what `source` holds. Raises StoreError when another process has it open."""
    with (
        explained(database),
        closing(sqlite3.connect(database, timeout=2, isolation_level=None)) as here,
        closing(sqlite3.connect(source)) as there,
    ):
        try:
            here.execute("PRAGMA locking_mode = EXCLUSIVE")
            here.execute("PRAGMA journal_mode = DELETE")  # whoever leaves WAL must be alone
            here.executescript("BEGIN EXCLUSIVE; COMMIT")  # and stays alone from here on
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise StoreError(
                    f"{database} is in use, so nothing was restored. Close Understudy, and its worker, then try again."
                ) from error
            raise
        there.backup(here)


def is_lost(error: StoreError) -> bool:
    """Whether the file that an error is about cannot be read as a database any more, rather than just now."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and primary_code(cause) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)

"""Opening a database file: is it ours, is it not newer than this program, and bring it up to date.

The checks come first and only read, so a file that is refused stays as it is, byte for byte. All pending steps run in
one transaction that other processes wait for: a kill in the middle leaves the earlier state whole.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from understudy.errors import StoreError
from understudy.store.connections import Connections
from understudy.store.failures import explained
from understudy.store.migrations import migrations

APPLICATION_ID = 0x554E4452
"""`UNDR`, in the header of the file: tells our databases from those of other programs."""

STRICT_SINCE = (3, 37, 0)


def upgrade(connections: Connections) -> None:
    """Check the file and run the steps it lacks. Raises `StoreError`."""
    if sqlite3.sqlite_version_info < STRICT_SINCE:
        raise StoreError(f"This Python has SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed. Update Python.")
    db = connections.mine()
    with explained(connections.path):
        connections.patiently(lambda: _check(db, connections))
        # Where WAL is not possible (some network drives) SQLite keeps its journal: slower, equally safe.
        connections.patiently(lambda: db.execute("PRAGMA journal_mode = WAL").fetchall())
    if not migrations.pending(db):
        return
    with connections.writing():
        _check(db, connections)  # another process may have been faster
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(db)


def number(db: Database) -> int:
    """How many steps the database has behind it."""
    return len(migrations.applied(db))


def _check(db: Database, connections: Connections) -> None:
    # The tables first: another process may be making the file just now, and the id is there as soon as they are.
    filled = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if filled and not ours:
        raise StoreError(
            f"{connections.path} is the database of another program. It was left as it is; move it away, or set"
            " UNDERSTUDY_HOME to another folder."
        )
    known = len(migrations.pending(db)) + number(db)
    newer = {step.name for step in migrations.applied(db)} - _names(db)
    if newer:
        raise StoreError(
            f"{connections.path} was written by a newer version of Understudy (step {sorted(newer)[-1]}, this program"
            f" knows {known - len(newer)}). It was left as it is; update the program."
        )


def _names(db: Database) -> set[str]:
    return {step.name for step in migrations._migrations}

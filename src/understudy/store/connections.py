"""Connections to one database file: one a thread, transactions that wait their turn, errors as sentences.

WAL lets everybody read while one writes. A write takes the write lock when it begins (BEGIN IMMEDIATE), because a
transaction that reads first and writes later cannot wait for others (its snapshot is stale by then). Threads of one
process queue at a lock of their own, so that only processes compete for SQLite's, which knows no queue.

synchronous=FULL: a commit returns when the disk has it, so a confirmed fact outlives a power cut and not only a kill.
It costs 0.17 ms a commit against 0.03 ms with NORMAL on an idle virtual SSD and 26 ms when others keep that disk busy
(measured), which a person's click can wait for. The text of a running answer, saved all the time, does not wait.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from understudy.errors import StoreError
from understudy.importing import without
from understudy.store.failures import explained, is_busy

with without("pandas"), without("numpy"):  # half of what a command takes to start, and an import's second process
    from sqlite_utils import Database

T = TypeVar("T")
Row = dict[str, Any]
Parameters = Sequence[object] | dict[str, Any]

PATIENCE_S = 30.0
"""How long a write waits for others before a person hears of it."""

LASTING, FLEETING = "FULL", "NORMAL"
"""SQLite's `synchronous` for what outlives a power cut and for what need only outlive a kill."""

_SET_UP = """
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
"""

_inherited: list[object] = []
"""Connections of a parent process, kept so that they are never closed here: closing would touch the parent's files."""


class _Connection(sqlite3.Connection):
    """Closes when its thread has ended, without a warning."""

    def __del__(self) -> None:
        self.close()


class Connections:
    """All connections of this process to the database at `path`."""

    def __init__(self, path: Path, patience: float = PATIENCE_S) -> None:
        self.path = path
        self.patience = patience
        self._closed = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._local = threading.local()
        self._open: weakref.WeakSet[Database] = weakref.WeakSet()
        self._opening = threading.Lock()
        self._turn = threading.RLock()

    def mine(self) -> Database:
        """The connection of the calling thread. SQLite's connections must not cross a fork, so a child has its own."""
        if self._process != os.getpid():
            _inherited.extend(self._open)
            self._start_afresh()
        if self._closed:
            raise StoreError(f"{self.path} is closed. Start the program again.")
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = self._connect()
            with self._opening:
                self._open.add(db)
        return db

    def _connect(self) -> Database:
        with explained(self.path):
            raw = sqlite3.connect(
                self.path,
                timeout=min(self.patience, 5.0),
                isolation_level=None,
                check_same_thread=False,  # `close` closes the connections of all threads
                factory=_Connection,
            )
            for statement in _SET_UP.strip().splitlines():
                raw.execute(statement)
            return Database(raw, execute_plugins=False)

    @contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[Database]:
        """One transaction: all of the block's writes are on the disk when it ends, or none is.

        What is not `lasting` outlives a kill but may be lost in a power cut; it does not wait for the disk. Inside
        another such block it joins that one: several facts are then written together or not at all.
        """
        db = self.mine()
        if db.conn.in_transaction:
            yield db
            return
        if not self._turn.acquire(timeout=self.patience):
            raise StoreError(f"{self.path} is busy with another write for too long. Wait a little and try again.")
        try:
            with explained(self.path):
                db.execute(f"PRAGMA synchronous = {LASTING if lasting else FLEETING}")
                self.patiently(lambda: db.execute("BEGIN IMMEDIATE"))
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    db.rollback()
                    raise
        finally:
            self._turn.release()

    @contextmanager
    def many(self) -> Iterator[None]:
        """For writes of many rows: 64 MiB of cache instead of two, because indexes are written all over."""
        self.mine().execute("PRAGMA cache_size = -65536")
        try:
            yield
        finally:
            self.mine().execute("PRAGMA cache_size = -2000")

    @contextmanager
    def trusting(self) -> Iterator[None]:
        """As `many`, for rows whose references were made together with them: they are not looked up again.

        That is an eighth of what writing them takes. Inside a transaction they are looked up all the same.
        """
        with self.many():
            self.mine().execute("PRAGMA foreign_keys = OFF")
            try:
                yield
            finally:
                self.mine().execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def without(self, triggers: Sequence[str]) -> Iterator[Database]:
        """A transaction in which these triggers are away, for a block that does their work for many rows at once.

        They are dropped and made again inside it: nobody else ever sees the store without them, and a kill in the
        middle leaves it as it was.
        """
        with self.writing() as db:
            sql = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks(triggers)})"
            found = self.rows(sql, triggers)
            for trigger in found:
                db.execute(f"DROP TRIGGER {trigger['name']}")
            yield db
            for trigger in found:
                db.execute(trigger["sql"])

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Every row of a query, as dictionaries; inside `writing`, with what it wrote so far."""
        db = self.mine()
        with explained(self.path):
            return self.patiently(lambda: list(db.query(sql, parameters)))

    def tuples(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """As `rows`, for many: a dictionary each costs more than reading it."""
        db = self.mine()
        with explained(self.path):
            return self.patiently(lambda: db.execute(sql, parameters).fetchall())

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def patiently(self, action: Callable[[], T]) -> T:
        """Try again while another process has the lock, for `patience` seconds at most."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return action()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(random.uniform(0.005, 0.05))  # apart from each other, so that somebody gets through

    def rewrite(self) -> None:
        """Write the file anew without what was deleted, and empty the WAL. Waits for readers as for writers."""
        db = self.mine()
        with self._turn, explained(self.path):
            self.patiently(lambda: db.execute("VACUUM"))
        self.settle()

    def settle(self) -> None:
        """Take what the WAL holds into the file and empty it: a row that was deleted is then in neither."""
        db = self.mine()
        with self._turn, explained(self.path):
            self.patiently(lambda: self._empty_wal(db))

    def _empty_wal(self, db: Database) -> None:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("database is locked")

    def close(self) -> None:
        """Close the connections of all threads; SQLite tidies its side files away with the last one."""
        with self._turn:
            self._closed = True
            with self._opening:
                for db in list(self._open):
                    db.close()


def marks(values: Sequence[object]) -> str:
    """`?,?,?`: one placeholder a value."""
    return ",".join("?" * len(values))

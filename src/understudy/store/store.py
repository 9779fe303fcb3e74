"""The store: one SQLite file, opened, brought up to date and cleared of what a crash left unfinished."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from understudy.errors import StoreError
from understudy.store import ids, schema
from understudy.store.acts import Acts
from understudy.store.arrivals import Arrivals
from understudy.store.balances import Balances
from understudy.store.batches import Batches
from understudy.store.belongings import Belongings
from understudy.store.completions import Completions
from understudy.store.connections import PATIENCE_S, Connections
from understudy.store.conversations import Conversations
from understudy.store.corrections import Corrections
from understudy.store.counts import Counts
from understudy.store.departures import Departures
from understudy.store.embeddings import Embeddings
from understudy.store.erasure import Erasure
from understudy.store.explorations import Explorations
from understudy.store.exports import Exports
from understudy.store.failures import explained
from understudy.store.forms import Forms
from understudy.store.golden import GoldenSets
from understudy.store.holdings import Holdings
from understudy.store.imports import Imports
from understudy.store.items import Items
from understudy.store.jobs import Jobs
from understudy.store.meanings import Meanings
from understudy.store.merging import Merging
from understudy.store.models import Models
from understudy.store.moments import seconds_since
from understudy.store.opinions import Opinions
from understudy.store.outbox import Outbox
from understudy.store.people import People
from understudy.store.preferences import Preferences
from understudy.store.pushes import Pushes
from understudy.store.ratings import Ratings
from understudy.store.recalls import Recalls
from understudy.store.replaying import Replaying
from understudy.store.runs import Runs
from understudy.store.sessions import Sessions
from understudy.store.signals import Signals
from understudy.store.turns import Turns
from understudy.store.understudies import Understudies
from understudy.store.versions import Versions
from understudy.store.views import Views
from understudy.store.wordings import Wordings

_TABLES = (
    "conversations",
    "turns",
    "completions",
    "ratings",
    "corrections",
    "preferences",
    "models",
    "versions",
    "champions",
    "runs",
    "verdicts",
    "exports",
    "pushes",
    "imports",
    "batches",
    "jobs",
    "golden_sets",
    "golden_answers",
    "comparisons",
)


class Store:
    """Safe to use from any thread, and from many processes on one file. Open it with `Store.open`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.path = connections.path
        self.conversations = Conversations(connections)
        self.holdings = Holdings(connections)
        self.turns = Turns(connections)
        self.completions = Completions(connections)
        self.ratings = Ratings(connections)
        self.corrections = Corrections(connections)
        self.preferences = Preferences(connections)
        self.models = Models(connections)
        self.versions = Versions(connections)
        self.runs = Runs(connections)
        self.understudies = Understudies(connections, self.runs, self.versions)
        self.recalls = Recalls(connections)
        self.embeddings = Embeddings(connections)
        self.imports = Imports(connections)
        self.batches = Batches(connections)
        self.arrivals = Arrivals(connections)
        self.departures = Departures(connections)
        self.exports = Exports(connections)
        self.pushes = Pushes(connections)
        self.merging = Merging(connections)
        self.outbox = Outbox(connections)
        self.replaying = Replaying(connections)
        self.jobs = Jobs(connections)
        self.golden = GoldenSets(connections)
        self.signals = Signals(connections)
        self.forms = Forms(connections)
        self.items = Items(connections)
        self.opinions = Opinions(connections)
        self.acts = Acts(connections, self.items, self.corrections)
        self.views = Views(connections)
        self.meanings = Meanings(connections)
        self.counts = Counts(connections)
        self.explorations = Explorations(connections)
        self.balances = Balances(connections)
        self.wordings = Wordings(connections)
        self.people = People(connections)
        self.sessions = Sessions(connections)
        self.belongings = Belongings(connections)
        self.erasure = Erasure(connections, self.conversations, self.corrections, self.preferences)

    @classmethod
    def open(cls, path: Path, patience: float = PATIENCE_S) -> Self:
        """Open the database file at `path`, made with its folder where there is none. Raises `StoreError`.

        A write waits `patience` seconds for other processes before it fails.
        """
        path = Path(path).expanduser().absolute()
        _ensure_folder(path)
        _ensure_private(path)
        connections = Connections(path, patience)
        try:
            schema.upgrade(connections)
            store = cls(connections)
            store._continue_ids()
            store.completions.interrupt_orphans()
        except BaseException:
            connections.close()
            raise
        return store

    def close(self) -> None:
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Everything that is added in the block is on the disk when it ends, or nothing is."""
        with self._connections.writing():
            yield

    @contextmanager
    def filling(self) -> Iterator[None]:
        """For a block that writes nothing but `arrivals` and their batch, in some transactions, as fast as can be."""
        with self._connections.trusting():
            yield

    def feedback_counts(self) -> dict[str, int]:
        """How much people said: conversations in the list, facts that stand (not taken back)."""
        row = self._connections.row("""
            SELECT (SELECT count(*) FROM conversations WHERE deleted IS NULL) AS conversations,
                   (SELECT count(*) FROM ratings AS r WHERE label IS NOT NULL
                    AND id = (SELECT max(id) FROM ratings WHERE completion = r.completion AND author = r.author)
                   ) AS ratings,
                   (SELECT count(*) FROM corrections AS c WHERE NOT withdrawn
                    AND id = (SELECT max(id) FROM corrections WHERE completion = c.completion)) AS corrections,
                   (SELECT count(DISTINCT vote) FROM preferences AS p WHERE verdict <> 'withdrawn'
                    AND vote = (SELECT max(vote) FROM preferences WHERE turn = p.turn)) AS preferences
        """)
        return dict(row or {})

    def seconds_since_feedback(self, person: str = "") -> float:
        """How long ago an understudy was last given a correction, vote or rating; infinite when it never was."""
        row = self._connections.row(
            """
            SELECT max(created) AS newest FROM (
                SELECT max(created) AS created FROM corrections WHERE person = ?1
                UNION ALL SELECT max(created) FROM ratings WHERE person = ?1
                UNION ALL SELECT max(created) FROM preferences WHERE person = ?1)
        """,
            [person],
        )
        newest = (row or {}).get("newest")
        return seconds_since(newest) if newest else math.inf

    def info(self) -> dict[str, object]:
        """path, bytes (with side files), schema (steps), counts by table, sqlite (its version)."""
        sides = (self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm")))
        counts = {t: (self._connections.row(f"SELECT count(*) AS n FROM {t}") or {})["n"] for t in _TABLES}
        return {
            "path": str(self.path),
            "bytes": sum(side.stat().st_size for side in sides if side.exists()),
            "schema": schema.number(self._connections.mine()),
            "counts": counts,
            "sqlite": sqlite3.sqlite_version,
        }

    def check(self) -> list[str]:
        """What is wrong with the file, a sentence each; empty when it is whole."""
        problems = []
        for row in self._connections.rows("PRAGMA integrity_check"):
            if row["integrity_check"] != "ok":
                problems.append(f"Integrity: {row['integrity_check']}")
        for row in self._connections.rows("PRAGMA foreign_key_check"):
            problems.append(f"Row {row['rowid']} of {row['table']} refers to a missing row of {row['parent']}.")
        try:
            with self._connections.writing() as db:
                db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        except StoreError as error:
            problems.append(f"Search index: {error}")
        return problems

    def backup(self, target: Path) -> Path:
        """A copy of everything, taken while others write. Never overwrites, and is there whole or not at all."""
        target = Path(target).expanduser().absolute()
        if target.exists():
            raise StoreError(f"{target} exists already and was left as it is. Choose another name for the backup.")
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        _ensure_folder(target)
        try:
            self._copy(part)
            os.link(part, target)  # unlike a rename, this refuses a file that appeared meanwhile
        except OSError as error:
            raise StoreError(f"The backup {target} could not be written ({error}). Choose another place.") from error
        finally:
            part.unlink(missing_ok=True)
        return target

    def _copy(self, part: Path) -> None:
        _ensure_private(part)
        with explained(part):
            copy = sqlite3.connect(part, isolation_level=None)
            try:
                self._connections.mine().conn.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files to forget
            finally:
                copy.close()

    def _continue_ids(self) -> None:
        for table in (
            "ratings",
            "corrections",
            "preferences",
            "completions",
            "champions",
            "runs",
            "continuations",
            "jobs",
            "comparisons",
        ):
            row = self._connections.row(f"SELECT max(id) AS id FROM {table}")
            if row and row["id"]:
                ids.continue_after(row["id"])


def _ensure_private(path: Path) -> None:
    """A file that is made now is its person's alone, where the system knows that; SQLite's side files follow it.

    What cannot be made SQLite tells in a moment.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _ensure_folder(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder, but a database file is needed. Name a file inside it.")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} cannot be made ({error.strerror}). Check its permissions, or set"
            " UNDERSTUDY_HOME to another folder."
        ) from error

"""Training runs: a row before anything happens, claimed by one process, finished exactly once.

A run is claimed by whoever comes first, the app's own trainer or `understudy worker`; its `writer` says who, and its
heartbeat that it still works. A run whose writer died goes back into the queue: its checkpoint lies on disk.

A run is of one understudy, everyone's (`person` "") or one person's. After each run of a person comes everyone's, if
it waits, and after each of everyone's a person's, the one that waits longest: neither starves the other.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from understudy.errors import NotFoundError
from understudy.store import writer
from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept, to_json

RunState = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]
Wish = Literal["", "pause", "cancel"]

LEASE_S = 60.0
"""A writer on another host whose heartbeat is older than this has lost its run."""


@dataclass(frozen=True, slots=True)
class Run:
    """`parent` is the version it trains on from (0 = fresh), `trigger` what started it, in words.

    `snapshot` are the ids of the facts it learns from, by kind; `recipe` the hyperparameters; `report` the gate's
    numbers; `sentence` how it ended, for a person; `wanted` what a person asked of it; `progress` 0 to 1;
    `person` whose understudy learns, "" everyone's.
    """

    id: str
    model: str
    parent: int
    trigger: str
    state: RunState
    wanted: Wish
    phase: str
    progress: float
    seconds_left: float | None
    recipe: dict[str, Any]
    snapshot: dict[str, Any]
    sentence: str
    report: dict[str, Any]
    version: int | None
    writer: str
    heartbeat: str
    created: str
    started: str | None
    finished: str | None
    person: str = ""


class Runs:
    """Reached as `store.runs`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        model: str,
        parent: int,
        trigger: str,
        recipe: Mapping[str, Any],
        snapshot: Mapping[str, Any],
        person: str = "",
    ) -> Run:
        """A queued run."""
        row = {
            "id": new_id(),
            "model": checked(model, "name of the model", empty=False, most=200),
            "parent": parent,
            "trigger": checked(trigger, "trigger", most=1_000),
            "state": "queued",
            "recipe": to_json(dict(recipe), "recipe"),
            "snapshot": to_json(dict(snapshot), "snapshot"),
            "created": now(),
            "person": checked(person, "name", most=200),
        }
        with self._connections.writing() as db:
            db.table("runs").insert(row)
        return self.get(str(row["id"]))

    def get(self, run: str) -> Run:
        """Raises `NotFoundError`."""
        row = self._connections.row("SELECT * FROM runs WHERE id = ?", [run])
        if row is None:
            raise NotFoundError(f"There is no training run {run}. Reload the page.")
        return _run(row)

    def list(self, model: str | None = None, limit: int = 100, person: str | None = None) -> builtins.list[Run]:
        """Newest first; of one model and of one understudy, or of all."""
        rows = self._connections.rows(
            "SELECT * FROM runs WHERE (?1 IS NULL OR model = ?1) AND (?3 IS NULL OR person = ?3)"
            " ORDER BY id DESC LIMIT ?2",
            [model, limit, person],
        )
        return [_run(row) for row in rows]

    def open(self, model: str | None = None, person: str | None = None) -> builtins.list[Run]:
        """Runs that are queued, running or paused, oldest first; of one model and of one understudy, or of all."""
        rows = self._connections.rows(
            "SELECT * FROM runs WHERE finished IS NULL AND (?1 IS NULL OR model = ?1)"
            " AND (?2 IS NULL OR person = ?2) ORDER BY id",
            [model, person],
        )
        return [_run(row) for row in rows]

    def last(self, model: str, person: str = "") -> Run | None:
        """The newest run of an understudy that has ended, however it did."""
        row = self._connections.row(
            "SELECT * FROM runs WHERE finished IS NOT NULL AND model = ? AND person = ? ORDER BY id DESC LIMIT 1",
            [model, person],
        )
        return _run(row) if row else None

    def claim(self, run: str | None = None) -> Run | None:
        """Take the queued run whose turn it is (or this one) for the calling process; None when there is none to take.

        A run at a provider is taken by its id alone, by who watches its job.
        """
        with self._connections.writing() as db:
            row = self._connections.row(
                """SELECT id FROM runs WHERE state = 'queued' AND (id = ?1 OR
                   (?1 IS NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.run = runs.id)))
                   ORDER BY (person = '') = (SELECT coalesce((SELECT person = '' FROM runs WHERE started IS NOT NULL
                                                              ORDER BY started DESC LIMIT 1), 0)), id LIMIT 1""",
                [run],
            )
            if row is None:
                return None
            moment = now()
            db.execute(
                "UPDATE runs SET state = 'running', writer = ?, heartbeat = ?, started = coalesce(started, ?)"
                " WHERE id = ?",
                [writer.this_writer(), moment, moment, row["id"]],
            )
        return self.get(row["id"])

    def set_recipe(self, run: str, recipe: Mapping[str, Any]) -> None:
        """The hyperparameters it trains with, known once its model is loaded."""
        with self._connections.writing() as db:
            values = [to_json(dict(recipe), "recipe"), run]
            db.execute("UPDATE runs SET recipe = ? WHERE id = ? AND finished IS NULL", values)

    def begin_anew(self, run: str, snapshot: Mapping[str, Any]) -> Run:
        """The run trains from the base after all, on these facts: the version it was to go on from cannot be used."""
        with self._connections.writing() as db:
            values = [to_json(dict(snapshot), "snapshot"), run]
            db.execute("UPDATE runs SET parent = 0, snapshot = ? WHERE id = ? AND finished IS NULL", values)
        return self.get(run)

    def beat(
        self, run: str, phase: str, progress: float, seconds_left: float | None = None, state: RunState = "running"
    ) -> Wish:
        """Say that the run still works and how far it is; returns what a person asked of it meanwhile."""
        with self._connections.writing(lasting=False) as db:
            db.execute(
                "UPDATE runs SET phase = ?, progress = ?, seconds_left = ?, state = ?, heartbeat = ?"
                " WHERE id = ? AND finished IS NULL",
                [phase, progress, seconds_left, state, now(), run],
            )
        return self.get(run).wanted

    def wish(self, run: str, wanted: Wish) -> None:
        """Ask a run to pause, to stop, or with "" to go on. A queued run is cancelled at once."""
        found = self.get(run)
        if found.finished is not None:
            return
        if wanted == "cancel" and found.state == "queued":
            self.finish(run, "cancelled", "Cancelled before it began.")
            return
        with self._connections.writing() as db:
            db.execute("UPDATE runs SET wanted = ? WHERE id = ? AND finished IS NULL", [wanted, run])

    def finish(
        self,
        run: str,
        state: RunState,
        sentence: str,
        report: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> None:
        """The run has ended, with the sentence that says how."""
        with self._connections.writing() as db:
            db.execute(
                "UPDATE runs SET state = ?, sentence = ?, report = ?, version = ?, progress = ?, seconds_left = NULL,"
                " finished = ? WHERE id = ? AND finished IS NULL",
                [
                    state,
                    kept(sentence),
                    to_json(dict(report or {}), "report"),
                    version,
                    1.0 if state == "succeeded" else self.get(run).progress,
                    now(),
                    run,
                ],
            )

    def requeue(self, run: str) -> None:
        """Put a run back into the queue: its process is ending."""
        with self._connections.writing() as db:
            db.execute("UPDATE runs SET state = 'queued', writer = '' WHERE id = ? AND finished IS NULL", [run])

    def requeue_orphans(self) -> int:
        """Put runs whose process died back into the queue, and say how many."""
        silent = now(seconds_ago=LEASE_S)
        rows = self._connections.rows(
            "SELECT id, writer, heartbeat FROM runs WHERE state IN ('running', 'paused') AND finished IS NULL"
        )
        dead = [row["id"] for row in rows if _is_orphan(row, silent)]
        with self._connections.writing() as db:
            for run in dead:
                db.execute("UPDATE runs SET state = 'queued', writer = '' WHERE id = ?", [run])
        return len(dead)

    def add_points(self, run: str, points: Sequence[tuple[str, int, float]]) -> None:
        """Points (name, step, value) of the run's curves; a step that is there already is replaced."""
        with self._connections.writing(lasting=False) as db:
            db.table("points").insert_all(
                [{"run": run, "name": name, "step": step, "value": value} for name, step, value in points],
                replace=True,
            )

    def points(self, run: str) -> dict[str, builtins.list[tuple[int, float]]]:
        """The curves of a run by name: (step, value) in order."""
        found: dict[str, builtins.list[tuple[int, float]]] = {}
        for row in self._connections.rows("SELECT name, step, value FROM points WHERE run = ? ORDER BY step", [run]):
            found.setdefault(row["name"], []).append((row["step"], row["value"]))
        return found


def _is_orphan(row: Row, silent: str) -> bool:
    if writer.is_elsewhere(row["writer"]):
        return bool(row["heartbeat"] < silent)
    return not writer.is_alive(row["writer"])


def _run(row: Row) -> Run:
    parsed = {name: json.loads(row[name]) for name in ("recipe", "snapshot", "report")}
    return Run(**{**row, **parsed})

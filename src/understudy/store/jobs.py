"""Jobs at providers: recorded before anything is sent, because what is sent may cost money and cannot be taken back.

The row with our own id comes first and travels as metadata; the provider's id is stored in the next statement after it
is told. `asked` is set just before the request that buys: a job that was asked for and has no outside id may have been
bought all the same (`unresolved`), and must be looked for there before anybody asks again. Statuses are kept as the
provider says them: a new word is shown, not refused. Metrics are points of the job's run. What lies on the provider's
side stays listed until it is deleted there.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.errors import InputError, NotFoundError
from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept, to_json


@dataclass(frozen=True, slots=True)
class Job:
    """`request` is what is asked for, `agreed` what the person was shown and agreed to; both without any key.

    `external` is the provider's id, `status` its word, `answer` its newest description, `tuned` the finished model.
    """

    id: str
    run: str
    provider: str
    host: str
    model: str
    method: str
    request: dict[str, Any]
    agreed: dict[str, Any]
    external: str | None
    status: str
    answer: dict[str, Any]
    tuned: str | None
    sentence: str
    created: str
    asked: str | None
    sent: str | None
    finished: str | None


@dataclass(frozen=True, slots=True)
class JobEvent:
    """`moment` is seconds since 1970, as the provider tells it."""

    external: str
    moment: int
    level: str
    message: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model of a middle step that can be asked like any other."""

    external: str
    step: int
    model: str
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the provider's side; `digest` is the SHA-256 of its bytes, `deleted` when it was deleted there."""

    id: str
    job: str
    purpose: str
    name: str
    bytes: int
    digest: str
    external: str | None
    created: str
    deleted: str | None


class Jobs:
    """Reached as `store.jobs`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        run: str,
        provider: str,
        host: str,
        model: str,
        method: str,
        request: Mapping[str, Any],
        agreed: Mapping[str, Any],
    ) -> Job:
        """The row of a job that nothing was sent for yet. Raises `InputError`."""
        names = {"provider": provider, "host": host, "model": model, "method": method}
        row = {
            "id": new_id(),
            "run": run,
            **{name: checked(text, name, empty=False, most=1_000) for name, text in names.items()},
            "request": to_json(dict(request), "request"),
            "agreed": to_json(dict(agreed), "agreement"),
            "created": now(),
        }
        with self._connections.writing() as db:
            db.table("jobs").insert(row)
        return self.get(str(row["id"]))

    def get(self, job: str) -> Job:
        """Raises `NotFoundError`."""
        row = self._connections.row("SELECT * FROM jobs WHERE id = ?", [job])
        if row is None:
            raise NotFoundError(f"There is no provider job {job}. Reload the page.")
        return _job(row)

    def list(self, run: str | None = None) -> builtins.list[Job]:
        """Newest first."""
        return self._all("?1 IS NULL OR run = ?1 ORDER BY id DESC", [run])

    def open(self) -> builtins.list[Job]:
        """Those that have not ended, oldest first: what is watched on after a restart."""
        return self._all("finished IS NULL ORDER BY id", [])

    def unresolved(self) -> builtins.list[Job]:
        """Asked for without an answer: bought or not is only known at the provider."""
        return self._all("finished IS NULL AND asked IS NOT NULL AND external IS NULL ORDER BY id", [])

    def set_asked(self, job: str) -> None:
        """Now the request that buys goes out. Raises `InputError` when it went out before."""
        with self._connections.writing() as db:
            if not db.execute("UPDATE jobs SET asked = ? WHERE id = ? AND asked IS NULL", [now(), job]).rowcount:
                self.get(job)
                raise InputError(
                    f"Job {job} was asked for before. Look for it at the provider before you ask again: it may be paid."
                )

    def set_external(self, job: str, external: str) -> None:
        """The provider's id, the moment it is known. Another id than the one it has is refused by the database."""
        self._set(job, external=checked(external, "id", empty=False, most=1_000), sent=now())

    def clear_asked(self, job: str) -> None:
        """The provider was looked at and has no such job: it may be asked for again. Raises `InputError`."""
        with self._connections.writing() as db:
            sql = "UPDATE jobs SET asked = NULL WHERE id = ? AND external IS NULL AND finished IS NULL"
            if not db.execute(sql, [job]).rowcount:
                raise InputError(f"Job {self.get(job).id} is known to its provider or has ended. Reload the page.")

    def set_status(self, job: str, status: str, answer: Mapping[str, Any] | None = None) -> None:
        """What the provider says now, word for word; an `answer` replaces the one before."""
        values = {"status": kept(status)} | ({} if answer is None else {"answer": to_json(dict(answer), "answer")})
        self._set(job, **values)

    def finish(self, job: str, status: str, sentence: str, tuned: str | None = None) -> None:
        """The job has ended, with the sentence that says how and the model that came of it."""
        self._set(job, status=kept(status), sentence=kept(sentence), tuned=tuned, finished=now())

    def add_events(self, job: str, events: Sequence[JobEvent]) -> int:
        """Events that are new, and how many they were; the provider tells the same ones again and again."""
        rows = [[job, e.external, e.moment, kept(e.level), kept(e.message), to_json(e.data, "event")] for e in events]
        with self._connections.writing(lasting=False) as db:
            return sum(
                db.execute("INSERT OR IGNORE INTO job_events VALUES (?, ?, ?, ?, ?, ?)", r).rowcount for r in rows
            )

    def events(self, job: str) -> builtins.list[JobEvent]:
        """Oldest first."""
        rows = self._connections.rows(
            "SELECT external, moment, level, message, data FROM job_events WHERE job = ? ORDER BY moment, external",
            [job],
        )
        return [JobEvent(**{**row, "data": json.loads(row["data"])}) for row in rows]

    def messages(self, job: str, limit: int) -> builtins.list[JobEvent]:
        """The newest events that say something, newest first: those of a step alone are points of a curve."""
        rows = self._connections.rows(
            "SELECT external, moment, level, message, data FROM job_events"
            " WHERE job = ? AND json_extract(data, '$.step') IS NULL ORDER BY moment DESC, external DESC LIMIT ?",
            [job, limit],
        )
        return [JobEvent(**{**row, "data": json.loads(row["data"])}) for row in rows]

    def add_checkpoints(self, job: str, checkpoints: Sequence[Checkpoint]) -> None:
        """Checkpoints that are new; the provider keeps few, the store remembers all it was told of."""
        rows = [[job, c.external, c.step, c.model, to_json(c.metrics, "metrics")] for c in checkpoints]
        with self._connections.writing() as db:
            for row in rows:
                db.execute("INSERT OR IGNORE INTO job_checkpoints VALUES (?, ?, ?, ?, ?)", row)

    def checkpoints(self, job: str) -> builtins.list[Checkpoint]:
        """By step."""
        rows = self._connections.rows(
            "SELECT external, step, model, metrics FROM job_checkpoints WHERE job = ? ORDER BY step, external", [job]
        )
        return [Checkpoint(**{**row, "metrics": json.loads(row["metrics"])}) for row in rows]

    def set_model_gone(self, job: str, model: str) -> None:
        """A model of this job was deleted at its provider."""
        with self._connections.writing() as db:
            db.execute("INSERT OR IGNORE INTO gone_models VALUES (?, ?, ?)", [job, model, now()])

    def gone_models(self, job: str) -> set[str]:
        """The models of a job that were deleted at its provider."""
        return {row["model"] for row in self._connections.rows("SELECT model FROM gone_models WHERE job = ?", [job])}

    def add_file(self, job: str, purpose: str, name: str, size: int, digest: str) -> RemoteFile:
        """The row of a file that is about to be sent. Raises `InputError`."""
        row = {
            "id": new_id(),
            "job": job,
            "purpose": checked(purpose, "purpose", empty=False, most=100),
            "name": checked(name, "name of the file", empty=False, most=1_000),
            "bytes": size,
            "digest": digest,
            "external": None,
            "created": now(),
            "deleted": None,
        }
        with self._connections.writing() as db:
            db.table("remote_files").insert(row)
        return RemoteFile(**row)  # type: ignore[arg-type]

    def set_file_external(self, file: str, external: str) -> None:
        """The provider's id of a file, the moment it is known."""
        self._set_file(file, "external", checked(external, "id", empty=False, most=1_000))

    def set_file_deleted(self, file: str) -> None:
        """It is gone from the provider's side."""
        self._set_file(file, "deleted", now())

    def files(self, job: str) -> builtins.list[RemoteFile]:
        """All files of a job, deleted ones too, in the order they were sent."""
        rows = self._connections.rows("SELECT * FROM remote_files WHERE job = ? ORDER BY id", [job])
        return [RemoteFile(**row) for row in rows]

    def left_behind(self) -> builtins.list[RemoteFile]:
        """Files of jobs that have ended which may still lie on the provider's side."""
        rows = self._connections.rows(
            "SELECT remote_files.* FROM remote_files JOIN jobs ON jobs.id = remote_files.job"
            " WHERE jobs.finished IS NOT NULL AND deleted IS NULL ORDER BY remote_files.id"
        )
        return [RemoteFile(**row) for row in rows]

    def _all(self, where: str, values: Sequence[object]) -> builtins.list[Job]:
        return [_job(row) for row in self._connections.rows(f"SELECT * FROM jobs WHERE {where}", values)]

    def _set(self, job: str, **values: object) -> None:
        assignments = ", ".join(f"{name} = ?" for name in values)
        with self._connections.writing() as db:
            if not db.execute(f"UPDATE jobs SET {assignments} WHERE id = ?", [*values.values(), job]).rowcount:
                self.get(job)

    def _set_file(self, file: str, column: str, value: object) -> None:
        with self._connections.writing() as db:
            if not db.execute(f"UPDATE remote_files SET {column} = ? WHERE id = ?", [value, file]).rowcount:
                raise NotFoundError(f"There is no remote file {file}. Reload the page.")


def _job(row: Row) -> Job:
    return Job(**{**row, **{name: json.loads(row[name]) for name in ("request", "agreed", "answer")}})

"""Batches: files that came in at once, counted while they come, and taken out again at once."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from understudy.errors import InputError
from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import unknown
from understudy.store.texts import checked, to_json


@dataclass(frozen=True, slots=True)
class Batch:
    """`counts` are lines by what became of them; `finished` is None while it runs, and for one that was cut off."""

    id: str
    source: str
    format: str
    created: str
    counts: Mapping[str, int] = field(default_factory=dict)
    finished: str | None = None
    undone: str | None = None


class Batches:
    """Reached as `store.batches`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, source: str, format: str) -> Batch:
        """Before its first line comes in."""
        name = checked(source, "name of the file", empty=False, most=1_000)
        batch = Batch(new_id(), name, format, now())
        row = {"id": batch.id, "source": name, "format": format, "created": batch.created}
        with self._connections.writing() as db:
            db.table("batches").insert(row)
        return batch

    def get(self, batch: str) -> Batch:
        """Raises `NotFoundError`."""
        row = self._connections.row("SELECT * FROM batches WHERE id = ?", [batch])
        if row is None:
            raise unknown("import", batch)
        return _batch(row)

    def list(self) -> builtins.list[Batch]:
        """The newest first."""
        return [_batch(row) for row in self._connections.rows("SELECT * FROM batches ORDER BY id DESC")]

    def set_counts(self, batch: str, counts: Mapping[str, int], *, finished: bool = False) -> None:
        with self._connections.writing() as db:
            values = [to_json(dict(counts), "counts"), now() if finished else None, batch]
            db.execute("UPDATE batches SET counts = ?, finished = ? WHERE id = ?", values)

    def undo(self, batch: str) -> int:
        """Delete what it brought, as conversations are deleted: `redo` brings it back until it is purged."""
        return self._move(batch, now())

    def redo(self, batch: str) -> int:
        """Bring back what `undo` took, as far as it was not purged."""
        return self._move(batch, None)

    def _move(self, batch: str, moment: str | None) -> int:
        with self._connections.writing() as db:
            before = self.get(batch).undone
            if (before is None) == (moment is None):
                raise InputError(f"This import was {'never' if before is None else 'already'} taken back.")
            db.execute("UPDATE batches SET undone = ? WHERE id = ?", [moment, batch])
            moved = db.execute(
                "UPDATE conversations SET deleted = ?1 WHERE batch = ?2 AND deleted IS ?3", [moment, batch, before]
            )
            return int(moved.rowcount)


def _batch(row: Row) -> Batch:
    return Batch(**{**row, "counts": json.loads(row["counts"])})

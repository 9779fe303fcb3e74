"""Which remembered corrections an answer was given to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.store.connections import Connections, marks


@dataclass(frozen=True, slots=True)
class Recall:
    """`score` is the similarity it was found with, `conflict` the older correction that says something else."""

    completion: str
    correction: str
    score: float
    conflict: str | None = None


class Recalls:
    """Reached as `store.recalls`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, recalls: Sequence[Recall]) -> None:
        """Record them before the answer is written."""
        rows = [{name: getattr(recall, name) for name in Recall.__slots__} for recall in recalls]
        with self._connections.writing() as db:
            db.table("recalls").insert_all(rows, replace=True)

    def of(self, completions: Sequence[str]) -> dict[str, list[Recall]]:
        """By completion, best first; answers that recalled nothing are absent."""
        rows = self._connections.rows(
            f"SELECT * FROM recalls WHERE completion IN ({marks(completions)}) ORDER BY score DESC", [*completions]
        )
        found: dict[str, list[Recall]] = {}
        for row in rows:
            found.setdefault(row["completion"], []).append(Recall(**row))
        return found

"""Vectors of what was asked, for finding items by meaning. A vector leaves the store with its turn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from understudy.store.connections import Connections

_BATCH = 20_000


class Meanings:
    """Reached as `store.meanings`. A vector is float16, little-endian, of unit length, as bytes."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Vectors by turn; a turn that is gone meanwhile is left out."""
        with self._connections.writing(lasting=False) as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO meanings (embedder, turn, vector) SELECT ?1, id, ?3 FROM turns WHERE id = ?2",
                [(embedder, turn, vector) for turn, vector in vectors.items()],
            )

    def after(self, embedder: str, row: int = 0) -> Iterator[tuple[int, str, bytes]]:
        """Every vector that came after `row`: its row, its turn and the vector."""
        while True:
            rows = self._connections.rows(
                "SELECT rowid AS row, turn, vector FROM meanings WHERE rowid > ? AND embedder = ?"
                " ORDER BY rowid LIMIT ?",
                [row, embedder, _BATCH],
            )
            yield from ((found["row"], found["turn"], found["vector"]) for found in rows)
            if len(rows) < _BATCH:
                return
            row = rows[-1]["row"]

    def of(self, embedder: str, rows: list[int]) -> dict[int, tuple[str, bytes]]:
        """Turn and vector by row; those that are gone are absent."""
        found = self._connections.rows(
            "SELECT rowid AS row, turn, vector FROM meanings WHERE embedder = ?"
            " AND rowid IN (SELECT value FROM json_each(?))",
            [embedder, json.dumps(rows)],
        )
        return {row["row"]: (row["turn"], row["vector"]) for row in found}

    def of_turns(self, embedder: str, turns: list[str]) -> dict[str, bytes]:
        """Vectors by turn; those that have none yet are absent."""
        found: dict[str, bytes] = {}
        for start in range(0, len(turns), _BATCH):
            rows = self._connections.rows(
                "SELECT turn, vector FROM meanings WHERE embedder = ? AND turn IN (SELECT value FROM json_each(?))",
                [embedder, json.dumps(turns[start : start + _BATCH])],
            )
            found.update((row["turn"], row["vector"]) for row in rows)
        return found

    def missing(self, embedder: str, after: int, limit: int) -> tuple[dict[str, str], int]:
        """Questions of items after number `after` that have no vector yet, by turn; and the number they end with."""
        rows = self._connections.rows(
            "SELECT number, turns.id, turns.text FROM items JOIN turns ON turns.id = items.turn WHERE number > ?"
            " AND NOT EXISTS (SELECT 1 FROM meanings WHERE turn = items.turn AND embedder = ?)"
            " ORDER BY number LIMIT ?",
            [after, embedder, limit],
        )
        return {row["id"]: row["text"] for row in rows}, rows[-1]["number"] if rows else after

    def counts(self, embedder: str) -> tuple[int, int]:
        """How many turns of items have a vector, of how many."""
        row = self._connections.row(
            "SELECT (SELECT count(*) FROM meanings WHERE embedder = ?) AS done,"
            " (SELECT count(DISTINCT turn) FROM items) AS n",
            [embedder],
        )
        return (row or {})["done"], (row or {})["n"]

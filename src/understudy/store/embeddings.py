"""Vectors of questions that were corrected, so that a restart embeds nothing twice."""

from __future__ import annotations

from collections.abc import Mapping

from understudy.store.connections import Connections


class Embeddings:
    """Reached as `store.embeddings`. A vector is float32, little-endian, as bytes."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Vectors by correction; a correction that is gone meanwhile is left out."""
        with self._connections.writing() as db:
            for correction, vector in vectors.items():
                db.execute(
                    "INSERT OR REPLACE INTO embeddings SELECT ?1, id, ?3 FROM corrections WHERE id = ?2",
                    [embedder, correction, vector],
                )

    def all(self, embedder: str) -> dict[str, bytes]:
        """Every vector that `embedder` made, by correction."""
        rows = self._connections.rows("SELECT correction, vector FROM embeddings WHERE embedder = ?", [embedder])
        return {row["correction"]: row["vector"] for row in rows}

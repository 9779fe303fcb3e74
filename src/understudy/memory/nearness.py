"""What was asked in other words, among a million questions: signs first, vectors for the few that are left.

One bit a dimension (is it positive?) keeps the order of cosines well enough to propose, and a million of 384 bits are
48 MB and one pass of XOR and popcount; the best of them are compared by their whole vectors from the store. Binary
codes with rescoring keep about 96 % of retrieval quality (sentence-transformers, "Embedding quantization", 2024).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from understudy.memory.embedder import Embedder, EmbedderLoader
from understudy.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from understudy.memory.embedder import Vectors

LEAST = 0.35
"""Least cosine of what is found: below lies what has nothing in common but being a question."""

WITHOUT = "Searching by meaning needs the embedding model: install understudy[offline]. Search for words instead."
_PROPOSED = 8
"""So many times more are compared by their vectors than are asked for."""
_BLOCK = 65_536
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Near:
    """A turn that asks something like it; `score` is the cosine."""

    turn: str
    score: float


class Nearness:
    """The questions of all items, by meaning. Safe to call from any thread."""

    def __init__(self, store: Store, loader: EmbedderLoader) -> None:
        self._store = store
        self._loader = loader
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None
        self._whole, self._read_to, self._last = False, 0, 0
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._codes: NDArray[np.uint64] = np.zeros((0, 1), np.uint64)

    @property
    def sentence(self) -> str:
        """What a person should know about the search by meaning now; "" when it knows every question."""
        embedder = self._loader.get()
        if embedder is None:
            return WITHOUT if self._loader.wait(0) else "The embedding model is being loaded. Try again in a moment."
        if self._whole:
            return ""
        done, count = self._store.meanings.counts(embedder.name)
        return f"Searching by meaning knows {done:,} of {count:,} questions so far."

    def near(self, text: str, most: int = 100) -> list[Near]:
        """Turns that ask nearly the same as `text`, best first; empty without an embedder."""
        embedder = self._loader.get()
        if embedder is None:
            return []
        vector = embedder.embed([text])[0]
        with self._lock:
            self._refresh(embedder)
            rows = self._rows[self._closest(_code(vector[None])[0], most * _PROPOSED)]
        return self._compared(embedder.name, vector, [int(row) for row in rows])[:most]

    @property
    def ready(self) -> bool:
        """Whether there is an embedder, now."""
        return self._loader.get() is not None

    @property
    def missing(self) -> str:
        """Why there will be no vectors; "" where there are, or will be once the embedder is loaded."""
        return WITHOUT if self._loader.get() is None and self._loader.wait(0) else ""

    def wait(self, timeout: float) -> bool:
        """Load the embedder if nobody did, and wait for it; whether there is one."""
        self._loader.start()
        self._loader.wait(timeout)
        return self.ready

    def counts(self) -> tuple[int, int]:
        """How many questions have a vector, of how many."""
        embedder = self._loader.get()
        return self._store.meanings.counts(embedder.name) if embedder else (0, 0)

    def vectors(self, turns: list[str]) -> dict[str, Vectors]:
        """Unit vectors of what these turns ask, float16; turns that nobody read yet are absent."""
        embedder = self._loader.get()
        stored = self._store.meanings.of_turns(embedder.name, turns) if embedder else {}
        return {turn: np.frombuffer(blob, "<f2") for turn, blob in stored.items()}

    def read(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Make the vectors that are missing; how many. For the background: ten milliseconds each."""
        embedder, made = self._loader.get(), 0
        while embedder is not None and not stop():
            asked, self._read_to = self._store.meanings.missing(embedder.name, self._read_to, _BATCH)
            self._whole = not asked
            if self._whole:
                break
            vectors = embedder.embed(list(asked.values())).astype("<f2")
            found = {turn: vector.tobytes() for turn, vector in zip(asked, vectors, strict=True)}
            self._store.meanings.add(embedder.name, found)
            made += len(found)
        return made

    def _closest(self, code: NDArray[np.uint64], most: int) -> NDArray[np.intp]:
        """Places of the codes that differ in the fewest bits, in any order; in blocks, which stay in the cache."""
        blocks = [self._codes[start : start + _BLOCK] for start in range(0, len(self._codes), _BLOCK)]
        distances = [np.bitwise_count(block ^ code).sum(axis=1, dtype=np.uint16) for block in blocks]
        every = np.concatenate(distances) if distances else np.zeros(0, np.uint16)
        return np.argpartition(every, most)[:most] if len(every) > most else np.arange(len(every))

    def _compared(self, embedder: str, vector: Vectors, rows: list[int]) -> list[Near]:
        stored = self._store.meanings.of(embedder, rows)
        if not stored:
            return []
        matrix = np.stack([np.frombuffer(blob, "<f2") for _, blob in stored.values()]).astype(np.float32)
        scores = matrix @ vector
        found = [Near(turn, float(score)) for (turn, _), score in zip(stored.values(), scores, strict=True)]
        return sorted((near for near in found if near.score >= LEAST), key=lambda near: -near.score)

    def _refresh(self, embedder: Embedder) -> None:
        if embedder is not self._embedder:
            self._embedder, self._last, self._rows, self._codes = embedder, 0, self._rows[:0], self._codes[:0]
        rows: list[int] = []
        blobs: list[bytes] = []
        for row, _, blob in self._store.meanings.after(embedder.name, self._last):
            rows.append(row)
            blobs.append(np.packbits(np.frombuffer(blob, "<f2") > 0).tobytes())
        if rows:
            self._last = rows[-1]
            fresh = np.frombuffer(b"".join(blobs), np.uint64).reshape(len(rows), -1)
            self._codes = np.concatenate([self._codes, fresh]) if len(self._rows) else fresh
            self._rows = np.concatenate([self._rows, np.array(rows, np.int64)])


def _code(vectors: Any) -> NDArray[np.uint64]:
    """The signs of vectors, 64 in a number; dimensions are a multiple of 64 in every common embedder."""
    return np.packbits(vectors > 0, axis=1).view(np.uint64)

"""Which sets of words could be near, among hundreds of thousands: MinHash and bands.

The least hash of a set is that of another with the probability of their likeness (Broder, "On the resemblance and
containment of documents", 1997). `ROWS` of them make a key, and two sets that share one of `BANDS` keys are compared:
of pairs that share four fifths of their words 99.998 % are. In a crowd that shares a key each is compared with a few,
so that a hundred thousand questions of one pattern cost what others do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS, BANDS = 4, 20
PARTNERS, PARTNERS_ACROSS = 4, 16
"""With how many of a crowd each set is compared: of its own side, and of the other one."""

_SEED = 1997


def keys(sets: Sequence[frozenset[str]]) -> NDArray[np.uint64]:
    """Of shape (BANDS, sets). The same words have the same keys in every run; empty sets are near to nothing."""
    hashes: dict[str, int] = {}
    flat = [hashes.setdefault(word, len(hashes)) for found in sets for word in found]
    table = np.array([_hash(word) for word in hashes], np.uint64)
    sizes = np.array([len(found) for found in sets])
    starts = (np.cumsum(sizes) - sizes)[sizes > 0]
    made = np.arange(len(sets), dtype=np.uint64) * np.ones((BANDS, 1), np.uint64)  # alone, unless there are words
    for band, row in enumerate(_multipliers()):
        key = np.zeros(len(starts), np.uint64)
        for factor in row:
            key = (key ^ np.minimum.reduceat((table * factor)[flat], starts)) * row[0] if flat else key
        made[band, sizes > 0] = key
    return made


def within(keys: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Candidates band by band, of shape (pairs, 2), the earlier place first."""
    for key in keys:
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        for step in range(1, PARTNERS + 1):
            same = ordered[step:] == ordered[:-step]
            yield np.stack([order[:-step][same], order[step:][same]], axis=1)


def across(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Candidates of one of the first with one of the second, of shape (pairs, 2), each once and in order."""
    found = [np.zeros(0, np.int64)]
    size = second.shape[1]
    for mine, theirs in zip(first, second, strict=True):
        order = np.argsort(theirs, kind="stable")
        begin, end = (np.searchsorted(theirs[order], mine, side) for side in ("left", "right"))
        for step in range(PARTNERS_ACROSS):
            there = np.flatnonzero(begin + step < end)
            found.append(there * size + order[begin[there] + step])
    codes = np.unique(np.concatenate(found))
    return np.stack([codes // max(1, size), codes % max(1, size)], axis=1)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _multipliers() -> NDArray[np.uint64]:
    """Odd ones, of shape (BANDS, ROWS): each orders hashes anew."""
    return np.random.default_rng(_SEED).integers(0, 2**64, (BANDS, ROWS), np.uint64) | np.uint64(1)

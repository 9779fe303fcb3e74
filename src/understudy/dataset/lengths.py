"""How long texts are, in classes that a person reads: 1, 1.5, 2, 3, 5 and 7 times a power of ten."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

EDGES = (1, *(round(step * 10**power) for power in range(1, 6) for step in (1, 1.5, 2, 3, 5, 7)))
"""Where classes begin, in characters: texts of 1 to 9, of 10 to 14, ... The last one has no end."""


class LengthCount:
    """How many texts are in each class; empty ones are counted apart."""

    def __init__(self) -> None:
        self.empty = 0
        self._counts: Counter[int] = Counter()

    def read(self, text: str) -> None:
        if text:
            self._counts[bisect_right(EDGES, len(text)) - 1] += 1
        else:
            self.empty += 1

    def classes(self) -> list[tuple[int, int | None, int]]:
        """From the shortest class to the longest: its first length, the first that is too long, how many there are.

        Classes between them are there too, if nothing is in them.
        """
        if not self._counts:
            return []
        low, high = min(self._counts), max(self._counts)
        ends = (*EDGES[1:], None)
        return [(EDGES[i], ends[i], self._counts[i]) for i in range(low, high + 1)]

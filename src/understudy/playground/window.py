"""How much somebody used lately: sums over the last so many seconds, by name, in memory that does not grow.

A window is cut into sixty parts; what is older than the window falls out part by part. The clock comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable

PARTS = 60
MOST_NAMES = 10_000
"""Names that are remembered; beyond, those that have used nothing lately are forgotten, then the oldest."""


class Window:
    """Sums of the last `seconds`."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._part = seconds / PARTS
        self._clock = clock
        self._used: dict[str, dict[int, float]] = {}

    def add(self, name: str, amount: float = 1) -> None:
        """`name` used so much just now."""
        parts = self._recent(name)
        parts[self._now] = parts.get(self._now, 0) + amount
        self._used.pop(name, None)
        self._used[name] = parts
        if len(self._used) > MOST_NAMES:
            self._forget()

    def used(self, name: str) -> float:
        """How much `name` used within the window."""
        return sum(self._recent(name).values())

    def frees_in(self, name: str, room: float) -> float:
        """Seconds until what `name` used is at most `room`; 0 where it is."""
        used = self.used(name)
        for part, amount in sorted(self._recent(name).items()):
            if used <= room:
                break
            used -= amount
            if used <= room:
                return (part + PARTS + 1) * self._part - self._clock()
        return 0.0

    @property
    def _now(self) -> int:
        return int(self._clock() // self._part)

    def _recent(self, name: str) -> dict[int, float]:
        oldest = self._now - PARTS
        return {part: amount for part, amount in self._used.get(name, {}).items() if part >= oldest}

    def _forget(self) -> None:
        self._used = {name: parts for name in self._used if (parts := self._recent(name))}
        while len(self._used) > MOST_NAMES:
            del self._used[next(iter(self._used))]

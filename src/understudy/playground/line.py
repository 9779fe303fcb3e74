"""Who is answered next at one model: a few at a time, people in turn, and everybody sees their place.

Round robin by person: who has ten questions waits for nine rounds, who has one for none. The order of one person's
questions stays. A line holds values only; whoever owns it calls it under a lock and does what it says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)

_NEWEST = 0.2
"""What the newest answer counts in the mean time of one: answers of the last minute, not those of the morning."""


@dataclass(frozen=True, slots=True)
class Place:
    """`number` counts from 1; `seconds` is how long it may take, None before anything was answered."""

    number: int
    seconds: float | None

    @property
    def sentence(self) -> str:
        """What a waiting column says."""
        left = "" if self.seconds is None else f"; {about(self.seconds)}"
        return f"You are next{left}." if self.number == 1 else f"You are {ordinal(self.number)} in line{left}."


class Line(Generic[Item]):
    """Lets `at_once` items in at a time. Not thread-safe."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._inside: dict[Item, float] = {}
        self._waiting: dict[str, deque[Item]] = {}
        self._mean: float | None = None

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    def of(self, person: str) -> int:
        """How many of a person wait."""
        return len(self._waiting.get(person, ()))

    def join(self, person: str, item: Item) -> None:
        """Wait behind everybody's next one, and behind the person's own."""
        self._waiting.setdefault(person, deque()).append(item)

    def take(self, now: float) -> list[Item]:
        """Those whose turn has come at `now` seconds; they are inside until they leave."""
        taken = []
        while self._waiting and len(self._inside) < self._at_once:
            person = next(iter(self._waiting))
            queue = self._waiting.pop(person)
            taken.append(queue.popleft())
            self._inside[taken[-1]] = now
            if queue:
                self._waiting[person] = queue  # at the end: everybody else comes first
        return taken

    def leave(self, item: Item, now: float) -> None:
        """An item that was inside is done."""
        took = now - self._inside.pop(item)
        self._mean = took if self._mean is None else self._mean + _NEWEST * (took - self._mean)

    def give_up(self, item: Item) -> bool:
        """Take an item that still waits out of the line; False when its turn has come already."""
        for person, queue in self._waiting.items():
            if item in queue:
                queue.remove(item)
                if not queue:
                    del self._waiting[person]
                return True
        return False

    def place(self, item: Item) -> Place | None:
        """Where an item stands, None when it does not wait."""
        for at, (person, queue) in enumerate(self._waiting.items()):
            if item in queue:
                rounds = queue.index(item)
                before = sum(
                    min(len(other), rounds + (i < at))
                    for i, (name, other) in enumerate(self._waiting.items())
                    if name != person
                )
                return self._place(rounds + before + 1)
        return None

    def wait_of(self, number: int) -> float | None:
        """Seconds until so many more were let in."""
        return None if self._mean is None else self._mean * number / self._at_once

    def _place(self, number: int) -> Place:
        return Place(number, self.wait_of(number))


def about(seconds: float) -> str:
    """A wait as people say it: `a few seconds`, `about 20 s`, `about 3 min`, `about 5 h`."""
    if seconds < 7.5:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5)} s"
    if seconds < 5400:
        return f"about {max(1, round(seconds / 60))} min"
    return f"about {round(seconds / 3600)} h"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`, `23rd`."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"

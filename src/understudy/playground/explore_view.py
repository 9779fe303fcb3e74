"""What exploring shows: figures, each a table of numbers that a page also draws and a terminal prints.

Every row knows the filter that shows its items on the desk, so that no number is without what it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Values = dict[str, object]
"""A filter as the desk takes it."""

SAID = ("good", "bad", "corrected", "chosen", "tie", "both_bad", "continued", "regenerated", "edited")
"""What can be said about an answer, in the order in which it is drawn."""


@dataclass(frozen=True, slots=True)
class Series:
    """One of the numbers of each row, and what it adds to the row's filter."""

    name: str
    filter: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: a number for each series; `note` says what else is known about it."""

    name: str
    counts: tuple[int, ...]
    filter: Values
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """`shape` is how it is drawn: time, shares, bars, histogram, words. `sentence` says what to know about it."""

    name: str
    title: str
    shape: str
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    sentence: str = ""
    noted: str = ""
    """What the notes of the bars are about: the heading of their column."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions on either side of a split that should not be: numbers of their items, and how near they are."""

    judged: int
    trained: int
    asked: str
    also: str
    score: float


@dataclass(frozen=True, slots=True)
class Part:
    """What takes longer than a page waits: `state` is ready, working, old (computed anew meanwhile) or missing.

    `words` says what goes on or why there is nothing, `done` is a share from 0 to 1.
    """

    state: str
    words: str = ""
    done: float = 0.0
    figures: tuple[Figure, ...] = ()
    pairs: tuple[Pair, ...] = ()
    map: int | None = None
    """The exploration whose places are the map."""


@dataclass(frozen=True, slots=True)
class Explored:
    """Everything about a filter: `count` items, what is counted at once, and the parts that take longer."""

    count: int
    figures: tuple[Figure, ...]
    parts: Mapping[str, Part]


def said_in(found: Sequence[str]) -> tuple[str, ...]:
    """What was said, each once, in the order of `SAID`, an unknown one last."""
    order = {said: i for i, said in enumerate(SAID)}
    return tuple(sorted(set(found), key=lambda said: (order.get(said, len(order)), said)))


def series_of(said: str) -> Series:
    return Series(said, {"kinds": ["correction"]} if said == "corrected" else {"labels": [said]})


def narrowed(values: Mapping[str, object], **more: object) -> Values:
    """A filter and something more: the later beginning and the earlier end of the two."""
    found = {**values, **more}
    for name, pick in (("since", max), ("until", min)):
        if values.get(name) and more.get(name):
            found[name] = pick(str(values[name]), str(more[name]))
    return found

"""How unevenly items are spread, and what would even it out: weights, copies of the few, leaving out of the many.

A count and not a deed: what training does with it a person chooses (`balance`). Weights are those that scikit-learn
calls balanced, n / (groups x count) (King and Zeng 2001): every group then counts the same, and all together as much as
before. They are held within bounds, and copies too: one item among a thousand is one item, and not half of the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store import Item

BY: dict[str, Callable[[Item], str]] = {
    "kind": lambda item: item.kind,
    "label": lambda item: item.label,
    "topic": lambda item: item.topic,
    "source": lambda item: f"{item.model}@{item.version}",
    "author": lambda item: item.author,
}
"""What items can be counted by; a source is who gave the answer, as filters write it: a model and its version."""


LIGHTEST, HEAVIEST = 0.2, 5.0
"""What an item may weigh."""

MOST_COPIES = 10.0


@dataclass(frozen=True, slots=True)
class Group:
    """`count` items, `share` of all; `weight` each would even it out.

    `copies` is how often each would be seen when every group is repeated up to the largest, `kept` how many would stay
    when every group is cut down to the smallest.
    """

    name: str
    count: int
    share: float
    weight: float
    copies: float
    kept: int


@dataclass(frozen=True, slots=True)
class Imbalance:
    """`ratio` is the largest group over the smallest, 1 when all are even; the largest group comes first."""

    by: str
    total: int
    ratio: float
    groups: tuple[Group, ...]


def imbalance(items: Iterable[Item], by: str) -> Imbalance:
    """Items that are not rejected, counted `by` one of `BY`; those without a value are a group named "".

    Raises `InputError` for anything else to count by.
    """
    if by not in BY:
        raise InputError(f"Items are not counted by {by!r}. Choose one of: {', '.join(BY)}.")
    counts = Counter(BY[by](item) for item in items if item.state != "rejected")
    if not counts:
        return Imbalance(by, 0, 1.0, ())
    total, most, least = counts.total(), max(counts.values()), min(counts.values())
    groups = (
        Group(name, n, n / total, weight_of(n, total, len(counts)), copies_of(n, most), least)
        for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return Imbalance(by, total, most / least, tuple(groups))


def weight_of(count: float, total: float, groups: int) -> float:
    """What each of `count` weighs, where `groups` groups are `total` together."""
    return max(LIGHTEST, min(HEAVIEST, total / (groups * count)))


def copies_of(count: float, most: float) -> float:
    """How often each of `count` is seen, so that its group is as large as the largest, of `most`."""
    return min(MOST_COPIES, most / count)

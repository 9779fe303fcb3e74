"""Weights, so that one kind of feedback or one topic does not drown the others.

A kind (corrections, votes, thumbs up, thumbs down, weak signals) or a topic may weigh at most `MOST` times what all
others weigh together; above that its examples weigh less each. Never less than `LEAST`, so that three thumbs do not
silence a thousand corrections: what is many is also what a person cared about. The topic of a correction is its first
tag; without tags it is what asks nearly the same, because a question that was corrected twenty times is one question.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from understudy.dataset.example import Example, Kind

MOST = 2.0
"""Times all others together: two thirds of what a run learns, and the rest is still heard."""

LEAST = 0.2

_NAMES = {
    "correction": "Corrections",
    "vote": "Votes",
    "up": "Thumbs up",
    "down": "Thumbs down",
    "weak": "Weak signals",
}


def balanced(
    examples: Sequence[Example], topics: dict[str, str] | None = None
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The examples with their weights, and a sentence for each kind and topic that weighs less.

    The sentences name no topic: they are kept with the version, and outlive feedback that is deleted. `topics` names
    the topic of a correction by its id; one that is not there is a topic of its own.
    """
    topics = topics or {}
    kinds = _factors(examples, kind_of)
    corrections = [example for example in examples if kind_of(example) == "correction"]
    subjects = _factors(corrections, lambda example: topics.get(example.source, example.source))
    weighed = tuple(_weighed(e, kinds, subjects, topics) for e in examples)
    told = [_told(_NAMES[str(kind)], factor) for kind, factor in kinds.items() if factor < 1]
    told += [_told("Corrections of one topic", factor) for factor in subjects.values() if factor < 1]
    return weighed, tuple(told)


def kind_of(example: Example) -> str:
    """What kind of feedback an example is, as people count them."""
    if example.kind is Kind.THUMB:
        return "up" if example.label else "down"
    if example.kind is Kind.PREFERENCE:
        return "weak" if example.weak else "vote"
    return str(example.kind)


def _weighed(
    example: Example, kinds: dict[Hashable, float], subjects: dict[Hashable, float], topics: dict[str, str]
) -> Example:
    factor = kinds[kind_of(example)]
    if kind_of(example) == "correction":
        factor = max(LEAST, factor * subjects[topics.get(example.source, example.source)])
    return example if factor == 1 else replace(example, weight=example.weight * factor)


def _factors(examples: Sequence[Example], of: Callable[[Example], Hashable]) -> dict[Hashable, float]:
    """What each group's examples weigh, times their own weight: 1 where the group is not too much."""
    sums: dict[Hashable, float] = {}
    for example in examples:
        sums[of(example)] = sums.get(of(example), 0.0) + example.weight
    total = sum(sums.values())
    return {
        group: max(LEAST, min(1.0, MOST * (total - weight) / weight)) if total > weight else 1.0
        for group, weight in sums.items()
    }


def _told(who: str, factor: float) -> str:
    times = f"{MOST / factor:.2g}" if factor > LEAST else f"{MOST / LEAST:.0f} or more"
    return f"{who} weigh {factor:.2g} each, because there are {times} times as many examples of them as of all others."

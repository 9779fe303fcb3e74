"""Weights, so that one kind of feedback or one topic does not drown the others.

A kind (corrections, votes, thumbs up, thumbs down, weak signals) or a topic may weigh at most `MOST` times what all
others weigh together; above that its examples weigh less each. Never less than `LEAST`, so that three thumbs do not
silence a thousand corrections: what is many is also what a person cared about. The topic of a correction is its first
tag, or before it the topic that somebody gave it at the desk; without either it is what asks nearly the same, because
a question that was corrected twenty times is one question.

That is what happens by itself. A person may choose otherwise (`planned`): class weights, the few repeated, or some of
the many left out, counted as the desk counts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from understudy.dataset.example import Example, Kind
from understudy.dataset.imbalance import copies_of, weight_of

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


def planned(
    examples: Sequence[Example], how: str, by: str, group_of: Callable[[Example], str]
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The examples evened out as a person chose (`weights`, `over`, `under`, `none`), and a sentence about it.

    The sentence names no group, as above. What somebody wrote always trains: `under` leaves out made-up wordings of
    corrections and whole votes and thumbs, never a correction. A copy has an id of its own.
    """
    found: dict[str, list[Example]] = {}
    for example in examples:
        found.setdefault(group_of(example), []).append(example)
    groups = list(found.values())
    if how == "none" or len(groups) < 2:
        return tuple(examples), ()
    made = [each for group in groups for each in _PLANS[how](group, groups)]
    order = {example.id: place for place, example in enumerate(examples)}
    made.sort(key=lambda example: order[example.id.partition(_COPY)[0]])
    return tuple(made), (_said(how, by, [*examples], made, len(groups)),)


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


_COPY = " copy "


def _weights(group: list[Example], groups: list[list[Example]]) -> list[Example]:
    factor = weight_of(len(group), sum(map(len, groups)), len(groups))
    return [replace(example, weight=example.weight * factor) for example in group]


def _over(group: list[Example], groups: list[list[Example]]) -> list[Example]:
    """Every example as often, but for a rest of them that come once more."""
    total = round(len(group) * copies_of(len(group), max(map(len, groups))))
    often, rest = divmod(total, len(group))
    lucky = {example.id for example in _drawn(group)[:rest]}
    return [
        example if i == 0 else replace(example, id=f"{example.id}{_COPY}{i}")
        for example in group
        for i in range(often + (example.id in lucky))
    ]


def _under(group: list[Example], groups: list[list[Example]]) -> list[Example]:
    written = [example for example in group if example.kind is Kind.CORRECTION and not example.synthetic]
    rest = [example for example in _drawn(group) if example.kind is not Kind.CORRECTION or example.synthetic]
    return [*written, *rest[: max(0, min(map(len, groups)) - len(written))]]


_PLANS = {"weights": _weights, "over": _over, "under": _under}


def _drawn(group: list[Example]) -> list[Example]:
    """In an order that is the same in every run, and that new feedback does not change."""
    return sorted(group, key=lambda example: hashlib.sha256(example.id.encode()).digest())


def _said(how: str, by: str, before: list[Example], after: list[Example], groups: int) -> str:
    if how == "weights":
        weights = [example.weight for example in after]
        return f"Class weights by {by}: examples of the {groups} groups weigh {min(weights):.2g} to {max(weights):.2g}."
    if how == "over":
        return (
            f"Over-sampled by {by}: {len(before):,} examples became {len(after):,}, so that {groups} groups are even."
        )
    left = len(before) - len(after)
    return f"Under-sampled by {by}: {left:,} of {len(before):,} examples were left out. Every correction trains."

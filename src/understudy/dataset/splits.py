"""What trains and what judges, and whether the second leaks into the first.

An eval question leaks when its conversation, or a question that asks nearly the same, trains. Nearly the same is asked
twice: by words, as the split itself is made (`groups`), and by meaning, which the split knows nothing of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from understudy.dataset.groups import NEAR, groups, is_held_out, near_across, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE = 0.1
"""The share of groups that judges, as in training files for providers (`outgoing`)."""

SAME_MEANING = 0.8
"""Least cosine of two questions that are shown as a leak. Of the 28 such pairs of the public log 17 ask the same, read
by eye; the others ask something else about the same thing, which is worth a look too."""

MOST_BY_MEANING = 300_000
"""Questions of which all that judge are compared by meaning with all that train: more would take an hour."""

TRAIN_TAGS = ("train", "training", "split:train")
EVAL_TAGS = ("eval", "valid", "validation", "dev", "test", "held-out", "split:eval", "split:valid", "split:test")
_BLOCK = 1 << 24
"""Products at once: 64 MB."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two questions, by place, on either side, that should not be; `score` is a share of words or a cosine."""

    judged: int
    trained: int
    score: float


@dataclass(frozen=True, slots=True)
class Leaks:
    """`conversations` are on both sides; `words` and `meaning` each have an eval question once, the nearest first.

    `meaning` is None where nothing could compare by meaning.
    """

    conversations: int
    words: tuple[Leak, ...]
    meaning: tuple[Leak, ...] | None


@dataclass(frozen=True, slots=True)
class Twins:
    """Of all items, how many belong to a group with others: what a split line by line would tear apart."""

    groups: int
    items: int


def sides(questions: Sequence[str], conversations: Sequence[str], share: float = SHARE) -> tuple[list[bool], Twins]:
    """For each item whether it judges: by group, and the same in every run, because a group's words decide."""
    mine, roots = grouped(questions, conversations)
    held = {name for name, root in roots.items() if is_held_out(root, share)}
    sizes = Counter(mine)
    return [name in held for name in mine], Twins(len(sizes), sum(n for n in sizes.values() if n > 1))


def grouped(questions: Sequence[str], conversations: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The group of each item, and by group the words that name it: those of its first question."""
    different = list(dict.fromkeys(questions))
    place = {question: i for i, question in enumerate(different)}
    ties = _tied([place[question] for question in questions], conversations, len(different))
    names = groups(different, ties)
    roots = {name: " ".join(sorted(words(different[int(name[1:])]))) for name in names}
    return [names[place[question]] for question in questions], roots


def leaks(
    questions: Sequence[str],
    conversations: Sequence[str],
    held: Sequence[bool],
    vectors: NDArray[np.float32] | None = None,
    on_share: Callable[[float], None] = lambda share: None,
) -> Leaks:
    """What is on both sides; places in the result are those of `questions`. `vectors` are of unit length.

    `on_share` hears which share of what judges was compared by meaning, which takes the longest.
    """
    both = {c for c, side in zip(conversations, held, strict=True) if side}
    both &= {c for c, side in zip(conversations, held, strict=True) if not side}
    first: dict[tuple[str, bool], int] = {}
    for i, (question, side) in enumerate(zip(questions, held, strict=True)):
        first.setdefault((question, side), i)
    judged = [i for (_, side), i in first.items() if side]
    trained = [i for (_, side), i in first.items() if not side]
    by_meaning = None if vectors is None else _nearest(_by_meaning(vectors, judged, trained, on_share))
    return Leaks(len(both), _nearest(_by_words(questions, judged, trained)), by_meaning)


def _by_words(questions: Sequence[str], judged: Sequence[int], trained: Sequence[int]) -> list[Leak]:
    ours, theirs = ([words(questions[place]) for place in places] for places in (judged, trained))
    return [Leak(judged[i], trained[j], score) for i, j, score in near_across(ours, theirs, NEAR)]


def _by_meaning(
    vectors: NDArray[np.float32], judged: Sequence[int], trained: Sequence[int], on_share: Callable[[float], None]
) -> list[Leak]:
    """The nearest training question of each that judges, if it is near enough."""
    if not judged or not trained:
        return []
    found, others = [], vectors[np.array(trained)]
    step = max(1, _BLOCK // len(trained))
    for start in range(0, len(judged), step):
        on_share(start / len(judged))
        part = list(judged[start : start + step])
        scores = vectors[np.array(part)] @ others.T
        best = scores.argmax(axis=1)
        for i, j in enumerate(best.tolist()):
            if scores[i, j] >= SAME_MEANING:
                found.append(Leak(part[i], trained[j], float(scores[i, j])))
    return found


def _nearest(found: Sequence[Leak]) -> tuple[Leak, ...]:
    best: dict[int, Leak] = {}
    for leak in found:
        if leak.judged not in best or leak.score > best[leak.judged].score:
            best[leak.judged] = leak
    return tuple(sorted(best.values(), key=lambda leak: (-leak.score, leak.judged)))


def _tied(places: Sequence[int], conversations: Sequence[str], count: int) -> list[str]:
    """A tie for each different question: one that was asked in several conversations ties them together."""
    tie = [f"alone {i}" for i in range(count)]
    of_conversation: dict[str, str] = {}
    joined: dict[str, str] = {}
    for place, conversation in zip(places, conversations, strict=True):
        mine, theirs = _root(joined, tie[place]), _root(joined, of_conversation.setdefault(conversation, tie[place]))
        if mine != theirs:
            joined[max(mine, theirs)] = min(mine, theirs)
    return [_root(joined, name) for name in tie]


def _root(joined: dict[str, str], name: str) -> str:
    while name in joined:
        name = joined[name]
    return name

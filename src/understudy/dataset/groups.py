"""Which examples belong together: what asks nearly the same, and what was said in one conversation.

A group is never split between train and eval, or the eval would measure memory. Nearly the same means that the words
that carry two questions overlap by four fifths (Jaccard); names and numbers are words too, so "Zorbo" and "Zorba" are
two questions.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Hashable, Iterator, Sequence

NEAR = 0.8
_SMALL = frozenset("a an the is are was were do does did of to in on at for please tell me hi hello".split())


def words(text: str) -> frozenset[str]:
    """The words of a question that count, without case."""
    found = frozenset(re.findall(r"\w+", text.casefold()))
    return found - _SMALL or found


def groups(questions: Sequence[str], ties: Sequence[Hashable] = ()) -> list[str]:
    """A group name per question; equal `ties` (conversations) and near-duplicates share one.

    Only questions that share their rarest words are compared, so that ten thousand take seconds.
    """
    parent = list(range(len(questions)))
    sets = [words(question) for question in questions]
    seen: dict[Hashable, int] = {}
    for i, tie in enumerate(ties):
        _join(parent, i, seen.setdefault(("tie", tie), i))
    for i, j, _ in near_pairs(sets, NEAR):
        _join(parent, i, j)
    return [f"g{_root(parent, i)}" for i in range(len(questions))]


def is_near(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two questions, as their words, ask nearly the same."""
    return len(a & b) >= NEAR * len(a | b)


def near_pairs(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int, float]]:
    """Places of sets that share at least this part of all their words, the earlier place first, and the part."""
    for i, j in _candidates(sets, least):
        either = len(sets[i] | sets[j])
        if either and (score := len(sets[i] & sets[j]) / either) >= least:
            yield i, j, score


def is_held_out(group: str, share: float, seed: int = 0) -> bool:
    """A group's side, the same in every run: its name decides and not a shuffle that new feedback would change."""
    digest = hashlib.sha256(f"{seed} {group}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def _candidates(sets: Sequence[frozenset[str]], least: float) -> list[tuple[int, int]]:
    """Pairs that could be near: two near sets share one of their rarest words (prefix filter, Bayardo et al. 2007)."""
    counts: dict[str, int] = {}
    for found in sets:
        for word in found:
            counts[word] = counts.get(word, 0) + 1
    index: dict[str, list[int]] = {}
    pairs: dict[tuple[int, int], None] = {}
    for i, found in enumerate(sets):
        rare = sorted(found, key=lambda word: (counts[word], word))
        for word in rare[: len(rare) - math.ceil(least * len(rare)) + 1]:
            for j in index.setdefault(word, []):
                pairs.setdefault((j, i))
            index[word].append(i)
    return list(pairs)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _join(parent: list[int], i: int, j: int) -> None:
    a, b = _root(parent, i), _root(parent, j)
    parent[max(a, b)] = min(a, b)

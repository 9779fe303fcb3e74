"""Which examples belong together: what asks nearly the same, and what was said in one conversation.

A group is never split between train and eval, or the eval would measure memory. Nearly the same means that the words
that carry two questions overlap by four fifths (Jaccard); names and numbers are words too, so "Zorbo" and "Zorba" are
two questions. Up to `EXACT` of them all that could be near are compared, above that those that MinHash finds.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Hashable, Iterator, Sequence

NEAR = 0.8
EXACT = 2_000
"""Ten thousand questions of one pattern are fifty million pairs."""

_SMALL = frozenset("a an the is are was were do does did of to in on at for please tell me hi hello".split())


def words(text: str) -> frozenset[str]:
    """The words of a question that count, without case."""
    found = frozenset(re.findall(r"\w+", text.casefold()))
    return found - _SMALL or found


def groups(questions: Sequence[str], ties: Sequence[Hashable] = ()) -> list[str]:
    """A group name per question; equal `ties` (conversations) and near-duplicates share one."""
    parent = list(range(len(questions)))
    sets = [words(question) for question in questions]
    seen: dict[Hashable, int] = {}
    for i, tie in enumerate(ties):
        _join(parent, i, seen.setdefault(("tie", tie), i))
    if len(sets) <= EXACT:
        for i, j, _ in near_pairs(sets, NEAR):
            _join(parent, i, j)
    else:
        _join_near(parent, sets)
    return [f"g{_root(parent, i)}" for i in range(len(questions))]


def is_near(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two questions, as their words, ask nearly the same."""
    return len(a & b) >= NEAR * len(a | b)


def near_pairs(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int, float]]:
    """Places of sets that share at least this part of all their words, the earlier place first, and the part."""
    for i, j in _candidates(sets, least):
        if (score := _shared(sets[i], sets[j])) >= least and sets[i]:
            yield i, j, score


def near_across(
    first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], least: float
) -> Iterator[tuple[int, int, float]]:
    """As `near_pairs`, of one of the first with one of the second. In a large crowd each is compared with some."""
    if len(first) + len(second) <= EXACT:
        for i, j, score in near_pairs([*first, *second], least):
            if i < len(first) <= j:
                yield i, j - len(first), score
        return
    from understudy.dataset import minhash  # few commands need numpy

    for i, j in minhash.across(minhash.keys(first), minhash.keys(second)).tolist():
        if (score := _shared(first[i], second[j])) >= least:
            yield i, j, score


def is_held_out(group: str, share: float, seed: int = 0) -> bool:
    """A group's side, the same in every run: its name decides and not a shuffle that new feedback would change."""
    digest = hashlib.sha256(f"{seed} {group}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def _shared(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (len(a | b) or 1)


def _join_near(parent: list[int], sets: Sequence[frozenset[str]]) -> None:
    """Those that are one group already are not compared again: a crowd is joined in one band."""
    import numpy as np

    from understudy.dataset import minhash

    for pairs in minhash.within(minhash.keys(sets)):
        roots = np.array([_root(parent, i) for i in range(len(parent))])
        for i, j in pairs[roots[pairs[:, 0]] != roots[pairs[:, 1]]].tolist():
            if _shared(sets[i], sets[j]) >= NEAR:
                _join(parent, i, j)


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

"""To each of many texts the nearest older one that stays, in memory that grows with texts and not with their pairs.

Two texts that share a part of their words share some of their rarest ones (prefix filter, Bayardo et al., "Scaling up
all pairs similarity search", 2007; several of them: Wang et al., "Can we beat the prefix filtering?", 2012), so that
only an index of rare words is read. What goes is not in it: of a hundred thousand that say the same one is.

A crowd that shares even its rarest words, as all texts of one pattern do, would be compared each with each. There a
text is compared with some that share most, and its match says that it was `cut` short.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

READ = 10_000
"""Places in the index that are read at most to choose what a text is compared with."""

_SHARED = 4
"""Rare words that near texts have in common, where they are long enough: each more leaves fewer to compare."""

Text = tuple[str, str]
"""A question and what was said."""


@dataclass(frozen=True, slots=True)
class Match:
    """The text at `place` and the one nearest to it, if any that stays shares enough; `share` is that of their words.

    `cut`: there were more alike than it was compared with.
    """

    place: int
    first: int | None
    share: float
    cut: bool


def nearest(blocks: Iterable[Sequence[Text]], least: float, below: float, most: int) -> Iterator[Match]:
    """Each text that has words, with its nearest of the same block; one that shares `least` with it goes.

    `below`, at most `least`, is what a match shares at least; `most` is with how many others a text is compared. Places
    count through all blocks.
    """
    words = Words(blocks)
    index = Index(words, below)
    for place in np.flatnonzero(np.diff(words.starts)).tolist():
        others, cut = index.like(place, most)
        shares = words.shares(place, others)
        best = int(np.argmax(shares)) if len(shares) else -1
        share = float(shares[best]) if best >= 0 else 0.0
        if share < least:
            index.add(place)
        yield Match(place, int(others[best]) if best >= 0 and share >= below else None, share, cut)


class Words:
    """The different words of texts as numbers, those of a text rarest first; `starts` says where a text begins.

    A word of a question is another than that of an answer, and one of another block: what has none in common is
    never compared.
    """

    def __init__(self, blocks: Iterable[Sequence[Text]]) -> None:
        numbers, sizes, sides = _numbered(blocks)
        counts = np.bincount(numbers, minlength=len(sides))
        ranks = np.empty(len(sides), np.int32)
        ranks[np.argsort(counts, kind="stable")] = np.arange(len(sides), dtype=np.int32)
        owners = np.repeat(np.arange(len(sizes)), sizes)
        self.ids: Numbers = ranks[numbers][np.lexsort((ranks[numbers], owners))]
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        self.count = len(sides)
        self._asked = np.zeros(len(sides), bool)
        self._asked[ranks] = sides
        questions = np.add.reduceat(np.append(self._asked[self.ids], False), self.starts[:-1], dtype=np.int32)
        self._sizes = np.stack([questions, np.diff(self.starts) - questions]) * (np.diff(self.starts) > 0)
        self._here = np.zeros(len(sides), bool)

    def of(self, place: int) -> Numbers:
        return self.ids[self.starts[place] : self.starts[place + 1]]

    def shares(self, place: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of words in both, of the questions or of what was said, whichever is less. Others have words."""
        if not len(others):
            return np.zeros(0)
        lengths = self.starts[others + 1] - self.starts[others]
        begins = np.cumsum(lengths) - lengths
        theirs = self.ids[np.repeat(self.starts[others] - begins, lengths) + np.arange(lengths.sum())]
        self._here[self.of(place)] = True
        both = self._here[theirs]
        self._here[self.of(place)] = False
        all_shared = np.add.reduceat(both, begins, dtype=np.int32)
        asked = np.add.reduceat(both & self._asked[theirs], begins, dtype=np.int32)
        shared = np.stack([asked, all_shared - asked])
        either = self._sizes[:, [place]] + self._sizes[:, others] - shared
        each: NDArray[np.float64] = np.where(either, shared / np.maximum(either, 1), 1.0)
        least: NDArray[np.float64] = each.min(axis=0)
        return least


class Index:
    """Which texts have a word among their rarest; a text is added once it is known to stay."""

    def __init__(self, words: Words, least: float) -> None:
        sizes = np.diff(words.starts)
        needed = np.ceil(least * sizes - 1e-9).astype(np.int64)
        self._words = words
        self._shared = np.minimum(_SHARED, needed)
        self._rare = np.minimum(sizes, sizes - needed + self._shared)
        kept = np.arange(len(words.ids)) - np.repeat(words.starts[:-1], sizes) < np.repeat(self._rare, sizes)
        room = np.bincount(words.ids[kept], minlength=words.count)
        self._begins = np.cumsum(room) - room
        self._filled = np.zeros(words.count, np.int64)
        self._places = np.empty(room.sum(), np.int32)

    def add(self, place: int) -> None:
        rare = self._words.of(place)[: self._rare[place]]
        self._places[self._begins[rare] + self._filled[rare]] = place
        self._filled[rare] += 1

    def like(self, place: int, most: int) -> tuple[NDArray[np.int64], bool]:
        """At most so many of those added that could share enough, in order, and whether they are not all."""
        rare = self._words.of(place)[: self._rare[place]]
        rare = rare[self._filled[rare] > 0]
        begins, read = self._begins[rare], np.minimum(np.cumsum(self._filled[rare]), READ)
        cut = bool(self._filled[rare].sum() > READ)
        ends = begins + np.diff(read, prepend=0)
        parts = [self._places[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        others, counts = np.unique(np.concatenate([*parts, np.zeros(0, np.int32)]), return_counts=True)
        could = counts >= np.minimum(self._shared[place], self._shared[others])
        if not cut:
            others, counts = others[could], counts[could]
        if len(others) > most:
            others, cut = np.sort(others[np.argsort(-counts, kind="stable")[:most]]), True
        return others.astype(np.int64), cut


def _numbered(blocks: Iterable[Sequence[Text]]) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """The words of all texts as numbers, how many each text has, and of each number whether it is of a question."""
    numbers, sizes, asked = array("i"), array("i"), bytearray()
    for block in blocks:
        known: dict[str, int] = {}
        for text in block:
            words = _words("?", text[0]) | _words("!", text[1])
            numbers.extend(len(asked) + known.setdefault(word, len(known)) for word in words)
            sizes.append(len(words))
        asked.extend(word[0] == "?" for word in known)
    return np.array(numbers, np.int32), np.array(sizes, np.int32), np.array(asked, bool)


def _words(side: str, text: str) -> set[str]:
    return {side + word for word in re.findall(r"\w+", text.casefold())}

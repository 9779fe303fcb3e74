"""Items that say the same twice: word for word, or nearly.

Nearly is a share: of all words in two questions, how many are in both (Jaccard), and the same of what is said; the
lower of the two counts, because one passage may well answer two questions. It is compared exactly, not estimated by
hashes, except in a large crowd of items that are all alike (`nearest`). Numbers and negations are never nearly the
same, however long the rest is: "within 14 days" and "within 30 days" are two answers, and so they are not compared.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from understudy.store import Item

NEAR = 0.8
COMPARED = 500
"""With how many others an item is compared at most."""

BELOW = 0.15
"""How far under the threshold pairs are still shown, so that a person sees what it leaves alone."""

_NOT = frozenset("no not never without nor cannot nicht kein keine nie ohne pas jamais sans".split())


@dataclass(frozen=True, slots=True)
class Pair:
    """`again` says what `first` (the older) says; `score` is the share of words in both."""

    first: Item
    again: Item
    score: float


def exact(items: Iterable[Item]) -> Iterator[tuple[int, Item]]:
    """What somebody said a second time, whatever its spaces and case, with the number of the first time.

    Two people who agree are no double. `items` come oldest first, and only a digest is kept of each.
    """
    seen: dict[bytes, int] = {}
    for item in items:
        first = seen.setdefault(_digest(_identity(item)), item.number)
        if first != item.number:
            yield first, item


@dataclass(frozen=True, slots=True)
class Near:
    """`pairs` share enough, best first; `left` are the nearest pairs of which both stay.

    `cut` is how many items had more like them than they were compared with.
    """

    pairs: tuple[Pair, ...]
    left: tuple[Pair, ...]
    cut: int


def near(items: Iterable[Item], least: float = NEAR, most: int = 5) -> Near:
    """Each item that nearly says what an older one says, with the nearest; exact doubles left out.

    What is near to an item that itself goes is no double by that: it need not be near to what stays. Of what the
    threshold just leaves alone the `most` nearest are told. `items` come oldest first.
    """
    from understudy.dataset.nearest import nearest  # few commands need numpy

    blocks = _comparable(items)
    places = [item for block in blocks for item in block]
    texts = ([(item.question, said_by(item)) for item in block] for block in blocks)
    pairs: list[Pair] = []
    left: list[Pair] = []
    cut = 0
    for match in nearest(texts, least, max(0.0, least - BELOW), COMPARED):
        cut += match.cut
        if match.first is not None:
            pair = Pair(places[match.first], places[match.place], match.share)
            (pairs if match.share >= least else left).append(pair)
    pairs.sort(key=lambda pair: (-pair.score, pair.again.number))
    return Near(tuple(pairs), tuple(heapq.nlargest(most, left, key=lambda pair: pair.score)), cut)


def said_by(item: Item) -> str:
    """What the item is about: a correction's text, else the answer that was judged."""
    return item.said if item.kind == "correction" else item.answer


def _comparable(items: Iterable[Item]) -> list[list[Item]]:
    """What can be near: the same judgement with the same numbers and negations. One stands for all that are exact."""
    blocks: dict[tuple[object, ...], list[Item]] = {}
    seen: set[bytes] = set()
    for item in items:
        said = _digest((*_label(item), _plain(item.question), _plain(said_by(item))))
        if said not in seen:
            seen.add(said)
            blocks.setdefault((_label(item), _exact_words(item)), []).append(item)
    return [block for block in blocks.values() if len(block) > 1]


def _identity(item: Item) -> tuple[str, ...]:
    texts = (item.question, item.system, item.answer if item.kind != "correction" else "", item.said)
    return (*_label(item), *map(_plain, texts))


def _label(item: Item) -> tuple[str, ...]:
    """Only the same judgement by the same person is a double."""
    return (item.kind, item.label, item.author if item.kind != "correction" else "")


def _digest(texts: tuple[str, ...]) -> bytes:
    return hashlib.sha256(repr(texts).encode("utf-8", "surrogatepass")).digest()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _exact_words(item: Item) -> frozenset[str]:
    """Words that make another answer alone: those with a digit, and negations."""
    found = re.findall(r"\w+(?:['’]t\b)?", f"{item.question} {said_by(item)}".casefold())
    return frozenset(w for w in found if any(c.isdigit() for c in w) or w in _NOT or w.endswith(("'t", "’t")))

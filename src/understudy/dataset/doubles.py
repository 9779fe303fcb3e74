"""Items that say the same twice: word for word, or nearly.

Nearly is a share: of all words in two questions, how many are in both (Jaccard), and the same of what is said; the
lower of the two counts, because one passage may well answer two questions. It is compared exactly, not estimated by
hashes: only items that share one of their rarest words can be near (`groups.near_pairs`). Numbers and negations are
never nearly the same, however long the rest is: "within 14 days" and "within 30 days" are two answers.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from understudy.dataset.groups import near_pairs
from understudy.store import Item

NEAR = 0.8
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
        digest = hashlib.sha256(repr(_identity(item)).encode("utf-8", "surrogatepass")).digest()
        first = seen.setdefault(digest, item.number)
        if first != item.number:
            yield first, item


def near(items: Iterable[Item], least: float = NEAR) -> list[Pair]:
    """Each item that nearly says what an older one says, with the nearest; best first, exact doubles left out.

    What is near to an item that itself goes is no double by that: it need not be near to what stays.
    """
    return _nearest(_pairs(items, least))


def around(items: Iterable[Item], least: float, most: int = 5) -> tuple[list[Pair], list[Pair]]:
    """Both sides of a threshold: what is `near`, and the `most` nearest pairs that it just leaves alone."""
    pairs = list(_pairs(items, max(0.0, least - BELOW)))
    left = heapq.nlargest(most, (pair for pair in pairs if pair.score < least), key=lambda pair: pair.score)
    return _nearest(pair for pair in pairs if pair.score >= least), left


def said_by(item: Item) -> str:
    """What the item is about: a correction's text, else the answer that was judged."""
    return item.said if item.kind == "correction" else item.answer


def shared_words(a: str, b: str) -> float:
    """The share of all words of two texts that is in both; 1 for two empty ones."""
    first, second = (frozenset(re.findall(r"\w+", text.casefold())) for text in (a, b))
    return len(first & second) / len(first | second) if first | second else 1.0


def _nearest(pairs: Iterable[Pair]) -> list[Pair]:
    found: dict[int, Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.first.number, pair.again.number)):
        if pair.first.number not in found:
            best = found.get(pair.again.number)
            found[pair.again.number] = pair if best is None or pair.score > best.score else best
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.again.number))


def _pairs(items: Iterable[Item], least: float) -> Iterator[Pair]:
    """One item stands for all that say the same word for word: those are another step's."""
    kept = list(
        {(_label(item), _plain(item.question), _plain(said_by(item))): item for item in [*items][::-1]}.values()
    )
    sets = [_words(item) for item in kept]
    for i, j, _ in near_pairs(sets, least):  # whoever shares this much on both sides shares it of all words together
        a, b = sorted((kept[i], kept[j]), key=lambda item: item.number)
        if _label(a) == _label(b) and _exact_words(a) == _exact_words(b):
            score = min(shared_words(a.question, b.question), shared_words(said_by(a), said_by(b)))
            if score >= least:
                yield Pair(a, b, score)


def _identity(item: Item) -> tuple[str, ...]:
    texts = (item.question, item.system, item.answer if item.kind != "correction" else "", item.said)
    return (*_label(item), *map(_plain, texts))


def _label(item: Item) -> tuple[str, ...]:
    """Only the same judgement by the same person is a double."""
    return (item.kind, item.label, item.author if item.kind != "correction" else "")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _words(item: Item) -> frozenset[str]:
    sides = (("?", item.question), ("!", said_by(item)))
    return frozenset(side + word for side, text in sides for word in re.findall(r"\w+", text.casefold()))


def _exact_words(item: Item) -> frozenset[str]:
    """Words that make another answer alone: those with a digit, and negations."""
    found = re.findall(r"\w+(?:['’]t\b)?", f"{item.question} {said_by(item)}".casefold())
    return frozenset(w for w in found if any(c.isdigit() for c in w) or w in _NOT or w.endswith(("'t", "’t")))

"""Recall: the corrections that answer a question, found by likeness and admitted by agreement.

Vectors (or, without an embedder, shared words) propose; `agreement` decides; the newest of two corrections of the same
question wins, and the older one is named as the conflict. The threshold was calibrated by `tests/benchmarks/memory.py`.

What is recalled is for everyone, or for the one person who asks their own understudy; of two that answer the same
question their own wins, whichever is newer.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from understudy.errors import StoreError
from understudy.memory.agreement import ONE_WORD, disagreement, overlap, share_a_name
from understudy.memory.embedder import EmbedderLoader
from understudy.memory.follow_up import stand_alone
from understudy.memory.index import Entry, Index
from understudy.memory.notes import note_of
from understudy.memory.question import Question, nameless, plain
from understudy.store import EVERYONE, Lesson, Store

if TYPE_CHECKING:
    from understudy.memory.embedder import Embedder, Vectors

THRESHOLD = 0.74
"""Least cosine of a memory."""

NAMED_THRESHOLD = 0.67
"""The same for two questions about one name: of `_NAME_KEPT` of their cosine, and the rest of that without the name.

A name fills a vector: "When does Zorbo open?" and "What does Zorbo sell?" are as alike as two wordings of one question
until it is gone. Measured (`memory-recall-named-*`): 90 % of 161 other wordings and 9 % of 2,006 other questions about
one name are recalled (88 and 7 % at .69, 90 and 11 % at .66); on bare pairs the cosine alone let three times as many of
the latter through."""

EXCHANGED = 0.68
"""Least cosine without the name of two that differ by one word alone: boss and head, but not boss and founder."""

REACH = 0.45
"""Least cosine of a question that is near a lesson. Of 260 other wordings of a hundred facts the farthest has .54; of
50 pieces of small talk 94 % lie below .45 from all of them."""

NAMED_REACH = 0.60
"""The same for two about one name, of the mixture of `NAMED_THRESHOLD`: 99 % of 161 other wordings are in reach
and 47 % of 2,006 other questions about that name, which by the cosine alone nearly all were: a version that had learned
one thing about a company made up others (tests/benchmarks/NOTES.md)."""

WORDS_THRESHOLD = 0.6
"""Least share of words in common where there are no vectors."""

SAME = 0.85
"""Two corrections this alike, without a disagreement, answer the same question: the newer one counts."""

MOST = 3
"""Notes in a prompt: small models lose the right one among many."""

WITHIN = 0.12
"""How far below the best a further note may lie; one that is much less alike only distracts."""

_NAME_KEPT = 0.7
_LEAST_NAMED = (NAMED_THRESHOLD - (1 - _NAME_KEPT)) / _NAME_KEPT
_PROPOSED = 32
_KEPT_VECTORS = 4096
_AHEAD = 16
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Remembered:
    """A correction that answers a question. `note` is its line for the prompt, `score` its likeness (0 to 1).

    `conflict` is the id of the older correction of the same question that says something else.
    """

    lesson: Lesson
    note: str
    score: float
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    entry: Entry
    score: float
    conflict: str | None = None


class Memory:
    """What was corrected and approved, by question. Safe to call from any thread."""

    def __init__(self, store: Store, loader: EmbedderLoader | None = None) -> None:
        self.store = store
        self.loader = loader or EmbedderLoader("words")
        self.loader.on_ready = self._refresh_unless_closed
        self._index = Index(store, self.loader)
        self._catching_up: threading.Thread | None = None
        self._vectors: OrderedDict[tuple[str, str], Vectors] = OrderedDict()

    @property
    def sentence(self) -> str:
        """What the page says about the search while it is by words alone; empty when all is well."""
        return self.loader.sentence

    def refresh(self) -> None:
        """Take in every change and make all missing vectors, while answers go on recalling: for the background."""
        index = self._index
        with index.lock:
            index.refresh()
            embedder, missing = index.embedder, index.missing()
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors: Any = embedder.embed([entry.question.text for entry in batch]) if embedder else []
            with index.lock:
                if index.embedder is not embedder:
                    return
                index.keep(batch, vectors)
        with index.lock:
            index.arrange()

    def recall(self, question: str, previous: Sequence[str] = (), person: str = EVERYONE) -> list[Remembered]:
        """The best one to three corrections for a question, best first; none is the usual answer.

        `previous` are the earlier messages, oldest first; `person` is whose understudy is asked.
        """
        with self._index.lock:
            self._index.refresh()
            self._catch_up()
            read = functools.partial(self._index.read, person=person)
            asked = read(stand_alone(question, previous, read))
            hits = self._newest_first(self._agreeing(asked, person))
            best = max((hit.score for hit in hits), default=0.0)
            kept = [hit for hit in hits if hit.score >= best - WITHIN]
        kept.sort(key=lambda hit: (-hit.score, hit.entry.lesson.id))
        return [_remembered(hit) for hit in kept[:MOST]]

    def in_reach(self, question: str, previous: Sequence[str], lessons: Set[str], person: str = EVERYONE) -> bool:
        """Whether a question, or the one before it, is anywhere near one of these lessons, whatever it asks of it.

        `person` is whose understudy is asked: the names that it knows need no capital.
        """
        with self._index.lock:
            self._index.refresh()
            self._catch_up()
            read = functools.partial(self._index.read, person=person)
            asked = [stand_alone(question, previous, read), *previous[-1:]]
            return any(lessons & self._near(read(text)) for text in asked)

    def look_ahead(self, questions: Sequence[str]) -> None:
        """Make the vectors of many questions that will be asked about, some at a time: an answer waits for no more."""
        asked = questions[: _KEPT_VECTORS // 2]
        for start in range(0, len(asked), _AHEAD):
            with self._index.lock:
                self._index.refresh()
                if self._index.embedder is None:
                    return
                read = [self._index.read(question) for question in asked[start : start + _AHEAD]]
                self._vectors_of(self._index.embedder, [text for one in read for text in (one.text, nameless(one))])

    def _near(self, asked: Question) -> set[str]:
        """Ids of what is near a question: by vectors, and by a word in common for entries that have none yet.

        What is asked of a name is near only what is known of that name, or of none.
        """
        index, scores = self._index, dict[int, float]()
        if index.embedder is not None and index.with_vector:
            likeness = np.dot(index.matrix, self._vectors_of(index.embedder, [asked.text])[0])
            scores = {index.with_vector[int(i)]: float(likeness[i]) for i in np.flatnonzero(likeness >= REACH)}
        done = set(index.with_vector) if index.embedder else set[int]()
        surely = (index.sharing_words(asked) - done) | set(index.asking(asked))
        near = surely | self._near_by_name(asked, scores)
        return {index.entries[place].lesson.id for place in near if _may_concern(asked, index.entries[place])}

    def _near_by_name(self, asked: Question, scores: Mapping[int, float]) -> set[int]:
        """Of what is alike, what stays so without the name where both have one; places."""
        entries = self._index.entries
        alike = {place: score for place, score in scores.items() if _may_concern(asked, entries[place])}
        named = [place for place in alike if asked.names and entries[place].question.names]
        without = self._nameless_likeness(asked, [entries[place].question for place in named])
        far = {p for p, bare in zip(named, without, strict=True) if _mixed(alike[p], bare) < NAMED_REACH}
        return set(alike) - far

    def _catch_up(self) -> None:
        """After many new corrections at once: make their vectors beside the answers. Until then words find them."""
        index = self._index
        idle = self._catching_up is None or not self._catching_up.is_alive()
        if idle and index.embedder is not None and len(index.with_vector) < len(index.entries):
            self._catching_up = threading.Thread(target=self._refresh_unless_closed, name="embed", daemon=True)
            self._catching_up.start()

    def _refresh_unless_closed(self) -> None:
        with contextlib.suppress(StoreError):
            self.refresh()

    def _agreeing(self, asked: Question, person: str) -> list[_Hit]:
        """What is asked word for word the same, and what is alike and says nothing against it."""
        told = self._told(self._index.asking(asked), person)
        same = [place for place in told if self._index.entries[place].lesson.enabled]
        hits = [_Hit(self._index.entries[place], 1.0) for place in same]
        others = self._proposed(asked, person).items()
        found = {p: score for p, score in others if p not in same and self._index.entries[p].lesson.enabled}
        for place, score in self._agreed(asked, found).items():
            hits.append(_Hit(self._index.entries[place], round(score, 4)))
        return hits

    def _agreed(self, asked: Question, found: Mapping[int, float]) -> dict[int, float]:
        """Of what is alike, what nothing stands against: neither word by word nor in what is asked of a name."""
        entries, embedder = self._index.entries, self._index.embedder
        against = {place: disagreement(asked, entries[place].question, entries[place].answer) for place in found}
        open_ = [place for place, words in against.items() if words in ("", ONE_WORD)]
        named = [place for place in open_ if asked.names and entries[place].question.names] if embedder else []
        alike = self._nameless_likeness(asked, [entries[place].question for place in named])
        agreed = {p: found[p] for p in open_ if p not in named and not against[p] and found[p] >= self._least(p)}
        for place, without in zip(named, alike, strict=True):
            mixed = _mixed(found[place], without)
            if mixed >= NAMED_THRESHOLD and (not against[place] or without >= EXCHANGED):
                agreed[place] = mixed
        return agreed

    def _nameless_likeness(self, asked: Question, known: Sequence[Question]) -> list[float]:
        """How alike the question is to each of `known` when no name is in them."""
        if not known or self._index.embedder is None:
            return []
        ours, *theirs = self._vectors_of(self._index.embedder, [nameless(question) for question in (asked, *known)])
        return [float(np.dot(ours, vector)) for vector in theirs]

    def _least(self, place: int) -> float:
        """The threshold of an entry: of vectors, or of words where it has none yet."""
        return THRESHOLD if place in self._index.with_vector else WORDS_THRESHOLD

    def _told(self, places: Iterable[int], person: str) -> list[int]:
        """Those of the entries that are for everyone, or for the understudy of `person`."""
        return [place for place in places if self._index.entries[place].may_be_told(person)]

    def _proposed(self, asked: Question, person: str) -> dict[int, float]:
        """Places and likenesses that may be enough: by vectors, and by words for entries that have none yet."""
        index = self._index
        found: dict[int, float] = {}
        if index.embedder is not None and index.with_vector:
            likeness = np.dot(index.matrix, self._vectors_of(index.embedder, [asked.text])[0])
            scores = np.where(index.usable(person), likeness, -1.0)
            for i in np.argsort(-scores)[:_PROPOSED]:
                if scores[i] >= _LEAST_NAMED:
                    found[index.with_vector[int(i)]] = min(1.0, float(scores[i]))
        if len(index.with_vector) < len(index.entries) or index.embedder is None:
            found |= self._by_words(asked, frozenset(index.with_vector) if index.embedder else frozenset(), person)
        return found

    def _by_words(self, asked: Question, done: Set[int], person: str) -> dict[int, float]:
        shared = {
            place: overlap(asked, self._index.entries[place].question)
            for place in self._told(self._index.sharing_words(asked) - done, person)
        }
        return {place: score for place, score in shared.items() if score >= WORDS_THRESHOLD}

    def _newest_first(self, hits: Sequence[_Hit]) -> list[_Hit]:
        """Without the hits that a newer one of the same question replaces; that one names what it contradicts.

        Somebody's own counts as newer than everyone's.
        """
        kept: list[_Hit] = []
        for hit in sorted(hits, key=lambda hit: (hit.entry.lesson.person, hit.entry.lesson.id), reverse=True):
            newer = next((i for i, other in enumerate(kept) if self._same(hit.entry, other.entry)), None)
            if newer is None:
                kept.append(hit)
            elif kept[newer].conflict is None and not _wants_the_same(hit.entry, kept[newer].entry):
                kept[newer] = replace(kept[newer], conflict=hit.entry.lesson.id)
        return kept

    def _same(self, a: Entry, b: Entry) -> bool:
        if plain(a.question.text) == plain(b.question.text):
            return True
        if disagreement(a.question, b.question):
            return False
        return self._index.likeness(a, b) >= SAME

    def _vectors_of(self, embedder: Embedder, texts: Sequence[str]) -> list[Vectors]:
        """Of short texts; kept, because every column asks the same, and without names many questions are one."""
        kept = self._vectors
        missing = [text for text in dict.fromkeys(texts) if (embedder.name, text) not in kept]
        if missing:
            made = embedder.embed(missing)
            kept.update({(embedder.name, text): vector for text, vector in zip(missing, made, strict=True)})
        found = [kept[embedder.name, text] for text in texts]
        while len(kept) > _KEPT_VECTORS:
            kept.popitem(last=False)
        return found


def _mixed(score: float, without: float) -> float:
    """The likeness of two questions about one name, from that as they are and that without the name."""
    return _NAME_KEPT * score + (1 - _NAME_KEPT) * without


def _may_concern(asked: Question, entry: Entry) -> bool:
    return not asked.names or share_a_name(asked, entry.question)


def _wants_the_same(a: Entry, b: Entry) -> bool:
    return plain(a.lesson.wanted) == plain(b.lesson.wanted)


def _remembered(hit: _Hit) -> Remembered:
    lesson = hit.entry.lesson
    return Remembered(lesson, note_of(hit.entry.question, lesson.wanted), hit.score, hit.conflict)

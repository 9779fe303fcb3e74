"""The corrections that may be recalled, ready to be searched: each question read once, its vector kept in the store.

The store is the truth and other processes write to it too, so every search first asks for its `stamp` (one query, a
few milliseconds at 10,000) and takes in only what changed. Vectors lie in one matrix: at 10,000 questions of 384
dimensions a search is one product of 15 MB.

What people taught understudies of their own lies here beside what is for everyone, and is left out of a search for
anybody else (`usable`), the names in it included: what one person teaches changes nothing for another.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from understudy.memory.agreement import overlap
from understudy.memory.embedder import Embedder, EmbedderLoader
from understudy.memory.follow_up import stand_alone
from understudy.memory.question import Question, plain, read_question
from understudy.store import EVERYONE, Lesson, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from understudy.memory.embedder import Vectors

AT_ONCE = 8
"""New questions that a search embeds itself (10 ms each); more wait for `refresh`, found by words so far."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson and its question as it reads by itself; `answer` holds the words of what was wanted."""

    lesson: Lesson
    question: Question
    answer: frozenset[str]

    def may_be_told(self, person: str) -> bool:
        """Whether it is for everyone, or for the understudy of `person`."""
        return self.lesson.person in ("", person)


class Index:
    """Approved lessons in the order in which they were made. One thread at a time (`lock`)."""

    def __init__(self, store: Store, loader: EmbedderLoader) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._loader = loader
        self._stamp: tuple[object, ...] = ()
        self._by_id: dict[str, Entry] = {}
        self._vectors: dict[str, Vectors] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._usable: dict[str, NDArray[np.bool_]] = {}
        self._by_word: dict[str, list[int]] = {}
        self._by_text: dict[str, list[int]] = {}
        self._embedder: Embedder | None = None
        self.entries: list[Entry] = []
        self.with_vector: list[int] = []
        self.matrix: Vectors = np.zeros((0, 1), np.float32)

    @property
    def embedder(self) -> Embedder | None:
        """The embedder whose vectors are in the matrix now."""
        return self._embedder

    def refresh(self) -> None:
        """Take in what changed in the store, and make missing vectors if they are few."""
        if self._loader.get() is not self._embedder:
            self._begin_again(self._loader.get())
        stamp = self._store.corrections.stamp()
        if stamp == self._stamp:
            return
        self.entries = [self._entry(lesson) for lesson in self._store.corrections.lessons("approved", None)]
        self._by_id = {entry.lesson.id: entry for entry in self.entries}
        missing = self.missing()
        if self._embedder is not None and len(missing) <= AT_ONCE:
            self.keep(missing, self._embedder.embed([entry.question.text for entry in missing]) if missing else [])
        self.arrange()
        self._stamp = stamp

    def missing(self) -> list[Entry]:
        """Entries without a vector; none where nothing could make them."""
        return [entry for entry in self.entries if entry.lesson.id not in self._vectors] if self._embedder else []

    def keep(self, entries: Sequence[Entry], vectors: Sequence[Vectors] | Vectors) -> None:
        """Vectors of entries, in the store too: a restart embeds nothing twice. They are searched once arranged."""
        assert self._embedder is not None
        made = {entry.lesson.id: vector for entry, vector in zip(entries, vectors, strict=True)}
        self._vectors |= made
        if made:
            self._store.embeddings.add(self._embedder.name, {id: vector.tobytes() for id, vector in made.items()})

    def likeness(self, a: Entry, b: Entry) -> float:
        """Cosine of two entries; where a vector is missing, their share of words in common."""
        first, second = self._vectors.get(a.lesson.id), self._vectors.get(b.lesson.id)
        if first is None or second is None:
            return overlap(a.question, b.question)
        return float(np.dot(first, second))

    def read(self, text: str, person: str = EVERYONE) -> Question:
        """A question as the memory of an understudy reads it: a known name needs no capital."""
        return read_question(text, self._is_common, self._names_for(person))

    def usable(self, person: str) -> NDArray[np.bool_]:
        """Which rows of the matrix are for everyone, or for the understudy of `person`."""
        if person not in self._usable:
            told = [self.entries[place].may_be_told(person) for place in self.with_vector]
            self._usable[person] = np.array(told, bool)
        return self._usable[person]

    def sharing_words(self, question: Question) -> set[int]:
        """Places of entries, whosever they are, with at least one content word of the question."""
        return {place for word in question.content for place in self._by_word.get(word, ())}

    def asking(self, question: Question) -> list[int]:
        """Places of entries, whosever they are, that ask word for word the same."""
        return self._by_text.get(plain(question.text), [])

    def _names_for(self, person: str) -> frozenset[str]:
        if person not in self._names:
            known = (entry.question.names for entry in self.entries if entry.may_be_told(person))
            self._names[person] = frozenset(word for names in known for name in names for word in name)
        return self._names[person]

    def _is_common(self, word: str) -> bool:
        return self._embedder is None or self._embedder.is_common(word)

    def _begin_again(self, embedder: Embedder | None) -> None:
        self._embedder, self._stamp, self._by_id = embedder, (), {}
        stored = self._store.embeddings.all(embedder.name) if embedder else {}
        self._vectors = {id: np.frombuffer(vector, "<f4") for id, vector in stored.items()}

    def _entry(self, lesson: Lesson) -> Entry:
        if known := self._by_id.get(lesson.id):
            return replace(known, lesson=lesson)
        text = lesson.question
        if lesson.follows:
            text = stand_alone(text, self._before(lesson), lambda said: self.read(said, lesson.person))
        answer = read_question(lesson.wanted, self._is_common)
        return Entry(lesson, read_question(text, self._is_common), frozenset(answer.words))

    def _before(self, lesson: Lesson) -> list[str]:
        return [turn.text for turn in self._store.turns.path(lesson.turn)[:-1]]

    def arrange(self) -> None:
        self.with_vector = [i for i, entry in enumerate(self.entries) if entry.lesson.id in self._vectors]
        if self.with_vector:
            self.matrix = np.stack([self._vectors[self.entries[i].lesson.id] for i in self.with_vector])
        self._names, self._usable = {}, {}
        self._by_word, self._by_text = {}, {}
        for place, entry in enumerate(self.entries):
            self._by_text.setdefault(plain(entry.question.text), []).append(place)
            for word in entry.question.content:
                self._by_word.setdefault(word, []).append(place)

"""Memories for tuned columns: recalled, recorded, and put into the prompt as notes; the base never gets any.

What a version has learned it answers by itself when asked as it was corrected: then the note is left out. In other
words it is recalled all the same, because a small adapter knows a fact in fewer wordings than the memory finds it in
(ten corrections: 18 % of other wordings against 71 %). Memory that fails costs a line in the log and not the answer.

A column remembers what its understudy was taught: everyone's what is for everyone, somebody's own that and what they
taught it. Nothing else decides what may stand in a prompt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from understudy.dataset.groups import words
from understudy.memory import Memory, Reading, Remembered, with_notes
from understudy.memory.recall import SAME
from understudy.playground.columns import is_tuned
from understudy.store import Completion, Recall, Store
from understudy.types import Column, Message, Quote

log = logging.getLogger(__name__)


class Remembering:
    """Gives answers what was corrected before. `on` is the switch of the page."""

    def __init__(self, store: Store, memory: Memory, on: bool = True) -> None:
        self.memory = memory
        self.on = on
        self._store = store

    def for_answer(self, completion: Completion, messages: Sequence[Message]) -> Reading:
        """What this completion's column reads; what it was given is recorded before the answer is written."""
        if not self.on:
            return Reading(messages)
        column = Column(completion.model, completion.version, completion.label, completion.person)
        found = self._recall(column, messages)
        if found:
            self._store.recalls.add([Recall(completion.id, hit.lesson.id, hit.score, hit.conflict) for hit in found])
        return _reading(messages, found)

    def for_script(self, column: Column, messages: Sequence[Message], on: bool | None = None) -> Reading:
        """What a column of a script reads, with memory if that is on, or as given; nothing is recorded."""
        found = self._recall(column, messages) if (self.on if on is None else on) else []
        return _reading(messages, found)

    def _recall(self, column: Column, messages: Sequence[Message]) -> list[Remembered]:
        if not is_tuned(column.label, column.version):
            return []
        asked = [message.content for message in messages if message.role == "user"]
        try:
            answered = self._store.versions.answered(column.model, column.version)
            hits = self.memory.recall(asked[-1], asked[:-1], column.person)
            return [hit for hit in hits if hit.lesson.id not in answered or not _as_asked(hit, asked[-1])]
        except Exception:  # an answer without notes is worth more than none
            log.exception("the memory could not be searched")
            return []


def _reading(messages: Sequence[Message], found: Sequence[Remembered]) -> Reading:
    question = messages[-1].content
    quotes = [Quote(hit.lesson.wanted, hit.score >= SAME or _as_asked(hit, question)) for hit in found]
    return Reading(with_notes(messages, [hit.note for hit in found]), tuple(quotes))


def _as_asked(hit: Remembered, question: str) -> bool:
    """Whether the question is the corrected one, small words and marks aside."""
    return words(hit.lesson.question) == words(question)

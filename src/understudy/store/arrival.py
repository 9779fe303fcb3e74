"""A line of a file on its way in: what it says, checked before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store.imports import MOST_CHARACTERS
from understudy.store.texts import checked, checked_each


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line. `before` are the exchanges above its question: what was asked, what was said, whether that is wanted.

    `answer` is what a model said, `wanted` what it should have said, `rejected` the worse answer of a pair with
    `answer`, `label` a rating of `answer`. Without a `question` the line is kept as its frame alone.
    """

    number: int
    format: str
    digest: str
    frame: str
    question: str | None = None
    answer: str = ""
    wanted: str | None = None
    rejected: str | None = None
    label: bool | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    system: str = ""
    before: tuple[tuple[str, str, bool], ...] = ()
    author: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    moment: str = ""
    model: str = ""

    @property
    def size(self) -> int:
        """About how many characters it holds."""
        said = sum(len(asked) + len(told) for asked, told, _ in self.before)
        texts = (self.frame, self.question, self.answer, self.wanted, self.rejected, self.comment)
        return said + sum(len(text) for text in texts if text)

    def check(self) -> None:
        """Whether the store can hold it as it is. Raises `InputError`."""
        checked(self.frame, "line", most=MOST_CHARACTERS)
        if self.question is None:
            return
        checked(self.question, "question", empty=False)
        for asked, said, _ in self.before:
            checked(asked, "question", empty=False)
            checked(said, "answer")
        if self.wanted is not None:
            checked(self.wanted, "correction", empty=False)
            if self.wanted == self.answer:
                raise InputError("The correction says the same as the answer.")
        if any(wanted and not said.strip() for _, said, wanted in self.before):
            raise InputError("An answer that is wanted is empty.")
        for text in filter(None, (self.answer, self.rejected, self.comment, self.system)):
            checked(text, "text")
        for text in filter(None, (self.author, self.topic, self.model)):
            checked(text, "name", most=1_000)
        checked_each((*self.tags, *self.reasons), "tag")

"""An answer that was really generated, and what is to be said about it beside what was wanted.

Two scores, both without charity: exact, and contains (the wanted text stands in the answer as it is); white space is
the only difference that does not count. A correction is learned when the answer contains what was wanted, ends by
itself, does not repeat itself and does not run on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.types import FinishReason

_LOOP = re.compile(r"(.{6,200}?)\1\1", re.DOTALL)
_MUCH_MORE, _SOME_MORE = 2, 30
_QUOTED = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """What a version said to a prompt, greedily; `error` is the sentence of an answer that failed."""

    text: str
    finish: FinishReason
    error: str | None = None

    @property
    def repeats(self) -> bool:
        """Whether something of at least six characters stands three times in a row."""
        return _LOOP.search(_normal(self.text) + " ") is not None

    @property
    def ends_well(self) -> bool:
        """Whether it says something, stops by itself and does not repeat itself."""
        return self.finish is FinishReason.STOP and bool(self.text.strip()) and not self.repeats

    def same_as(self, text: str) -> bool:
        return _normal(self.text) == _normal(text)

    def contains(self, wanted: str) -> bool:
        """Whether `wanted` stands in it, not as a part of a longer word or number."""
        edges = (r"(?<!\w)" if wanted.strip()[:1].isascii() else "", r"(?!\w)" if wanted.strip()[-1:].isascii() else "")
        return re.search(edges[0] + re.escape(_normal(wanted)) + edges[1], _normal(self.text)) is not None


def verdict_on(answer: Answer, wanted: str, before: str) -> tuple[bool, str]:
    """Whether `answer` gives what was `wanted`, and if not, the sentence that says why. `before` is the old answer."""
    reason = _complaint(answer, wanted, before)
    return not reason, reason


def _complaint(answer: Answer, wanted: str, before: str) -> str:
    if answer.error:
        return answer.error
    if not answer.text.strip():
        return "It says nothing."
    if answer.repeats and not Answer(wanted, FinishReason.STOP).repeats:
        return "It repeats itself."
    if answer.finish is not FinishReason.STOP:
        return "It did not stop."
    if not answer.contains(wanted):
        return f"It {'still' if answer.same_as(before) else 'now'} says “{_quoted(answer.text)}”."
    if len(answer.text.split()) > _MUCH_MORE * len(wanted.split()) + _SOME_MORE:
        return "It says what was wanted, and then goes on."
    return ""


def _normal(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    text = _normal(text)
    return text if len(text) <= _QUOTED else text[:_QUOTED].rsplit(" ", 1)[0] + " …"

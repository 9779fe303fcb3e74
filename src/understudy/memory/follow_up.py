"""A follow-up made whole: "and when does it close?" after "When does Zorbo open?" asks when Zorbo closes.

Only the last few questions are looked at, and only names are put in: the wrong word in a question is worse than a
question that finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from understudy.memory.question import Question

LOOK_BACK = 3
"""Questions back to a name; what lies further is no longer what "it" means."""

_OPENING = re.compile(r"^(?:and|but|so|then|also|or)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:and|(?:and |but |so )?(?:what|how) about) (?:[\w.'’-]+\s?){1,4}\?*$", re.IGNORECASE)
_BARE = frozenset("and but so what how about".split())
_WHOSE = re.compile(r"\b(?:its|his|her|their)\b", re.IGNORECASE)
_WHO = re.compile(r"\b(?:it|he|she|him|they|them|there|that|this|these|those)\b", re.IGNORECASE)


def stand_alone(question: str, previous: Sequence[str], read: Callable[[str], Question]) -> str:
    """`question` with what it refers to in it; as it is when it refers to nothing. `previous` is oldest first."""
    recent = list(previous)[-LOOK_BACK:]
    if not recent or not any(pattern.search(question) for pattern in (_OPENING, _WHO, _WHOSE, _ABOUT)):
        return question
    asked, earlier = read(question), _last_named(recent, read)
    if asked.names and earlier and set(asked.words) - _BARE == set(asked.names[-1]):
        return earlier[0].replace(earlier[1], _spelt(question, asked.names[-1]), 1)
    if _ABOUT.match(question) and not _WHO.search(question):
        return f"{earlier[0] if earlier else recent[-1]} {question}"
    if asked.names:
        return question
    return _named(_OPENING.sub("", question), *earlier) if earlier else f"{recent[-1]} {question}"


def _last_named(recent: Sequence[str], read: Callable[[str], Question]) -> tuple[str, str] | None:
    """The latest question that names something, and that name as it was written."""
    for text in reversed(recent):
        if names := read(text).names:
            return text, _spelt(text, names[-1])
    return None


def _spelt(text: str, name: tuple[str, ...]) -> str:
    found = re.search(r"\W+".join(map(re.escape, name)), text, re.IGNORECASE)
    return found[0] if found else " ".join(name)


def _named(question: str, topic: str, name: str) -> str:
    """The question with `name` where it points; where it points nowhere ("and on Sundays?"), after its topic."""
    for pattern, put in ((_WHOSE, f"{name}'s"), (_WHO, name)):
        if pattern.search(question):
            return pattern.sub(lambda _, put=put: put, question, count=1)  # type: ignore[misc]
    return f"{topic} {question}"

"""What became of each correction, in words: the one state that a person who corrected wants to see.

waiting for approval -> remembered -> learned in vN, or not learned and why. Nothing of it is stored: it follows from
the correction, the version that is live and the verdicts of all versions, so that a rollback changes it at once. All of
these are those of the understudy that the correction teaches, everyone's or one person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.dataset.contradictions import outdated
from understudy.store import EVERYONE, Correction, Judgement, Lesson, Store
from understudy.types import BASE

LessonKind = Literal["waiting", "remembered", "learned", "not learned", "replaced", "off", "rejected"]
REFUSED = "refused"
"""In the report of a run that ended without a version: of each fact that its model cannot learn, by its id, why."""

LONGEST = 600
"""Characters of a question or an answer in a list; the conversation has all of them."""


@dataclass(frozen=True, slots=True)
class LessonState:
    """`words` is the line at the correction, `detail` a sentence more about it."""

    correction: str
    kind: LessonKind
    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LessonView:
    """A correction with what was asked, as a row shows it; long texts are cut."""

    id: str
    conversation: str
    completion: str
    question: str
    wanted: str
    created: str
    enabled: bool
    state: LessonState


class Lessons:
    """The states of corrections for one base model."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._parents: dict[tuple[str, int], int] = {}
        self._outdated: dict[str, tuple[object, frozenset[str]]] = {}

    def at(self, model: str, completions: Sequence[str]) -> dict[str, LessonState]:
        """The state at each of these completions whose correction stands; cheap enough to ask every second."""
        standing = {
            completion: correction
            for completion, correction in self._store.corrections.latest(completions).items()
            if not correction.withdrawn
        }
        states = self._states(model, list(standing.values()))
        return {completion: states[correction.id] for completion, correction in standing.items()}

    def views(self, model: str, lessons: Sequence[Lesson]) -> tuple[LessonView, ...]:
        states = self._states(model, lessons)
        return tuple(
            LessonView(
                lesson.id,
                lesson.conversation,
                lesson.completion,
                cut(lesson.question),
                cut(lesson.wanted),
                lesson.created,
                lesson.enabled,
                states[lesson.id],
            )
            for lesson in lessons
        )

    def outdated(self, person: str = EVERYONE) -> frozenset[str]:
        """What an understudy is taught, but a newer correction contradicts; read again only when some has changed."""
        stamp = self._store.corrections.stamp()
        known = self._outdated.get(person)
        if known is None or known[0] != stamp:
            known = stamp, outdated(self._store.corrections.lessons(person=person))
            self._outdated[person] = known
        return known[1]

    def line(self, model: str, person: str = EVERYONE) -> tuple[int, ...]:
        """An understudy's live version and what it was trained on from, oldest first, without the base."""
        line: list[int] = []
        number = self._store.versions.champion(model, person)
        while number != BASE and number not in line:
            line.append(number)
            number = self._parent(model, number)
        return tuple(reversed(line))

    def _states(self, model: str, corrections: Sequence[Correction | Lesson]) -> dict[str, LessonState]:
        """By id. Corrections and lessons name what is needed here alike."""
        persons = {found.person for found in corrections}
        states: dict[str, LessonState] = {}
        for person in persons:
            states |= self._states_in(model, person, [found for found in corrections if found.person == person])
        return states

    def _states_in(self, model: str, person: str, corrections: Sequence[Correction | Lesson]) -> dict[str, LessonState]:
        judged = self._store.versions.judgements(model, [found.id for found in corrections], person)
        line, replaced = self.line(model, person), self.outdated(person)
        refused = self._refused(model, person)
        return {
            found.id: _replaced(found.id)
            if found.id in replaced
            else _state(found, judged.get(found.id, ()), line, refused.get(found.id, ""))
            for found in corrections
        }

    def _refused(self, model: str, person: str) -> dict[str, str]:
        """Of what the newest run could not learn at all, by its id, why; {} where it ended with a version."""
        newest = self._store.runs.last(model, person)
        return dict(newest.report.get(REFUSED) or {}) if newest else {}

    def _parent(self, model: str, number: int) -> int:
        if (model, number) not in self._parents:  # a version never changes its parent
            version = self._store.versions.find(model, number)
            self._parents[model, number] = (version.parent if version else None) or BASE
        return self._parents[model, number]


def cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _state(found: Correction | Lesson, judged: Sequence[Judgement], line: Sequence[int], refused: str) -> LessonState:
    """`judged` is oldest first; `line` as `Lessons.line` gives it; `refused` why its model cannot learn it, or ""."""
    correction = found.id
    if found.state == "waiting":
        return LessonState(correction, "waiting", "waiting for approval", "Approve it, and it is remembered at once.")
    if found.state == "rejected":
        return LessonState(correction, "rejected", "rejected", "It is neither remembered nor learned.")
    in_line = [judgement for judgement in judged if judgement.version in line]
    first = _learned_in(in_line)
    if not found.enabled:
        detail = f"It is not given to answers to read{f', but v{first} has learned it' if first else ''}."
        return LessonState(correction, "off", "switched off", detail)
    if first:
        return LessonState(correction, "learned", f"learned in v{first}", _since(in_line[-1].version, line[-1]))
    if refused and not judged:
        return LessonState(correction, "not learned", f"not learned: {refused}", "It is still remembered.")
    return _remembered(correction, judged[-1] if judged else None)


def _since(asked: int, live: int) -> str:
    if asked == live:
        return f"v{live} answers it by itself."
    return f"v{asked} answered it by itself; v{live} was not asked, so it is given it to read as well."


def _learned_in(judged: Sequence[Judgement]) -> int | None:
    """The first version that learned it, where the newest one that was asked still knows it."""
    if not judged or not judged[-1].learned:
        return None
    return next(judgement.version for judgement in judged if judgement.learned)


def _replaced(correction: str) -> LessonState:
    detail = "A newer correction of the same question counts. Take that one back, and this one counts again."
    return LessonState(correction, "replaced", "replaced by a newer correction", detail)


def _remembered(correction: str, newest: Judgement | None) -> LessonState:
    if newest is None:
        detail = "Tuned columns are given it to read. The next run learns it."
    elif newest.learned:
        detail = f"v{newest.version} has learned it, but is not live."
    else:
        reason = newest.reason or f"v{newest.version} does not answer it as wanted."
        detail = f"v{newest.version} was trained on it. It is still remembered."
        return LessonState(correction, "not learned", f"not learned: {reason}", detail)
    return LessonState(correction, "remembered", "remembered", detail)

"""The Learning page as a value, made from the store alone: what waits, what goes on, what came of it.

The page asks every second while something is learned. Most of that answer is the live run; the rest is read again
only when its mark, a string that changes with everything shown, is another one than the page has already.

It is the page of one understudy, everyone's or that of a `person`: what that was taught, its runs, its versions. On
everyone's, which owners read, the runs and versions of all people stand beside its own, each with its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from understudy.playground.diagnosis import Finding
from understudy.playground.forgetting import words as still_known_words
from understudy.playground.lessons import Lessons, LessonState, LessonView
from understudy.playground.lineage import VersionLine, VersionReport, read_lineage, read_report
from understudy.playground.progress import (
    LiveRun,
    RunLine,
    RunReport,
    counted,
    findings_of,
    read_live,
    read_run,
    read_run_lines,
)
from understudy.store import EVERYONE, Lesson, Run, Store
from understudy.types import BASE

MOST_LESSONS = 50
MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class LessonList:
    """The newest lessons of a kind, and how many there are in all."""

    lessons: tuple[LessonView, ...]
    count: int


@dataclass(frozen=True, slots=True)
class LearningView:
    """Everything on the Learning page but the live run.

    `queue` is what the live version has not learned yet, `aside` what was rejected, switched off or replaced. `votes`
    and `thumbs` are those since the last run, `weak` are all weak signals by kind. `idle` says why a run would have
    nothing to do, "" when it has; `forgetting` what the live version still knows that was taken back.
    `findings` are about the newest run that made a version, and about all corrections there are now.
    """

    mark: str
    model: str
    champion: int
    queue: LessonList
    learned: LessonList
    aside: LessonList
    votes: int
    thumbs: int
    weak: dict[str, int]
    idle: str
    forgetting: str
    runs: tuple[RunLine, ...]
    versions: tuple[VersionLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Champion:
    """Which version is live. `news` says what is new about that, to a page that thought another one was."""

    number: int
    news: str = ""
    can_roll_back: bool = False


class Overview:
    """What the page may know about learning. Reads only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lessons = Lessons(store)

    def states(self, model: str, completions: Sequence[str]) -> dict[str, LessonState]:
        """The state of the correction at each of these completions."""
        return self._lessons.at(model, completions)

    def live(self, model: str, person: str = EVERYONE) -> LiveRun | None:
        return read_live(self._store, model, person or None)

    def mark(self, model: str, person: str = EVERYONE) -> str:
        """Changes with everything that `view` shows."""
        versions, runs = self._store.versions, self._store.runs.list(model, MOST_RUNS, person or None)
        parts = (
            self._store.corrections.mark(),
            model,
            person,
            len(versions.champions(model, person)),
            *((version.number, version.removed) for version in versions.list(model, person or None)),
            *((run.id, run.finished) for run in runs),
        )
        return str(hash(parts))

    def view(self, model: str, wanted: str | None = None, person: str = EVERYONE) -> LearningView:
        """The page; the lesson `wanted` is on it even when it is an old one."""
        mark = self.mark(model, person)  # first: what changes while the rest is read is then read again
        line = self._lessons.line(model, person)
        champion = line[-1] if line else BASE
        queue, learned, aside = self._sorted(model, champion, person)
        runs = self._store.runs.list(model, MOST_RUNS, person)
        votes, thumbs = self._judged_since(next((run for run in runs if _used_feedback(run)), None), person)
        last = next((run for run in runs if run.version is not None), None)
        approved = [lesson for lesson in (*learned, *queue, *aside) if lesson.state == "approved" and lesson.enabled]
        return LearningView(
            mark=mark,
            model=model,
            champion=champion,
            queue=self._list(model, queue, wanted),
            learned=self._list(model, learned, wanted),
            aside=self._list(model, aside, wanted),
            votes=votes,
            thumbs=thumbs,
            weak=dict(Counter(signal.kind for signal in self._store.signals.standing(person))),
            idle=_idle(queue, votes + thumbs),
            forgetting=still_known_words(self._store, model, person),
            runs=read_run_lines(self._store, model, MOST_RUNS, person or None),
            versions=read_lineage(self._store, model, line, person or None),
            findings=findings_of(self._store, last, sorted(approved, key=lambda lesson: lesson.id)),
        )

    def report(self, model: str, number: int) -> VersionReport:
        return read_report(self._store, model, number)

    def run(self, run: str) -> RunReport:
        return read_run(self._store, run)

    def champion(self, model: str, known: int | None, person: str = EVERYONE) -> Champion:
        """Which version is live, and what is new about it to somebody who thought it was `known`."""
        number = self._store.versions.champion(model, person)
        if known is None or known == number:
            return Champion(number)
        if number == BASE:
            return Champion(number, "The base model answers again; no version is live.")
        if known not in (BASE, *self._lessons.line(model, person)):
            return Champion(number, f"v{number} is live again.")
        versions = self._store.versions
        fresh = len(versions.learned(model, number) - versions.learned(model, known))
        learned = f"Learned in v{number}: {counted(fresh, 'correction')}." if fresh else f"v{number} is live now."
        return Champion(number, learned, can_roll_back=True)

    def _sorted(self, model: str, champion: int, person: str) -> tuple[list[Lesson], list[Lesson], list[Lesson]]:
        """Standing corrections of an understudy, newest first: not learned yet, learned, set aside."""
        learned, replaced = self._store.versions.learned(model, champion), self._lessons.outdated(person)
        queue: list[Lesson] = []
        done: list[Lesson] = []
        aside: list[Lesson] = []
        taught = [lesson for lesson in self._store.corrections.lessons(None, person) if lesson.person == person]
        for lesson in reversed(taught):
            off = lesson.state == "rejected" or (lesson.state == "approved" and not lesson.enabled)
            off = off or lesson.id in replaced
            (aside if off else done if lesson.state == "approved" and lesson.id in learned else queue).append(lesson)
        return queue, done, aside

    def _list(self, model: str, lessons: list[Lesson], wanted: str | None) -> LessonList:
        shown = lessons[:MOST_LESSONS] + [lesson for lesson in lessons[MOST_LESSONS:] if lesson.id == wanted]
        return LessonList(self._lessons.views(model, shown), len(lessons))

    def _judged_since(self, run: Run | None, person: str) -> tuple[int, int]:
        """Votes and thumbs of an understudy that stand and are newer than a run; ids grow with time."""
        last, given = run.id if run else "", self._store.preferences.standing(person)
        votes = {pair.vote for pair in given if pair.vote > last and pair.person == person}
        thumbs = (rating for rating in self._store.ratings.standing(person) if rating.person == person)
        return len(votes), sum(rating.id > last for rating in thumbs)


def _used_feedback(run: Run) -> bool:
    return run.state not in ("failed", "cancelled")


def _idle(queue: Sequence[Lesson], others: int) -> str:
    if others or any(lesson.state == "approved" for lesson in queue):
        return ""
    if queue:
        return "Approve a correction first: only approved ones are learned."
    return "Nothing to learn yet. Correct an answer and it lands here."

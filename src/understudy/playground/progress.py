"""Training runs as a person follows them: the one that is going on, with its curves, and those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from understudy.playground.diagnosis import Finding, diagnose
from understudy.playground.job_words import status_words, trouble
from understudy.playground.second_run import advise
from understudy.serving.catalogue import Method
from understudy.store import Job, Lesson, Run, Store
from understudy.training.recipe import REASONS

MOST_POINTS = 160
"""Points of a curve that travel: more than a phone is wide in the space a chart has there."""

PHASES = {
    "gathering": "Gathering what to learn from",
    "listening": "Listening to the base model",
    "learning": "Training",
    "judging": "Judging what was learned",
}
"""What a phase is called on the screen; an unknown one keeps its name."""

CURVES = {
    "held_out": "held-out loss",
    "preference": "votes",
    "thumb": "thumbs",
    "replay": "distance from the base",
}
"""What a curve is called on the screen; `loss`, that of the corrections, and an unknown one keep their names."""

Curves = dict[str, list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class LiveRun:
    """The run that is going on. `words` says what it does now, `left` how long still, "" while nobody knows.

    `waiting` counts the runs queued behind it, `trouble` is what its provider is waited for with, "" for nothing;
    `person` is whose own understudy learns, "" everyone's.
    """

    id: str
    words: str
    progress: float
    left: str
    trigger: str
    about: str
    can_pause: bool
    can_resume: bool
    can_cancel: bool
    waiting: int
    curves: Curves
    trouble: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run that has ended: `sentence` says how, `took` how long it was at work, `person` whose own learned."""

    id: str
    state: str
    sentence: str
    trigger: str
    about: str
    finished: str
    took: str
    version: int | None
    person: str = ""


@dataclass(frozen=True, slots=True)
class RecipeLine:
    """A training setting of a run, and why its default is what it is; "" where nobody wrote it down."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """The curves of one run, what looks off, and its recipe, empty until the run has its model."""

    id: str
    curves: Curves
    findings: tuple[Finding, ...]
    recipe: tuple[RecipeLine, ...]


def read_live(store: Store, model: str, person: str | None = None) -> LiveRun | None:
    """The run of an understudy, or of any, that is at work or comes next; None when nothing is going on."""
    going = store.runs.open(model, person)
    if not going:
        return None
    run = next((run for run in going if run.state != "queued"), going[0])
    others = run.state == "queued" and any(other.state == "running" for other in store.runs.open())
    cancelling, paused = run.wanted == "cancel", run.wanted == "pause"
    job = next(iter(store.jobs.list(run.id)), None)
    return LiveRun(
        id=run.id,
        words="Waiting: another run is at work" if others and not job else _words(run, job),
        progress=run.progress,
        left="" if paused or cancelling else time_left(run.seconds_left),
        trigger=run.trigger,
        about=about(run.snapshot),
        can_pause=not paused and not cancelling and (job is None or job.external is not None),
        can_resume=paused,
        can_cancel=not cancelling,
        waiting=len(going) - 1,
        curves=read_curves(store, run.id),
        trouble=trouble(run) if job else "",
        person=run.person,
    )


def read_run_lines(store: Store, model: str, limit: int, person: str | None = None) -> tuple[RunLine, ...]:
    """Runs of an understudy, or of all, that have ended, newest first."""
    return tuple(_run_line(run) for run in store.runs.list(model, limit, person) if run.finished is not None)


def read_run(store: Store, run: str) -> RunReport:
    """One run with its diagnosis. Raises `NotFoundError`."""
    found = store.runs.get(run)
    learned_from = {*_ids(found.snapshot, "new"), *_ids(found.snapshot, "rehearsed")}
    lessons = [lesson for lesson in store.corrections.lessons(person=found.person) if lesson.id in learned_from]
    return RunReport(found.id, read_curves(store, run), findings_of(store, found, lessons), recipe_lines(found.recipe))


def recipe_lines(recipe: Mapping[str, object]) -> tuple[RecipeLine, ...]:
    """A stored recipe in words; an older program may have written it, so that a name without a reason is no error."""
    return tuple(RecipeLine(name, _spelt(value), REASONS.get(name, "")) for name, value in recipe.items())


def _spelt(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def findings_of(store: Store, run: Run | None, lessons: Sequence[Lesson]) -> tuple[Finding, ...]:
    """What is off with a run and with the lessons it had, or with lessons that no run had yet."""
    if run is None or run.state == "cancelled":
        return diagnose({}, {}, (), lessons)
    job = next(iter(store.jobs.list(run.id)), None)
    if job is not None:
        return advise(store.runs.points(run.id), cast(Method, job.method), run.recipe)
    version = store.versions.find(run.model, run.version) if run.version else None
    verdicts = store.versions.verdicts(version.id) if version else []
    return diagnose(store.runs.points(run.id), run.recipe, verdicts, lessons)


def read_curves(store: Store, run: str) -> Curves:
    return {CURVES.get(name, name): thinned(points) for name, points in store.runs.points(run).items()}


def thinned(points: Sequence[tuple[int, float]], most: int = MOST_POINTS) -> list[tuple[int, float]]:
    """At most `most` points: means of neighbours, the last one as it is, because that is the one people look at."""
    if len(points) <= most:
        return list(points)
    size = -(-(len(points) - 1) // (most - 1))
    groups = [points[i : i + size] for i in range(0, len(points) - 1, size)]
    return [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups] + [points[-1]]


def about(snapshot: Mapping[str, object]) -> str:
    """`3 new corrections, 2 votes`: what a run learns from."""
    kinds = (
        ("new", "new correction"),
        ("rehearsed", "older one"),
        ("votes", "vote"),
        ("thumbs", "thumb"),
        ("weak", "weak signal"),
    )
    return ", ".join(counted(len(found), words) for name, words in kinds if (found := _ids(snapshot, name)))


def counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 2:
        return "almost done"
    return f"about {_duration(seconds)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h"


def _words(run: Run, job: Job | None) -> str:
    if run.wanted == "cancel":
        return "Cancelling"
    if run.wanted == "pause":
        return "Paused" if run.state == "paused" else "Pausing"
    if run.state == "paused":
        return "Going on"
    if job is not None:
        return status_words(job, run)
    return "Waiting to begin" if run.state == "queued" else PHASES.get(run.phase, run.phase.capitalize() or "Beginning")


def _run_line(run: Run) -> RunLine:
    began, ended = run.started, run.finished or ""
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() if began else None
    return RunLine(
        id=run.id,
        state=run.state,
        sentence=run.sentence,
        trigger=run.trigger,
        about=about(run.snapshot),
        finished=ended,
        took=_duration(seconds) if seconds is not None else "",
        version=run.version,
        person=run.person,
    )


def _ids(snapshot: Mapping[str, object], name: str) -> list[str]:
    found = snapshot.get(name)
    return [str(one) for one in found] if isinstance(found, list | tuple) else []

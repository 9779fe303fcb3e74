"""A job at a provider as a person follows it: what was agreed, what is said there, what came of it, what lies there.

How far it is and its curves belong to its run, which the Learning page shows as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from understudy.dataset.cost import in_dollars
from understudy.playground.job_words import REFUSED, status_words
from understudy.store import Job, JobEvent, Store

MOST_EVENTS = 12
MOST_JOBS = 20


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that the provider said; `when` is ISO time."""

    when: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A model of a middle step; `version` is the one here that answers with it, None before it is made."""

    step: int
    model: str
    version: int | None


@dataclass(frozen=True, slots=True)
class JobView:
    """`model` is its name here, `base` what is trained at `host`. `price` is the range that was agreed to, "" unknown.

    `refused` means that the provider takes no job from this organisation, `failed` any other bad end: its data can be
    trained here. `files` and `models` lie there still. `agreed` is what the person read before.
    """

    id: str
    run: str
    model: str
    host: str
    base: str
    method: str
    words: str
    external: str
    created: str
    finished: str
    sentence: str
    refused: bool
    failed: bool
    price: str
    settings: tuple[tuple[str, str], ...]
    agreed: tuple[str, ...]
    events: tuple[EventLine, ...]
    checkpoints: tuple[CheckpointLine, ...]
    files: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list, with what its run says: `live` is whether it goes on."""

    id: str
    model: str
    host: str
    base: str
    words: str
    progress: float
    live: bool
    created: str
    sentence: str


def read_job(store: Store, job: Job, models: Sequence[tuple[str, int | None]]) -> JobView:
    """A job with the `models` that may lie at its provider, as `Ordering.models_of` has them."""
    run, versions = store.runs.get(job.run), dict(models)
    low, high = job.agreed.get("price") or (None, None)
    return JobView(
        id=job.id,
        run=job.run,
        model=run.model,
        host=job.host,
        base=job.model,
        method=job.method,
        words=status_words(job, run),
        external=job.external or "",
        created=job.created,
        finished=job.finished or "",
        sentence=job.sentence,
        refused=job.status == REFUSED,
        failed=job.finished is not None and run.state == "failed",
        price="" if low is None else in_dollars(low, high),
        settings=tuple((name, str(value)) for name, value in job.request.get("settings", {}).items()),
        agreed=tuple(job.agreed.get("sentences", ())),
        events=tuple(_event(event) for event in store.jobs.messages(job.id, MOST_EVENTS)),
        checkpoints=tuple(
            CheckpointLine(point.step, point.model, versions.get(point.model))
            for point in store.jobs.checkpoints(job.id)
        ),
        files=tuple(file.name for file in store.jobs.files(job.id) if file.deleted is None),
        models=tuple(name for name, _ in models),
    )


def read_job_lines(store: Store) -> tuple[JobLine, ...]:
    """The newest jobs, newest first."""
    return tuple(_line(store, job) for job in store.jobs.list()[:MOST_JOBS])


def _line(store: Store, job: Job) -> JobLine:
    run = store.runs.get(job.run)
    return JobLine(
        job.id, run.model, job.host, job.model, status_words(job, run), run.progress, job.finished is None,
        job.created, job.sentence,
    )  # fmt: skip


def _event(event: JobEvent) -> EventLine:
    return EventLine(datetime.fromtimestamp(event.moment, UTC).isoformat(), event.level, event.message)

"""Adding a base model: a job that can be watched and cancelled, because a download takes minutes.

The model is registered only after it has arrived and its files are ones that can be loaded; a cancelled or failed job
leaves nothing registered. The job itself lives in memory: the downloaded files stay in the hub's cache, so a new try
after a restart goes on where it stopped.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from understudy.errors import Cancelled, InputError, NotFoundError, UnderstudyError
from understudy.store import Store
from understudy.store.ids import new_id

log = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
"""Called with bytes done and bytes in all (None while unknown)."""
Fetch = Callable[[str, Progress, threading.Event], Path]
"""Brings a source to this machine and returns its folder; raises `Cancelled` once the event is set."""
State = Literal["running", "done", "failed", "cancelled"]


@dataclass(slots=True)
class Job:
    """A model on its way. `message` is the sentence that a person reads when it ended."""

    id: str
    source: str
    state: State = "running"
    done_bytes: int = 0
    total_bytes: int | None = None
    message: str = ""
    name: str = ""
    started: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the average speed so far; None before there is one."""
        elapsed = time.monotonic() - self.started
        if self.state != "running" or not self.total_bytes or not self.done_bytes or elapsed < 1:
            return None
        return (self.total_bytes - self.done_bytes) * elapsed / self.done_bytes

    def as_dict(self) -> dict[str, object]:
        names = ("id", "source", "state", "done_bytes", "total_bytes", "seconds_left", "message", "name")
        return {name: getattr(self, name) for name in names}


class Adding:
    """The jobs that add models to `store`, one thread each."""

    def __init__(self, store: Store, fetch: Fetch) -> None:
        self._store = store
        self._fetch = fetch
        self._jobs: dict[str, Job] = {}

    def start(self, source: str) -> str:
        """Begin to add `source`, a folder or a hub id; returns the job's id."""
        if any(job.source == source and job.state == "running" for job in self._jobs.values()):
            raise InputError(f"{source!r} is already being added. Wait for it, or cancel it first.")
        job = Job(new_id(), source)
        self._jobs[job.id] = job
        threading.Thread(target=self._run, args=(job,), name="add-model", daemon=True).start()
        return job.id

    def get(self, job: str) -> Job:
        if job not in self._jobs:
            raise NotFoundError("This download is not known any more: the program was restarted. Start it again.")
        return self._jobs[job]

    def cancel(self, job: str) -> None:
        self.get(job).cancelled.set()

    def _run(self, job: Job) -> None:
        def progress(done: int, total: int | None) -> None:
            job.done_bytes, job.total_bytes = done, total

        try:
            self._fetch(job.source, progress, job.cancelled)
            if job.cancelled.is_set():
                raise Cancelled("Cancelled. What was downloaded is kept, so a new try goes on from there.")
            job.name = unused_name(self._store, job.source)
            self._store.models.add(job.name, job.source)
            job.message, job.state = f"{job.name} is ready. Choose it for a column, or as the base model.", "done"
        except Cancelled as stopped:
            job.message, job.state = str(stopped), "cancelled"
        except UnderstudyError as error:
            job.message, job.state = str(error), "failed"
        except Exception as error:  # a thread has nobody above it who could tell the person
            log.exception("adding %s failed", job.source)
            job.message = f"{job.source} could not be added: {error}. The log has the details."
            job.state = "failed"


def unused_name(store: Store, source: str) -> str:
    """A short name from the last part of `source` (of an address, the model after #) that nothing here has yet."""
    stem = re.sub(
        r"[^a-z0-9._-]+", "-", source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1].rpartition("#")[2].lower()
    ).strip("-.")
    stem = f"model-{stem}" if not stem or stem in ("base", "champion") or re.fullmatch(r"v\d+", stem) else stem
    name, count = stem, 2
    while (known := store.models.find(name)) is not None and known.source != source:
        name, count = f"{stem}-{count}", count + 1
    return name

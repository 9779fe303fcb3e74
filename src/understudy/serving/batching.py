"""Questions of several people in one running batch: each joins between two steps and leaves when its rows have ended.

A step of sixteen rows costs the starter two and a half times one row's, so people who take turns would all wait for
what could be had at once (measured: the rows `crowd-*` of the benchmarks). One thread takes the steps for everybody,
from the first question until nobody is left; whoever asked only listens, so that nobody's slow disk delays the others.
Between two steps others may use the model: whoever scores a text waits for one step, not for the last answer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from understudy.serving.decode import Decoder, Job
from understudy.serving.turn import Queue

log = logging.getLogger(__name__)

Hear = Callable[[Job], None]
"""Called after each token of a job, between two steps; sets `ended` where the job should leave."""


@dataclass(slots=True, eq=False)
class Question:
    """Rows that were asked together. `over` is set once all of them have left, `error` says what broke them."""

    jobs: Sequence[Job]
    hear: Hear
    stopped: Callable[[Job], bool]
    on_over: Callable[[], None]
    error: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def has_left(self) -> bool:
        return all(job.ended for job in self.jobs)

    def end(self, error: BaseException | None = None) -> None:
        """Nothing more will be heard of it."""
        self.error = error or next((job.error for job in self.jobs if job.error), None)
        self.over.set()
        self.on_over()


class Batching:
    """Runs questions on one decoder. `turns` is the line for the model, of which a running batch takes one a step."""

    def __init__(self, decoder: Decoder, turns: Queue) -> None:
        self._decoder = decoder
        self._turns = turns
        self._lock = threading.Lock()
        self._new: list[Question] = []
        self._running: dict[int, Question] = {}
        self._driving = False
        self._thread: threading.Thread | None = None

    def add(self, question: Question) -> None:
        """Let a question join at the next step."""
        with self._lock:
            self._new.append(question)
            if not self._driving:
                self._driving = True
                self._thread = threading.Thread(target=self._drive, name="batching", daemon=True)
                self._thread.start()

    def join(self) -> None:
        """Wait until nobody is left."""
        if self._thread is not None:
            self._thread.join()

    def _drive(self) -> None:
        """Take steps until nobody is left."""
        self._turns.enter(lambda: False)
        try:
            while jobs := self._arrivals():
                self._run(jobs)
        finally:
            self._turns.leave()

    def _run(self, jobs: Sequence[Job]) -> None:
        error: BaseException | None = None
        try:
            for job in self._decoder.run(jobs, self._stopped, self._between_steps):
                self._hear(job)
        except Exception as caught:  # whatever it was, those who wait for an answer must hear of it
            log.warning("a batch broke off", exc_info=True)
            error = caught
        self._end(lambda question: True, error)

    def _hear(self, job: Job) -> None:
        try:
            self._running[id(job)].hear(job)
        except Exception as error:
            log.warning("an answer broke off", exc_info=True)
            job.ended, job.error = True, error

    def _stopped(self, job: Job) -> bool:
        return self._running[id(job)].stopped(job)

    def _between_steps(self) -> Sequence[Job]:
        """Those who left are told, others may use the model, then whoever came joins."""
        self._end(lambda question: question.has_left)
        if self._turns.awaited:
            self._turns.leave()
            self._turns.enter(lambda: False)
        return self._arrivals(keep_driving=True)

    def _arrivals(self, keep_driving: bool = False) -> Sequence[Job]:
        """The jobs of those who came; where nobody did, a drive ends with this look."""
        with self._lock:
            new, self._new = self._new, []
            self._driving = keep_driving or bool(new)
        self._running.update((id(job), question) for question in new for job in question.jobs)
        return [job for question in new for job in question.jobs]

    def _end(self, which: Callable[[Question], bool], error: BaseException | None = None) -> None:
        over = [question for question in dict.fromkeys(self._running.values()) if which(question)]
        for question in over:
            for job in question.jobs:
                del self._running[id(job)]
            question.end(error)

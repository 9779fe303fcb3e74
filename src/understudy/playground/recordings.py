"""Recordings of old models in the background: begun, watched, stopped, gone on with, and taught to the model here.

Asked is what the old model was trained on. An answer is kept the moment it is whole (`rescue.record`), so a recording
is nothing but its thread: after a stop, a kill or a fault it is begun again and asks only what is missing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from understudy.errors import InputError, UnderstudyError
from understudy.playground.casting import Casting
from understudy.playground.learning import Learning
from understudy.playground.rescue import Prompt, Recording, kept_back, teach_golden
from understudy.playground.rescuing import Rescuing
from understudy.serving.backend import Stop
from understudy.serving.provider import Endpoint
from understudy.store import GoldenSet, Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """One recording since the program began: how many prompts it has, and how it ended ("" while it goes on)."""

    total: int
    sentence: str = ""
    stop: Stop = field(default_factory=Stop)
    thread: threading.Thread | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A golden set: `answers` are recorded, of which `compares` never teach. `total` is 0 where nobody asked yet."""

    id: str
    name: str
    host: str
    model: str
    answers: int
    compares: int
    total: int
    running: bool
    sentence: str


class Recordings:
    """The golden sets of this data folder, and the recordings that fill them."""

    def __init__(self, store: Store, casting: Casting, rescuing: Rescuing, learning: Learning) -> None:
        self._store, self._casting = store, casting
        self._rescuing, self._learning = rescuing, learning
        self._sessions: dict[str, Session] = {}
        self._guard = threading.Lock()

    def sets(self) -> list[Recorded]:
        """Newest first."""
        return [self._read(golden) for golden in reversed(self._store.golden.list())]

    def start(self, server: Endpoint, model: str, job: str) -> str:
        """Ask `model` the prompts of its job from now on; the id of the golden set. Raises as `Rescuing.prompts`."""
        prompts = self._rescuing.prompts(server, job)
        if not prompts:
            raise InputError("The training file of this job has no line that could be asked. Record it by hand.")
        golden = self._rescuing.ensure_golden(server, model, model)
        with self._guard:
            known = self._sessions.get(golden.id)
            if known is not None and not known.sentence:
                raise InputError("This model is being recorded already. Wait, or stop it first.")
            session = self._sessions[golden.id] = Session(len(prompts))
        session.thread = threading.Thread(
            target=self._run, args=(session, server, golden, prompts), name="recording", daemon=True
        )
        session.thread.start()
        return golden.id

    def stop(self, golden: str) -> None:
        """End a recording; what was said is kept, and a new start goes on from there."""
        session = self._sessions.get(self._store.golden.get(golden).id)
        if session is not None:
            session.stop.request()

    def teach(self, golden: str) -> str:
        """Teach the model here all answers but those that compare, and begin the usual run; the sentence about it."""
        model = self._casting.base_model
        done = teach_golden(self._store, model, golden)
        told = f"{done.added + done.known} answers are approved corrections of {model} now."
        try:
            self._learning.start(f"taught by the answers of {self._store.golden.get(golden).name}"[:200])
        except InputError as error:  # a run is open, or has learned them already
            return f"{told} {error}"
        return f"{told} A run learns them: watch it on the Learning page."

    def close(self, timeout: float = 5.0) -> None:
        """Stop what is being recorded; it can go on after the next start."""
        for session in self._sessions.values():
            session.stop.request()
        for session in self._sessions.values():
            if session.thread is not None:
                session.thread.join(timeout)

    def _run(self, session: Session, server: Endpoint, golden: GoldenSet, prompts: Sequence[Prompt]) -> None:
        try:
            _, done = self._rescuing.record(server, golden.model, prompts, golden.name, session.stop)
            session.sentence = _words(done, session)
        except UnderstudyError as error:
            session.sentence = str(error)
        except Exception:  # a thread has nobody above it who could tell the person
            log.exception("recording %s failed", golden.model)
            session.sentence = "Something unexpected went wrong. The log has the details; start it again."

    def _read(self, golden: GoldenSet) -> Recorded:
        session = self._sessions.get(golden.id, Session(0, "-"))
        answers = self._store.golden.answers(golden.id)
        return Recorded(
            golden.id, golden.name, golden.host, golden.model, len(answers), len(kept_back(answers)), session.total,
            not session.sentence, session.sentence.removeprefix("-"),
        )  # fmt: skip


def _words(done: Recording, session: Session) -> str:
    """How a recording ended."""
    if session.stop.requested(0):
        return f"Stopped after {done.known + done.recorded} of {session.total} answers. Record again to go on."
    if done.faults:
        return f"{len(done.faults)} prompts were not answered, the first one {done.faults[0]} Record again to go on."
    return f"All {session.total} answers are recorded."

"""Answers while they are being written: threads that outlive the page and write to the store as they go.

A page that is reloaded, a second tab and the command line all look at the same `Live`; nothing depends on who asked.
Columns of one model are rows of one batch; columns of different models run beside each other. A column that fails
says so in its place and the others finish.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from understudy.errors import UnderstudyError
from understudy.memory import Reading
from understudy.playground.casting import Casting
from understudy.playground.view import LiveTexts
from understudy.serving.backend import Stop
from understudy.store import Completion, Store
from understudy.types import Delta, Done, Event, FinishReason, Message, Notice, Row, Usage

log = logging.getLogger(__name__)

Prepare = Callable[[Completion, Sequence[Message]], Reading]
"""What a completion's column reads instead of the conversation as it is: with notes, if it has memories."""

Weights = Callable[[str, int, Sequence[Message]], int]
"""Whose weights answer a model's version: its own, or the base's where the version has nothing to say."""

SAVE_EVERY_S = 0.4
"""A kill loses at most this much of an unfinished answer; more often would only wear the disk."""


@dataclass(slots=True)
class Writing:
    """One answer being written. `row` is its place in the batch of its model, known once that model is loaded."""

    completion: Completion
    stop: Stop
    row: int | None = None
    stop_wanted: bool = False
    pieces: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ended: bool = False
    by_base: bool = False
    saved_at: float = field(default_factory=time.monotonic)

    def request_stop(self) -> None:
        """Stop now, or as soon as the model that is still loading would begin."""
        self.stop_wanted = True
        if self.row is not None:
            self.stop.request(self.row)

    def told(self) -> tuple[str, ...]:
        """What is shown under the finished answer. Whose weights it is comes last: a blind comparison must not see."""
        if not self.by_base:
            return tuple(self.notices)
        return (*self.notices, f"The base answered: nothing that v{self.completion.version} learned is near this.")

    @property
    def text(self) -> str:
        if len(self.pieces) > 1:  # joined once per reader, not once per token
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""


class Answering:
    """Starts, follows and stops answers, by conversation."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        prepare: Prepare = lambda _, messages: Reading(messages),
        weights: Weights = lambda _, version, __: version,
    ) -> None:
        self._store = store
        self._casting = casting
        self._prepare = prepare
        self._weights = weights
        self._writings: dict[str, list[Writing]] = {}
        self._changed = threading.Condition()

    def start(self, conversation: str, completions: Sequence[Completion], messages: Sequence[Message]) -> None:
        """Answer `messages` once per completion, in the background. The completions' rows exist already."""
        by_model: dict[str, list[Writing]] = {}
        stops: dict[str, Stop] = {}
        for completion in completions:
            stop = stops.setdefault(completion.model, Stop())
            by_model.setdefault(completion.model, []).append(Writing(completion, stop))
        with self._changed:
            self._writings.setdefault(conversation, []).extend(w for group in by_model.values() for w in group)
        for model, group in by_model.items():
            context = contextvars.copy_context()  # a Space's GPU asks in it whose request this is
            work = (self._answer, conversation, model, group, messages)
            threading.Thread(target=context.run, args=work, name=f"answer-{model}", daemon=True).start()

    def live(self, conversation: str) -> LiveTexts:
        """What is being written now; memory only, cheap enough for every animation frame."""
        with self._changed:
            writings = self._writings.get(conversation, ())
            return LiveTexts(
                texts={w.completion.id: w.text for w in writings},
                notices={w.completion.id: list(w.notices) for w in writings if w.notices},
                running=bool(writings),
                ended=tuple(w.completion.id for w in writings if w.ended),
            )

    @property
    def busy(self) -> bool:
        """Whether an answer is being written anywhere."""
        return bool(self._writings)

    def running(self, conversation: str) -> bool:
        return bool(self._writings.get(conversation))

    def stop(self, conversation: str, completion: str | None = None) -> None:
        """Stop one answer or all of a conversation: within one step of the model."""
        with self._changed:
            for writing in self._writings.get(conversation, ()):
                if completion in (None, writing.completion.id):
                    writing.request_stop()

    def stop_all(self, timeout: float = 5.0) -> None:
        """Stop everything and wait until it is written down: for a clean end of the program."""
        for conversation in list(self._writings):
            self.stop(conversation)
        deadline = time.monotonic() + timeout
        for conversation in list(self._writings):
            self.wait(conversation, max(0.0, deadline - time.monotonic()))

    def wait(self, conversation: str, timeout: float | None = None) -> bool:
        """Block until nothing is being written in the conversation; False when `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._writings.get(conversation), timeout)

    # -- one thread per model ------------------------------------------------------------------------------------

    def _answer(self, conversation: str, model: str, group: list[Writing], messages: Sequence[Message]) -> None:
        try:
            ready = [writing for writing in group if self._ready(model, writing)]
            if ready:
                self._run(model, ready, messages)
        except UnderstudyError as error:
            self._fail(group, str(error))
        except Exception:
            log.exception("answering with %s failed", model)
            self._fail(group, f"{model} stopped with an unexpected error. The log has the details; try again.")
        finally:
            self._forget(conversation, group)

    def _ready(self, model: str, writing: Writing) -> bool:
        """Load what the column needs. A version that does not load fails alone, a model that does not fails all."""
        self._casting.backend(model)
        try:
            self._casting.ensure_version(model, writing.completion.version)
        except UnderstudyError as error:
            self._fail([writing], str(error))
            return False
        return True

    def _run(self, model: str, group: list[Writing], messages: Sequence[Message]) -> None:
        with self._changed:
            for row, writing in enumerate(group):
                writing.row = row
                if writing.stop_wanted:
                    writing.request_stop()
        rows = [self._row(writing, messages) for writing in group]
        backend = self._casting.backend(model)
        for event in backend.generate(rows, group[0].completion.sampling, group[0].stop):
            self._on_event(group[event.row], event)
        self._fail(group, f"{model} ended without finishing this answer. Try again.")

    def _row(self, writing: Writing, messages: Sequence[Message]) -> Row:
        """What a column reads and whose weights write it."""
        completion = writing.completion
        weights = self._weights(completion.model, completion.version, messages)
        writing.by_base = weights != completion.version
        reading = self._prepare(completion, messages)
        return Row(reading.messages, weights, completion.sampling.seed, reading.quotes)

    def _on_event(self, writing: Writing, event: Event) -> None:
        if isinstance(event, Done):
            self._finish(writing, event)
            return
        with self._changed:
            if isinstance(event, Delta):
                writing.pieces.append(event.text)
            elif isinstance(event, Notice):
                writing.notices.append(event.text)
        if time.monotonic() - writing.saved_at >= SAVE_EVERY_S:
            writing.saved_at = time.monotonic()
            self._store.completions.save_text(writing.completion.id, writing.text)

    def _finish(self, writing: Writing, done: Done) -> None:
        if writing.ended:
            return
        self._store.completions.finish(
            writing.completion.id,
            text=writing.text,
            finish=done.finish,
            usage=done.usage,
            prompt=done.prompt,
            error=done.error,
            notices=writing.told(),
        )
        writing.ended = True

    def _fail(self, group: Sequence[Writing], sentence: str) -> None:
        for writing in group:
            try:
                self._finish(writing, Done(0, FinishReason.ERROR, Usage(), error=sentence))
            except UnderstudyError:  # the store itself is the trouble: the next opening marks the row interrupted
                log.exception("could not record how completion %s ended", writing.completion.id)

    def _forget(self, conversation: str, group: list[Writing]) -> None:
        with self._changed:
            left = [w for w in self._writings.get(conversation, ()) if w not in group]
            if left:
                self._writings[conversation] = left
            else:
                self._writings.pop(conversation, None)
            self._changed.notify_all()

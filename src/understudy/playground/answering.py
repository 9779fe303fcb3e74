"""Answers while they are being written: threads that outlive the page and write to the store as they go.

A page that is reloaded, a second tab and the command line all look at the same `Live`; nothing depends on who asked.
Columns of one model are rows of one batch; columns of different models run beside each other. A column that fails
says so in its place and the others finish. Each model answers a few questions at a time; the others wait in a `Line`,
where everybody sees their place, and without a thread of their own.
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
from understudy.playground.line import Line
from understudy.playground.view import LiveTexts
from understudy.serving.backend import Stop
from understudy.store import Completion, Store
from understudy.types import Delta, Done, Event, FinishReason, Message, Notice, Row, Usage

log = logging.getLogger(__name__)

Prepare = Callable[[Completion, Sequence[Message]], Reading]
"""What a completion's column reads instead of the conversation as it is: with notes, if it has memories."""

Weights = Callable[[str, int, Sequence[Message]], int]
"""Whose weights answer a model's version: its own, or the base's where the version has nothing to say."""

Spend = Callable[[str, Usage], None]
"""Told whose answer has ended, and what it cost."""

AT_ONCE = 8
"""Questions that one model answers at a time. With the starter on one core eight get 2.4 times the answers a second
that one at a time gets, sixteen 2.5 and fifty 3.3 times, while each of them is written that much more slowly."""

SAVE_EVERY_S = 0.4
"""A kill loses at most this much of an unfinished answer; more often would only wear the disk."""


@dataclass(slots=True)
class Writing:
    """One answer being written. `row` is its place in the batch of its model, known once that model is loaded.

    Whoever ends it has `claimed` it first; `ended` says that its end is in the store.
    """

    completion: Completion
    stop: Stop
    row: int | None = None
    stop_wanted: bool = False
    pieces: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    claimed: bool = False
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


@dataclass(slots=True, eq=False)
class Question:
    """What one model was asked in one turn: an answer for each of its columns.

    `context` is that of the request: a Space's GPU asks in it whose it is.
    """

    conversation: str
    model: str
    messages: Sequence[Message]
    person: str = ""
    writings: list[Writing] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


class Answering:
    """Starts, follows and stops answers, by conversation."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        prepare: Prepare = lambda _, messages: Reading(messages),
        weights: Weights = lambda _, version, __: version,
        at_once: int = AT_ONCE,
        spend: Spend = lambda person, usage: None,
    ) -> None:
        self._store = store
        self._casting = casting
        self._prepare = prepare
        self._weights = weights
        self._at_once = at_once
        self._spend = spend
        self._questions: dict[str, list[Question]] = {}
        self._lines: dict[str, Line[Question]] = {}
        self._changed = threading.Condition()

    def start(
        self, conversation: str, completions: Sequence[Completion], messages: Sequence[Message], person: str = ""
    ) -> None:
        """Answer `messages` once per completion, in the background. The completions' rows exist already."""
        by_model: dict[str, Question] = {}
        for completion in completions:
            question = by_model.setdefault(completion.model, Question(conversation, completion.model, messages, person))
            question.writings.append(Writing(completion, question.stop))
        with self._changed:
            self._questions.setdefault(conversation, []).extend(by_model.values())
            for model, question in by_model.items():
                self._lines.setdefault(model, Line(self._at_once)).join(person, question)
        for model in by_model:
            self._let_in(model)

    def waiting(self, person: str | None = None) -> int:
        """How many questions wait; those of one person, if it is given."""
        with self._changed:
            return sum(len(line) if person is None else line.of(person) for line in self._lines.values())

    def wait_of_next(self) -> float | None:
        """Seconds until one of those who wait is let in, None before anything was answered."""
        with self._changed:
            return min((wait for line in self._lines.values() if (wait := line.wait_of(1)) is not None), default=None)

    def live(self, conversation: str) -> LiveTexts:
        """What is being written now; memory only, cheap enough for every animation frame."""
        with self._changed:
            questions = self._questions.get(conversation, ())
            writings = [writing for question in questions for writing in question.writings]
            places = {question: self._lines[question.model].place(question) for question in questions}
            return LiveTexts(
                texts={w.completion.id: w.text for w in writings},
                notices={w.completion.id: list(w.notices) for w in writings if w.notices},
                waiting={
                    w.completion.id: p.sentence for q, p in places.items() if p for w in q.writings if not w.ended
                },
                running=bool(questions),
                ended=tuple(w.completion.id for w in writings if w.ended),
            )

    @property
    def busy(self) -> bool:
        """Whether an answer is being written or waits anywhere."""
        return bool(self._questions)

    def running(self, conversation: str) -> bool:
        return bool(self._questions.get(conversation))

    def stop(self, conversation: str, completion: str | None = None) -> None:
        """Stop one answer or all of a conversation: within one step of the model, at once where it still waits."""
        self._stop(conversation, completion, FinishReason.STOPPED)

    def stop_all(self, timeout: float = 5.0) -> None:
        """Stop everything and wait until it is written down: for a clean end of the program.

        A question that waited was not stopped by its person: it is interrupted.
        """
        for conversation in list(self._questions):
            self._stop(conversation, None, FinishReason.INTERRUPTED)
        deadline = time.monotonic() + timeout
        for conversation in list(self._questions):
            self.wait(conversation, max(0.0, deadline - time.monotonic()))

    def wait(self, conversation: str, timeout: float | None = None) -> bool:
        """Block until nothing is being written in the conversation; False when `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._questions.get(conversation), timeout)

    # -- the line ------------------------------------------------------------------------------------------------

    def _let_in(self, model: str) -> None:
        """A thread for each question whose turn has come."""
        with self._changed:
            taken = self._lines[model].take(time.monotonic())
        for question in taken:
            work = (self._answer, question)
            threading.Thread(target=question.context.run, args=work, name=f"answer-{model}", daemon=True).start()

    def _stop(self, conversation: str, completion: str | None, finish: FinishReason) -> None:
        waiting: list[tuple[Question, list[Writing]]] = []
        with self._changed:
            for question in self._questions.get(conversation, ()):
                asked = [w for w in question.writings if completion in (None, w.completion.id)]
                for writing in asked:
                    writing.request_stop()
                if asked and self._lines[question.model].place(question):
                    if all(writing.stop_wanted for writing in question.writings):
                        self._lines[question.model].give_up(question)
                    waiting.append((question, asked))
        for question, asked in waiting:
            self._end(asked, Done(0, finish, Usage()))
            if all(writing.stop_wanted for writing in question.writings):
                self._forget(question)

    # -- one thread per question ---------------------------------------------------------------------------------

    def _answer(self, question: Question) -> None:
        model, group = question.model, question.writings
        try:
            ready = [writing for writing in group if not writing.claimed and self._ready(model, writing)]
            if ready:
                self._run(question, ready)
        except UnderstudyError as error:
            self._fail(group, str(error))
        except Exception:
            log.exception("answering with %s failed", model)
            self._fail(group, f"{model} stopped with an unexpected error. The log has the details; try again.")
        finally:
            with self._changed:
                self._lines[model].leave(question, time.monotonic())
            self._forget(question)
            self._let_in(model)

    def _ready(self, model: str, writing: Writing) -> bool:
        """Load what the column needs. A version that does not load fails alone, a model that does not fails all."""
        self._casting.backend(model)
        try:
            self._casting.ensure_version(model, writing.completion.version)
        except UnderstudyError as error:
            self._fail([writing], str(error))
            return False
        return True

    def _run(self, question: Question, group: list[Writing]) -> None:
        with self._changed:
            for row, writing in enumerate(group):
                writing.row = row
                if writing.stop_wanted:
                    writing.request_stop()
        rows = [self._row(writing, question.messages) for writing in group]
        backend = self._casting.backend(question.model)
        for event in backend.generate(rows, group[0].completion.sampling, group[0].stop):
            self._on_event(group[event.row], event)
            if isinstance(event, Done):
                self._spend(question.person, event.usage)
        self._fail(group, f"{question.model} ended without finishing this answer. Try again.")

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
        with self._changed:
            if writing.claimed:
                return
            writing.claimed = True
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
        self._end(group, Done(0, FinishReason.ERROR, Usage(), error=sentence))

    def _end(self, group: Sequence[Writing], done: Done) -> None:
        """End in the same way those that have not ended yet."""
        for writing in group:
            try:
                self._finish(writing, done)
            except UnderstudyError:  # the store itself is the trouble: the next opening marks the row interrupted
                log.exception("could not record how completion %s ended", writing.completion.id)

    def _forget(self, question: Question) -> None:
        with self._changed:
            left = [other for other in self._questions.get(question.conversation, ()) if other is not question]
            if left:
                self._questions[question.conversation] = left
            else:
                self._questions.pop(question.conversation, None)
            self._changed.notify_all()

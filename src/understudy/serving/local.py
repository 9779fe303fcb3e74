"""The local engine: one causal language model in this process, its versions in slots, columns as rows of one batch.

A row that cannot be answered (version not there, message too long) ends with a sentence while the others go on. Those
who ask at the same time share one running batch (see `batching`). A version can be loaded or replaced while an answer
is being written: the running rows keep their old slot, which is freed when they are done.
"""

from __future__ import annotations

import copy
import gc
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import torch

from understudy.errors import ModelError, UnderstudyError
from understudy.openmp import give_back_partners
from understudy.serving.adapter import check_adapter, read_adapter
from understudy.serving.backend import ModelCard, Stop
from understudy.serving.batching import Batching, Question
from understudy.serving.context import fit_prompt
from understudy.serving.decode import Decoder, Job
from understudy.serving.device import Placement, choose_placement
from understudy.serving.loading import Loaded, count_parameters, load_model
from understudy.serving.prefix import PrefixStore
from understudy.serving.quoting import QUOTED_BELOW, led_by
from understudy.serving.sampler import Sampler
from understudy.serving.score import SCORED_AT_ONCE, Score, score_batch
from understudy.serving.slots import AdapterSlots
from understudy.serving.template import Template
from understudy.serving.text import Detokenizer, StopStrings
from understudy.serving.turn import Queue
from understudy.types import BASE, Delta, Done, Event, FinishReason, Message, Notice, Row, Sampling, Usage

PREFIX_BYTES = 256 * 2**20
"""Of conversations that are kept between turns: 20,000 tokens of the starter, those of fifty people's conversations."""


@dataclass(slots=True)
class _Answer:
    """What a running row needs beside its job: text on its way out and times."""

    job: Job
    prompt: str
    room: int
    text: Detokenizer
    stops: StopStrings
    begun: float
    first_ms: float | None = None
    version: int = BASE

    def usage(self, ended_naturally: bool = False) -> Usage:
        total = (time.perf_counter() - self.begun) * 1000
        return Usage(len(self.job.prompt), len(self.job.said), self.first_ms, total, self.job.cached)


class LocalBackend:
    """A `Backend` on a model in this process. `source` is a folder or hub id; `loaded` skips loading (tests, twins).

    Raises ModelError or DownloadError when the model cannot be loaded.
    """

    def __init__(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        placement: Placement | None = None,
        loaded: Loaded | None = None,
        prefix_bytes: int = PREFIX_BYTES,
    ) -> None:
        self._placement = placement or choose_placement()
        loaded = loaded or load_model(source, self._placement)
        self.name = name or Path(str(source)).name
        self._loaded = loaded
        self._model: Any = loaded.model
        self.tokenizer: Any = loaded.tokenizer
        self.template = Template(loaded.tokenizer, getattr(loaded.model, "generation_config", None))
        self._parameters = count_parameters(loaded.model)
        self._slots = AdapterSlots(loaded.model)
        self._prefixes = PrefixStore(prefix_bytes)
        self._step = threading.RLock()
        self._turns = Queue()
        self._decoder = Decoder(self._model, self._slots, self._prefixes, self._step)
        self._batching = Batching(self._decoder, self._turns)
        self._asking = 0
        self._by_version: dict[int, int] = {BASE: 0}
        self._users: Counter[int] = Counter()
        self._speed: float | None = None
        self._closed = False

    @classmethod
    def open(
        cls, source: str | Path, *, name: str | None = None, device: str | None = None, threads: int = 0
    ) -> LocalBackend:
        """Load `source` on `device` (`auto` or None measures and decides) with `threads` CPU threads (0 decides)."""
        return cls(source, name=name, placement=choose_placement(None if device == "auto" else device, threads))

    def describe(self) -> ModelCard:
        return ModelCard(
            name=self.name,
            source=self._loaded.source,
            parameters=self._parameters,
            device=str(self._placement.device),
            dtype=str(self._placement.dtype).removeprefix("torch."),
            reason=self._placement.reason,
            context_length=self._loaded.context_length,
            tokens_per_second=self._speed,
            template=self.template.kind,
            fingerprint=self._loaded.fingerprint,
        )

    @property
    def busy(self) -> bool:
        """Whether an answer is being written or waiting; a trainer stands aside while this is true."""
        return self._asking > 0 or self._turns.busy

    @property
    def awaited(self) -> bool:
        return self._asking > 1 or self._turns.awaited

    def twin(self) -> Any:
        """A second module tree on the same weight tensors, without adapters: for a trainer in this process."""
        with self._step:
            shared = [*self._model.parameters(), *self._model.buffers()]
            return copy.deepcopy(self._model, memo={id(tensor): tensor for tensor in shared})

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        begun, sampler = time.perf_counter(), Sampler(sampling)
        answers: dict[int, _Answer] = {}
        with self._step:
            self._asking += 1
        try:
            for i, row in enumerate(rows):
                try:
                    answers[i], notice = self._prepare(i, row, sampler, begun)
                except UnderstudyError as error:
                    yield Done(i, FinishReason.ERROR, Usage(total_ms=_ms(begun)), str(error))
                    continue
                if notice:
                    yield Notice(i, notice)
            yield from self._answer(answers, stop)
        finally:  # also where whoever asked left at the first thing they heard
            self._release(answer.job.slot for answer in answers.values())
            with self._step:
                self._asking -= 1

    def _prepare(self, i: int, row: Row, sampler: Sampler, begun: float) -> tuple[_Answer, str | None]:
        """Check and render one row and take hold of its slot."""
        if self._closed:
            raise ModelError(f"The model {self.name} was closed. Choose a model again.")
        prompt = fit_prompt(self.template, row.messages, self._loaded.context_length, sampler.sampling.max_tokens)
        slot = self._hold(row.version)
        quotes = led_by(row.quotes, self.template) if self._parameters < QUOTED_BELOW else ()
        job = Job(i, prompt.tokens, slot, slot, row.seed, quotes, sampler, prompt.room)
        text = Detokenizer(self.tokenizer)
        stops = StopStrings(self.template.stops, strip=self.template.kind == "plain")
        return _Answer(job, prompt.text, prompt.room, text, stops, begun, version=row.version), prompt.notice

    def _hold(self, version: int) -> int:
        """The slot of a version, which stays as it is until it is released."""
        with self._step:
            slot = self._by_version.get(version)
            if slot is None:
                raise ModelError(
                    f"Version {version} is not loaded on {self.name}. Choose another version for this column."
                )
            self._users[slot] += 1
        return slot

    def _answer(self, answers: dict[int, _Answer], stop: Stop) -> Iterator[Event]:
        """Let the rows join the running batch, tell what they say, and end every row with exactly one `Done`."""
        open_rows, told = dict(answers), SimpleQueue[Event | None]()
        left = threading.Event()

        def hear(job: Job) -> None:
            for event in self._say(answers[job.row], stop):
                told.put(event)

        jobs = [answer.job for answer in answers.values()]
        question = Question(
            jobs, hear, lambda job: left.is_set() or stop.requested(job.row), on_over=lambda: told.put(None)
        )
        if jobs:
            give_back_partners()  # another thread multiplies from here on
            self._batching.add(question)
        try:
            while jobs and (event := told.get()) is not None:
                if isinstance(event, Done):
                    del open_rows[event.row]
                yield event
            yield from self._ended(open_rows.values(), question.error)
        finally:
            left.set()
            if jobs:
                question.over.wait()

    def _ended(self, answers: Iterable[_Answer], error: BaseException | None) -> Iterator[Done]:
        """The end of rows that did not come to one: stopped, or broken."""
        for answer in answers:
            if error is None:
                yield Done(answer.job.row, FinishReason.STOPPED, answer.usage(), prompt=answer.prompt)
            else:
                sentence = self._sentence(error)
                yield Done(answer.job.row, FinishReason.ERROR, answer.usage(), sentence, answer.prompt)

    def _say(self, answer: _Answer, stop: Stop) -> Iterator[Event]:
        """The events that follow from a job's newest token."""
        job = answer.job
        if answer.first_ms is None:
            answer.first_ms = _ms(answer.begun)
        token = job.said[-1]
        finish: FinishReason | None = None
        if token in self.template.end_tokens:
            finish = FinishReason.STOP
        else:
            piece = answer.stops.push(answer.text.push(token))
            if piece:
                yield Delta(job.row, piece)
            if answer.stops.found:
                finish = FinishReason.STOP
            elif stop.requested(job.row):
                finish = FinishReason.STOPPED
            elif len(job.said) >= answer.room:
                finish = FinishReason.LENGTH
        if finish is None:
            return
        rest = answer.stops.push(answer.text.flush()) + answer.stops.flush()
        if rest:
            yield Delta(job.row, rest)
        job.ended = True
        usage = answer.usage()
        self._speed = usage.tokens_per_second or self._speed
        yield Done(job.row, finish, usage, prompt=answer.prompt)

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, MemoryError | torch.OutOfMemoryError) or "memory" in str(error).lower():
            return (
                f"There is not enough memory for this answer on {self._placement.device}. "
                "Use fewer columns, a shorter conversation or a smaller model."
            )
        first = (str(error).splitlines() or [type(error).__name__])[0]
        return f"{self.name} failed while answering ({first}). Try again; if it stays, load the model again."

    def score(self, rows: Sequence[Row], completions: Sequence[str]) -> list[Score]:
        """How likely each row's version finds its completion. Raises ModelError for a version that is not loaded.

        Rows are read a few at a time, and whoever asks something meanwhile comes in between.
        """
        scores: list[Score] = []
        for at in range(0, len(rows), SCORED_AT_ONCE):
            scores += self._score(rows[at : at + SCORED_AT_ONCE], completions[at : at + SCORED_AT_ONCE])
        return scores

    def _score(self, rows: Sequence[Row], completions: Sequence[str]) -> list[Score]:
        slots: list[int] = []
        try:
            for row in rows:
                slots.append(self._hold(row.version))
            prompts = [self.template.encode(self.template.render(row.messages)) for row in rows]
            answers = [self.template.answer(completion) for completion in completions]
            self._turns.enter(lambda: False)
            try:
                with self._step:
                    return score_batch(self._model, self._slots, slots, prompts, answers, self._loaded.context_length)
            finally:
                self._turns.leave()
        finally:
            self._release(slots)

    def load_version(self, number: int, path: Path) -> None:
        if number == BASE:
            raise ModelError("Version 0 is the base model itself and cannot be replaced. Choose another number.")
        self._slots.check(*check_adapter(Path(path)))  # before its weights take any memory
        adapter = read_adapter(Path(path))
        with self._step:
            slot = self._slots.load(adapter)
            old = self._by_version.get(number)
            self._by_version[number] = slot
            self._prefixes.drop(slot)
        if old is not None:
            self._release((), old)

    def unload_version(self, number: int) -> None:
        with self._step:
            old = self._by_version.pop(number, None) if number != BASE else None
        if old is not None:
            self._release((), old)

    def _release(self, slots: Any, *also: int) -> None:
        """Give back slots of rows that ended; a slot that no version and no row uses is emptied."""
        with self._step:
            for slot in slots:
                self._users[slot] -= 1
                also = (*also, slot)
            for slot in set(also):
                if slot and self._users[slot] <= 0 and slot not in self._by_version.values():
                    self._slots.free(slot)
                    self._prefixes.drop(slot)

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._by_version))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self.template.encode(self.template.render(messages)))

    def close(self) -> None:
        self._closed = True
        self._batching.join()
        self._turns.enter(lambda: False)
        try:
            self._prefixes.clear()
            self._model = self._decoder = self._loaded = None  # type: ignore[assignment]
            gc.collect()
        finally:
            self._turns.leave()


def _ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000

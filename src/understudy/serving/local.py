"""The local engine: one causal language model in this process, its versions in slots, columns as rows of one batch.

A row that cannot be answered (version not there, message too long) ends with a sentence while the others go on. Two
generations on one model queue up fairly. A version can be loaded or replaced while an answer is being written: the
running rows keep their old slot, which is freed when they are done.
"""

from __future__ import annotations

import copy
import gc
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from understudy.errors import ModelError, UnderstudyError
from understudy.serving.adapter import check_adapter, read_adapter
from understudy.serving.backend import ModelCard, Stop
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
        prefix_bytes: int = 512 * 2**20,
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
        self._queue = Queue()
        self._decoder = Decoder(self._model, self._slots, self._prefixes, self._step)
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
        return self._queue.busy

    @property
    def awaited(self) -> bool:
        return self._queue.awaited

    def twin(self) -> Any:
        """A second module tree on the same weight tensors, without adapters: for a trainer in this process."""
        with self._step:
            shared = [*self._model.parameters(), *self._model.buffers()]
            return copy.deepcopy(self._model, memo={id(tensor): tensor for tensor in shared})

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        begun = time.perf_counter()
        answers: dict[int, _Answer] = {}
        for i, row in enumerate(rows):
            try:
                answers[i], notice = self._prepare(i, row, sampling, begun)
            except UnderstudyError as error:
                yield Done(i, FinishReason.ERROR, Usage(total_ms=_ms(begun)), str(error))
                continue
            if notice:
                yield Notice(i, notice)
        try:
            yield from self._answer(answers, sampling, stop)
        finally:
            self._release(answer.job.slot for answer in answers.values())

    def _prepare(self, i: int, row: Row, sampling: Sampling, begun: float) -> tuple[_Answer, str | None]:
        """Check and render one row and take hold of its slot."""
        if self._closed:
            raise ModelError(f"The model {self.name} was closed. Choose a model again.")
        prompt = fit_prompt(self.template, row.messages, self._loaded.context_length, sampling.max_tokens)
        slot = self._hold(row.version)
        quotes = led_by(row.quotes, self.template) if self._parameters < QUOTED_BELOW else ()
        job = Job(i, prompt.tokens, slot, slot, row.seed, quotes)
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

    def _answer(self, answers: dict[int, _Answer], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        """Wait for the turn, decode, and end every row with exactly one `Done`."""
        open_rows = dict(answers)

        def stopped(job: Job) -> bool:
            return stop.requested(job.row)

        entered = self._queue.enter(lambda: all(stop.requested(i) for i in answers))
        try:
            if entered and answers:
                jobs = [answer.job for answer in answers.values()]
                most = max(answer.room for answer in answers.values())
                for job in self._decoder.run(jobs, Sampler(sampling), most, stopped):
                    answer = open_rows.get(job.row)
                    if answer is not None:
                        for event in self._say(answer, stop):
                            if isinstance(event, Done):
                                del open_rows[job.row]
                            yield event
            for i, answer in list(open_rows.items()):
                del open_rows[i]
                yield Done(i, FinishReason.STOPPED, answer.usage(), prompt=answer.prompt)
        except (RuntimeError, MemoryError, ValueError, IndexError) as error:
            for i, answer in open_rows.items():
                yield Done(i, FinishReason.ERROR, answer.usage(), self._sentence(error), answer.prompt)
        finally:
            if entered:
                self._queue.leave()

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
            self._queue.enter(lambda: False)
            try:
                with self._step:
                    return score_batch(self._model, self._slots, slots, prompts, answers, self._loaded.context_length)
            finally:
                self._queue.leave()
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
        self._queue.enter(lambda: False)
        try:
            self._prefixes.clear()
            self._model = self._decoder = self._loaded = None  # type: ignore[assignment]
            gc.collect()
        finally:
            self._queue.leave()


def _ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000

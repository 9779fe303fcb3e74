"""The decode loop: N rows of one model, one token each per step.

Prompts are read in groups of equal length (usually one group: every column answers the same turn), each without what
the prefix store still has; then all rows decode together on one right-aligned cache. A row that ends leaves the batch,
so the last one alone costs what one row costs; a row that comes later joins between two steps (continuous batching, Yu
et al. 2022, "Orca"). A stop is seen between two steps and between two pieces of a prompt.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch

from understudy.serving.cache import KV, Batch, empty_batch, stack_rows
from understudy.serving.prefix import PrefixStore
from understudy.serving.quoting import Led, following
from understudy.serving.sampler import Sampler
from understudy.serving.slots import AdapterSlots
from understudy.types import Sampling

_PIECE = 256
"""Prompt tokens read at once: large enough to be efficient, small enough to stop quickly."""

_NEAR = 48
"""Reading so many kept tokens again costs less than one more pass over the weights for a group of its own."""


_ROOM = 128
"""Tokens a batch has room for at first; it grows by itself, and room for the longest answer takes long to clear."""

_GREEDY = Sampling(temperature=0)


@dataclass(slots=True)
class Job:
    """One row on its way: its prompt, where its adapter is, and what it has said.

    `tag` names the weights in the prefix store, `seed` replaces the sampling's. Rows of one question share a `sampler`,
    and with it their luck; `most` is how many tokens they may say. `cached` counts prompt tokens that needed no
    reading. `ended` is set by whoever reads the tokens; the row then leaves the batch. `quotes` lead it. `error` is why
    it could not be read.
    """

    row: int
    prompt: list[int]
    slot: int
    tag: Hashable
    seed: int | None = None
    quotes: tuple[Led, ...] = ()
    sampler: Sampler = field(default_factory=lambda: Sampler(_GREEDY))
    most: int = _ROOM
    said: list[int] = field(default_factory=list)
    cached: int = 0
    ended: bool = False
    error: BaseException | None = None

    @property
    def tokens(self) -> list[int]:
        return self.prompt + self.said

    @property
    def read(self) -> int:
        """Tokens that are in the cache: all but the last one said."""
        return len(self.prompt) + max(0, len(self.said) - 1)


Part = tuple[list[Job], Batch, torch.Tensor]
"""Jobs, their rows in that order, and the logits of each row's last token."""


class Decoder:
    """Decodes jobs on one model. Not thread-safe: one `run` at a time; `guard` is held during every forward."""

    def __init__(
        self, model: Any, slots: AdapterSlots, prefixes: PrefixStore, guard: AbstractContextManager[Any] | None = None
    ) -> None:
        self._model = model
        self._slots = slots
        self._prefixes = prefixes
        self._guard = guard if guard is not None else nullcontext()
        accepted = inspect.signature(model.forward).parameters
        self._positions = "position_ids" in accepted
        self._last_only = "logits_to_keep" in accepted

    def run(
        self,
        jobs: Sequence[Job],
        stopped: Callable[[Job], bool] = lambda job: False,
        arriving: Callable[[], Sequence[Job]] = lambda: (),
    ) -> Iterator[Job]:
        """Yield each job after each of its tokens. Jobs that `stopped` asks for end.

        `arriving` is asked between two steps who joins; it may let others use the model meanwhile. Jobs that cannot be
        read end with their `error` and leave the others alone. What was read is kept in the prefix store, whichever way
        the run ends.
        """
        part: Part | None = None
        try:
            while jobs or part is not None:
                if jobs:
                    part = self._joined(part, self._read_new(jobs, stopped))
                if part is not None:
                    yield from self._say(part, stopped)
                    part = self._drop_ended(part)
                jobs = arriving()
                if part is not None:
                    part = (*part[:2], self._step(part[1], part[0]))
        finally:
            if part is not None:
                for i, job in enumerate(part[0]):
                    self._remember(part[1], i, job)
            with self._guard:
                self._slots.rest()

    def _say(self, part: Part, stopped: Callable[[Job], bool]) -> Iterator[Job]:
        """Choose a token for every job and hand the jobs out."""
        jobs, _, logits = part
        for job, token in zip(jobs, _choose(jobs, logits), strict=True):
            led = following(job.quotes, job.said)
            job.said.append(token if led is None else led)
        for job in jobs:
            yield job
            job.ended = job.ended or stopped(job)

    def _read_new(self, jobs: Sequence[Job], stopped: Callable[[Job], bool]) -> list[Part]:
        """Read the prompts of new jobs; none of them where that failed."""
        try:
            return self._prefill(sorted(jobs, key=lambda job: job.slot), stopped)
        except (RuntimeError, MemoryError, ValueError, IndexError) as error:
            for job in jobs:
                job.ended, job.error = True, error
            return []

    def _prefill(self, jobs: list[Job], stopped: Callable[[Job], bool]) -> list[Part]:
        """Read all prompts, those of equal length together."""
        known = {id(job): self._known(job) for job in jobs}
        _level(jobs)
        groups: dict[tuple[int, int], list[Job]] = {}
        for job in jobs:
            groups.setdefault((job.cached, len(job.prompt)), []).append(job)
        read = [(group, self._read(group, [known[id(job)] for job in group], stopped)) for group in groups.values()]
        return [(group, *got) for group, got in read if got is not None]

    def _joined(self, running: Part | None, new: list[Part]) -> Part | None:
        """All rows in one batch, those of the base first; their caches are copied once."""
        parts = [*([running] if running else []), *new]
        if len(parts) <= 1:
            return parts[0] if parts else None
        rows = [(job, batch.view(i), logits[i]) for jobs, batch, logits in parts for i, job in enumerate(jobs)]
        rows.sort(key=lambda row: row[0].slot)
        lengths = [kv[0][0].shape[1] for _, kv, _ in rows]
        room = min(_ROOM, max(job.most - len(job.said) for job, _, _ in rows))
        batch = stack_rows([kv for _, kv, _ in rows], lengths, max(1, room))
        return [job for job, _, _ in rows], batch, torch.stack([logits for _, _, logits in rows])

    def _known(self, job: Job) -> KV | None:
        """The kept part of the job's prompt; its last token is always read, for its logits."""
        length, kv = self._prefixes.find(job.tag, job.prompt)
        job.cached = min(length, len(job.prompt) - 1)
        return kv if job.cached else None

    def _read(
        self, jobs: list[Job], known: list[KV | None], stopped: Callable[[Job], bool]
    ) -> tuple[Batch, torch.Tensor] | None:
        """Read the prompts of jobs with equal lengths; None when all of them were stopped meanwhile."""
        start, end = jobs[0].cached, len(jobs[0].prompt)
        room = min(_ROOM, max(job.most for job in jobs))
        if start:
            batch = stack_rows([kv for kv in known if kv is not None], [start] * len(jobs), end - start + room)
        else:
            batch = empty_batch(len(jobs), end + room)
        self._route(jobs)
        logits: torch.Tensor | None = None
        for at in range(start, end, _PIECE):
            if all(stopped(job) for job in jobs):
                for job in jobs:
                    job.ended = True
                return None
            ids = torch.tensor([job.prompt[at : min(at + _PIECE, end)] for job in jobs])
            logits = self._forward(ids, batch, None, None)
        assert logits is not None
        return batch, logits

    def _route(self, jobs: Sequence[Job]) -> None:
        with self._guard:
            self._slots.route([job.slot for job in jobs])

    def _step(self, batch: Batch, jobs: Sequence[Job]) -> torch.Tensor:
        """Read the last token of every job; logits `[rows, vocabulary]`."""
        self._route(jobs)
        ids = torch.tensor([job.said[-1:] for job in jobs])
        if not any(batch.pads):
            return self._forward(ids, batch, None, None)
        length = batch.length + 1
        pads = torch.tensor(batch.pads)[:, None]
        positions = length - 1 - pads
        return self._forward(ids, batch, torch.arange(length)[None, :] >= pads, positions)

    def _forward(
        self, ids: torch.Tensor, batch: Batch, mask: torch.Tensor | None, positions: torch.Tensor | None
    ) -> torch.Tensor:
        device = self._model.device
        extra: dict[str, Any] = {"logits_to_keep": 1} if self._last_only else {}
        if mask is not None:
            extra["attention_mask"] = mask.to(device)
        if positions is not None and self._positions:
            extra["position_ids"] = positions.to(device)
        with self._guard, torch.inference_mode():
            out = self._model(input_ids=ids.to(device), past_key_values=batch.cache, use_cache=True, **extra)
        logits: torch.Tensor = out.logits[:, -1]
        return logits

    def _drop_ended(self, part: Part) -> Part | None:
        jobs, batch, logits = part
        kept = [i for i, job in enumerate(jobs) if not job.ended]
        if len(kept) == len(jobs):
            return part
        for i, job in enumerate(jobs):
            if job.ended:
                self._remember(batch, i, job)
        if not kept:
            return None
        batch.keep(kept)
        return [jobs[i] for i in kept], batch, logits[kept]

    def _remember(self, batch: Batch, i: int, job: Job) -> None:
        self._prefixes.add(job.tag, job.tokens[: job.read], batch.row(i, job.read))


def _level(jobs: Sequence[Job]) -> None:
    """Let rows with equally long prompts and nearly equally long kept parts be read as one group."""
    for length in {len(job.prompt) for job in jobs}:
        alike = [job for job in jobs if len(job.prompt) == length]
        least = min(job.cached for job in alike)
        for job in alike:
            job.cached = least if job.cached - least <= _NEAR else job.cached


def _choose(jobs: Sequence[Job], logits: torch.Tensor) -> list[int]:
    """The next token of every job, by the sampler of its question."""
    questions: dict[int, list[int]] = {}
    for i, job in enumerate(jobs):
        questions.setdefault(id(job.sampler), []).append(i)
    chosen: dict[int, int] = {}
    for places in questions.values():
        mine = [jobs[i] for i in places]
        their = logits if len(places) == len(jobs) else logits[places]
        tokens = mine[0].sampler.choose(their, [job.tokens for job in mine], [job.seed for job in mine])
        chosen.update(zip(places, tokens, strict=True))
    return [chosen[i] for i in range(len(jobs))]

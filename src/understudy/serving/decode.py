"""The decode loop: N rows of one model, one token each per step.

Prompts are read in groups of equal length (usually one group: every column answers the same turn), each without what
the prefix store still has; then all rows decode together on one right-aligned cache. A row that ends leaves the batch,
so the last one alone costs what one row costs. A stop is seen between two steps and between two pieces of a prompt.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch

from understudy.serving.cache import KV, Batch, empty_batch, join, stack_rows
from understudy.serving.prefix import PrefixStore
from understudy.serving.quoting import Led, following
from understudy.serving.sampler import Sampler
from understudy.serving.slots import AdapterSlots

_PIECE = 256
"""Prompt tokens read at once: large enough to be efficient, small enough to stop quickly."""

_NEAR = 48
"""Reading so many kept tokens again costs less than one more pass over the weights for a group of its own."""


@dataclass(slots=True)
class Job:
    """One row on its way: its prompt, where its adapter is, and what it has said.

    `tag` names the weights in the prefix store, `seed` replaces the sampling's. `cached` counts prompt tokens that
    needed no reading. `ended` is set by whoever reads the tokens; the row then leaves the batch. `quotes` lead it.
    """

    row: int
    prompt: list[int]
    slot: int
    tag: Hashable
    seed: int | None = None
    quotes: tuple[Led, ...] = ()
    said: list[int] = field(default_factory=list)
    cached: int = 0
    ended: bool = False

    @property
    def tokens(self) -> list[int]:
        return self.prompt + self.said

    @property
    def read(self) -> int:
        """Tokens that are in the cache: all but the last one said."""
        return len(self.prompt) + max(0, len(self.said) - 1)


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

    def run(self, jobs: Sequence[Job], sampler: Sampler, most: int, stopped: Callable[[Job], bool]) -> Iterator[Job]:
        """Yield each job after each of its tokens; at most `most` tokens. Jobs that `stopped` asks for end.

        What was read is kept in the prefix store, whichever way the run ends.
        """
        jobs = sorted(jobs, key=lambda job: job.slot)
        batch: Batch | None = None
        try:
            jobs, batch, logits = self._prefill(jobs, most, stopped)
            while jobs and batch is not None and logits is not None:
                chosen = sampler.choose(logits, [job.tokens for job in jobs], [job.seed for job in jobs])
                for job, token in zip(jobs, chosen, strict=True):
                    led = following(job.quotes, job.said)
                    job.said.append(token if led is None else led)
                for job in jobs:
                    yield job
                    job.ended = job.ended or stopped(job)
                batch, jobs = self._drop_ended(batch, jobs)
                logits = self._step(batch, jobs) if jobs else None
        finally:
            if batch is not None:
                for i, job in enumerate(jobs):
                    self._remember(batch, i, job)
            with self._guard:
                self._slots.rest()

    def _prefill(
        self, jobs: list[Job], most: int, stopped: Callable[[Job], bool]
    ) -> tuple[list[Job], Batch | None, torch.Tensor | None]:
        """Read all prompts: the jobs that go on, their rows as a batch in that order, the logits of each last token."""
        known = {job.row: self._known(job) for job in jobs}
        _level(jobs)
        groups: dict[tuple[int, int], list[Job]] = {}
        for job in jobs:
            groups.setdefault((job.cached, len(job.prompt)), []).append(job)
        done: list[tuple[list[Job], Batch, torch.Tensor]] = []
        for group in groups.values():
            got = self._read(group, [known[job.row] for job in group], most, stopped)
            if got is not None:
                done.append((group, *got))
        if not done:
            return [], None, None
        order = [job for group, _, _ in done for job in group]
        batch, logits = done[0][1], done[0][2]
        if len(done) > 1:
            batch = join([b for _, b, _ in done], [len(group[0].prompt) for group, _, _ in done], most)
            back = sorted(range(len(order)), key=lambda i: order[i].slot)
            batch.keep(back)
            order, logits = [order[i] for i in back], torch.cat([part for _, _, part in done])[back]
        self._route(order)
        return order, batch, logits

    def _known(self, job: Job) -> KV | None:
        """The kept part of the job's prompt; its last token is always read, for its logits."""
        length, kv = self._prefixes.find(job.tag, job.prompt)
        job.cached = min(length, len(job.prompt) - 1)
        return kv if job.cached else None

    def _read(
        self, jobs: list[Job], known: list[KV | None], most: int, stopped: Callable[[Job], bool]
    ) -> tuple[Batch, torch.Tensor] | None:
        """Read the prompts of jobs with equal lengths; None when all of them were stopped meanwhile."""
        start, end = jobs[0].cached, len(jobs[0].prompt)
        if start:
            batch = stack_rows([kv for kv in known if kv is not None], [start] * len(jobs), end - start + most)
        else:
            batch = empty_batch(len(jobs), end + most)
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

    def _drop_ended(self, batch: Batch, jobs: list[Job]) -> tuple[Batch, list[Job]]:
        kept = [i for i, job in enumerate(jobs) if not job.ended]
        if len(kept) == len(jobs):
            return batch, jobs
        for i, job in enumerate(jobs):
            if job.ended:
                self._remember(batch, i, job)
        jobs = [jobs[i] for i in kept]
        if jobs:
            batch.keep(kept)
            self._route(jobs)
        return batch, jobs

    def _remember(self, batch: Batch, i: int, job: Job) -> None:
        self._prefixes.add(job.tag, job.tokens[: job.read], batch.row(i, job.read))


def _level(jobs: Sequence[Job]) -> None:
    """Let rows with equally long prompts and nearly equally long kept parts be read as one group."""
    for length in {len(job.prompt) for job in jobs}:
        alike = [job for job in jobs if len(job.prompt) == length]
        least = min(job.cached for job in alike)
        for job in alike:
            job.cached = least if job.cached - least <= _NEAR else job.cached

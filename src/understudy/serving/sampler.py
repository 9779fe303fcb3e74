"""Which token comes next: the same rule and the same luck for every column.

All rows of a turn draw with one stream of uniform numbers, so identical models say identical things and a difference
between two columns is the models', not the dice's. A number picks the token at its place in the cumulative
distribution, tokens ordered from likely to unlikely (inverse transform sampling).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from understudy.types import Sampling

_HEAD = 512
"""Tokens looked at first: nearly always enough for top-p, and much cheaper than sorting a vocabulary."""


class Sampler:
    """Chooses one token per row and step. Rows with the same seed share the number drawn for a step."""

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._seed = sampling.seed if sampling.seed is not None else random.SystemRandom().getrandbits(63)
        self._luck: dict[int, random.Random] = {}

    def choose(
        self, logits: torch.Tensor, histories: Sequence[Sequence[int]], seeds: Sequence[int | None] | None = None
    ) -> list[int]:
        """Next tokens for logits `[rows, vocabulary]`.

        `histories` are each row's tokens so far, prompt included; `seeds` replace the sampling's seed for single rows.
        """
        logits = logits.float()
        if self.sampling.repetition_penalty != 1.0:
            logits = _penalize(logits, histories, self.sampling.repetition_penalty)
        if self.sampling.temperature <= 0:
            return [int(i) for i in logits.argmax(-1).tolist()]
        own = [self._seed if seed is None else seed for seed in seeds or [None] * len(logits)]
        luck = {seed: self._luck.setdefault(seed, random.Random(seed)).random() for seed in set(own)}
        scaled = logits / self.sampling.temperature
        return [self._draw(row, luck[seed]) for row, seed in zip(scaled, own, strict=True)]

    def _draw(self, logits: torch.Tensor, luck: float) -> int:
        """One token of one row; filters as in `transformers` (top-k first, then top-p, at least one token stays)."""
        top_k, top_p, size = self.sampling.top_k, min(self.sampling.top_p, 1.0), logits.shape[0]
        values, indices = logits.topk(min(size, top_k or _HEAD))
        total = torch.logsumexp(values if top_k else logits, 0)
        mass = (values - total).double().exp().cumsum(0)
        if not top_k and len(mass) < size and float(mass[-1]) < top_p:
            values, indices = logits.sort(descending=True)
            mass = (values - total).double().exp().cumsum(0)
        if top_p < 1.0:
            mass = mass[: int((mass < top_p).sum()) + 1]
        target = luck * float(mass[-1])
        at = int(torch.searchsorted(mass, torch.tensor(target, dtype=mass.dtype, device=mass.device), right=True))
        return int(indices[min(at, mass.shape[0] - 1)])


def _penalize(logits: torch.Tensor, histories: Sequence[Sequence[int]], penalty: float) -> torch.Tensor:
    """Make tokens that already occurred less likely (Keskar et al. 2019, arXiv 1909.05858, equation 2)."""
    logits = logits.clone()
    for row, history in zip(logits, histories, strict=True):
        seen = torch.tensor(sorted(set(history)), dtype=torch.long, device=logits.device)
        seen = seen[seen < row.shape[0]]
        scores = row[seen]
        row[seen] = torch.where(scores > 0, scores / penalty, scores * penalty)
    return logits

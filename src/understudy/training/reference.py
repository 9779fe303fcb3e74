"""What the frozen base says about a row, computed once: it never changes, so no step needs a second forward.

Votes and thumbs need the log-probability of a completion; anchors need, at each of its positions, the base's likeliest
tokens, which stand for its whole distribution (the rest counts as one token).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any

import torch

from understudy.dataset.example import Kind
from understudy.training.batch import Item, Row, collate, split
from understudy.training.recipe import Recipe
from understudy.training.score import answer_logits, score

TOP = 64
"""Tokens kept of a distribution: at 8 bytes each an anchor of 30 tokens takes 15 KiB, whatever the vocabulary."""


class Reference:
    """The base's numbers by row."""

    def __init__(self) -> None:
        self._totals: dict[str, torch.Tensor] = {}
        self._tokens: dict[str, torch.Tensor] = {}
        self._tops: dict[str, torch.Tensor] = {}

    def has(self, row: Row, top: bool) -> bool:
        """Whether `row` was measured, with its likeliest tokens where `top` asks for them."""
        return _key(row) in (self._tops if top else self._totals)

    def add(self, row: Row, said: torch.Tensor, log_probs: torch.Tensor | None = None) -> None:
        """Keep what the base says: `said` [answer] of the row's own tokens, `log_probs` [answer, vocabulary] of all."""
        key = _key(row)
        self._totals[key] = said.sum().cpu()
        if log_probs is not None:
            base, tokens = log_probs.topk(min(TOP, log_probs.shape[1]))
            self._tops[key], self._tokens[key] = base.cpu(), tokens.to(torch.int32).cpu()

    def total(self, row: Row) -> float:
        """Log-probability of the row's completion."""
        return float(self._totals[_key(row)])

    def tops(self, rows: Sequence[Row], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """Likeliest tokens and their log-probabilities, `[answers, TOP]` each, of all rows one after the other."""
        keys = [_key(row) for row in rows]
        tokens = torch.cat([self._tokens[key] for key in keys]).long()
        return tokens.to(device), torch.cat([self._tops[key] for key in keys]).to(device)


def _key(row: Row) -> str:
    return hashlib.blake2b(struct.pack(f"<{len(row.tokens) + 1}I", row.start, *row.tokens), digest_size=16).hexdigest()


@torch.no_grad()
def refer(reference: Reference, base: Any, items: Sequence[Item], recipe: Recipe, breathe: Callable[[], None]) -> None:
    """Ask `base`, which has no adapter yet, what it says of those votes, thumbs and anchors that are not known."""
    for part in split([item for item in items if _unknown(reference, item, recipe)], recipe.micro_batch_tokens):
        breathe()
        rows = [(row, _by_token(item, recipe)) for item in part for row in item.rows]
        batch = collate([row for row, _ in rows], base.device)
        scores = score(answer_logits(base, batch), batch)
        for i, (row, top) in enumerate(rows):
            mine = scores.owner == i
            reference.add(row, scores.said[mine], scores.log_probs[mine] if top else None)


def _unknown(reference: Reference, item: Item, recipe: Recipe) -> bool:
    if item.example.kind not in (Kind.PREFERENCE, Kind.THUMB) and not _by_token(item, recipe):
        return False
    return not all(reference.has(row, _by_token(item, recipe)) for row in item.rows)


def _by_token(item: Item, recipe: Recipe) -> bool:
    """Whether the base's whole distribution is needed, not only what it says of the completion."""
    return item.example.kind is Kind.REPLAY and recipe.kl_weight > 0

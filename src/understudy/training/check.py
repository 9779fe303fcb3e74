"""Which completions a model would write by itself, without decoding a single token.

A completion is what greedy decoding writes, end included, exactly when each of its tokens is the likeliest one after
the right ones before it (by induction over its tokens). So one forward over the right completion proves it; unlike a
share of right tokens or a loss, this does not flatter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from understudy.training.batch import Item, collate, split
from understudy.training.score import answer_logits, score


@dataclass(frozen=True, slots=True)
class Checked:
    """Mean loss per token of completions, and by example id whether each is written right."""

    loss: float
    right: dict[str, bool]


@torch.no_grad()
def check(model: Any, items: Sequence[Item], tokens: int, breathe: Callable[[], None]) -> Checked:
    """Read `items`, at most `tokens` tokens at a time, with `breathe` called in between."""
    total, count, right = 0.0, 0, dict[str, bool]()
    for part in split(items, tokens):
        breathe()
        batch = collate([item.row for item in part], next(model.parameters()).device)
        scores = score(answer_logits(model, batch), batch)
        total, count = total - float(scores.said.sum()), count + len(scores.said)
        right.update({item.example.id: bool(hit) for item, hit in zip(part, scores.right, strict=True)})
    return Checked(total / count, right)

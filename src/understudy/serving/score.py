"""How likely a version finds a given text: one pass over prompt and completion, in the slots that also answer.

Rows are padded on the right, where a causal model cannot look, so that no row needs a mask; only the logits from the
first completion on are computed, because a vocabulary of 150,000 makes those of whole prompts larger than the model.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from understudy.errors import InputError
from understudy.serving.slots import AdapterSlots

SCORED_AT_ONCE = 8
"""Rows of one pass: a person who asks meanwhile waits for one pass at most."""


@dataclass(frozen=True, slots=True)
class Score:
    """`log_prob` is the sum over the completion's `tokens` (its end included), natural logarithm.

    `hits` counts the tokens that greedy decoding would have chosen.
    """

    tokens: int
    log_prob: float
    hits: int

    @property
    def loss(self) -> float:
        """Mean cross-entropy a token, in nats."""
        return -self.log_prob / self.tokens


def score_batch(
    model: Any,
    slots: AdapterSlots,
    places: Sequence[int],
    prompts: Sequence[Sequence[int]],
    completions: Sequence[Sequence[int]],
    context: int,
) -> list[Score]:
    """Score completions after their prompts (token ids), each in its slot. The caller keeps everyone else out.

    Raises InputError when prompt and completion together are longer than `context` tokens.
    """
    longest = max(len(prompt) + len(completion) for prompt, completion in zip(prompts, completions, strict=True))
    if longest > context:
        raise InputError(f"A text of {longest} tokens cannot be scored: this model reads {context}. Shorten it.")
    order = sorted(range(len(places)), key=lambda i: places[i])  # base rows come first in a batch
    first = min(len(prompt) for prompt in prompts) - 1
    slots.route([places[i] for i in order])
    try:
        logits = _logits(model, [[*prompts[i], *completions[i]] for i in order], first)
    finally:
        slots.rest()
    scores = {i: _score(logits[row], completions[i], len(prompts[i]) - 1 - first) for row, i in enumerate(order)}
    return [scores[i] for i in range(len(places))]


def _logits(model: Any, rows: Sequence[Sequence[int]], first: int) -> torch.Tensor:
    """Logits `[rows, longest - first, vocabulary]` of the tokens after position `first`."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([[*row, *[row[-1]] * (longest - len(row))] for row in rows], device=model.device)
    short = "logits_to_keep" in inspect.signature(model.forward).parameters
    with torch.inference_mode():
        out = model(input_ids=ids, use_cache=False, **({"logits_to_keep": longest - first} if short else {}))
    logits: torch.Tensor = out.logits if short else out.logits[:, first:]
    return logits


def _score(logits: torch.Tensor, completion: Sequence[int], offset: int) -> Score:
    wanted = torch.tensor(completion, device=logits.device)
    mine = logits[offset : offset + len(completion)].float()
    chosen = mine.log_softmax(-1).gather(-1, wanted[:, None])
    return Score(len(completion), float(chosen.sum()), int((mine.argmax(-1) == wanted).sum()))

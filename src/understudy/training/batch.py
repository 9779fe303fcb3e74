"""Examples as token rows, and rows as batches.

A row is what the chat reads and what the model should then write: the prompt as `Template` renders it, the completion,
the token that ends the turn. Rows are padded on the right; a causal model never looks there, so no mask is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from understudy.dataset.example import Example
from understudy.errors import InputError
from understudy.serving.context import fit_prompt
from understudy.serving.template import Template
from understudy.types import Message


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of a prompt and its completion, whose first token is `tokens[start]`."""

    tokens: tuple[int, ...]
    start: int

    @property
    def answer(self) -> int:
        """How many tokens the completion has, its end included."""
        return len(self.tokens) - self.start


@dataclass(frozen=True, slots=True)
class Item:
    """An example in tokens; `rejected` only for a preference."""

    example: Example
    row: Row
    rejected: Row | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        return (self.row,) if self.rejected is None else (self.row, self.rejected)

    @property
    def longest(self) -> int:
        return max(len(row.tokens) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows side by side: `ids` [rows, tokens]; `where` marks the positions that predict a completion's token.

    In the order of `where`: `targets` [answers] are those tokens, `owner` [answers] the row each belongs to.
    """

    ids: torch.Tensor
    where: torch.Tensor
    targets: torch.Tensor
    owner: torch.Tensor


def encode(template: Template, example: Example, context: int) -> Item:
    """Tokens of `example` for a model that reads `context` tokens. Raises InputError when it is too long."""
    row = _row(template, example.prompt, example.completion, context)
    if example.rejected is None:
        return Item(example, row)
    return Item(example, row, _row(template, example.prompt, example.rejected, context))


def encode_all(template: Template, examples: Iterable[Example], context: int) -> tuple[list[Item], dict[str, str]]:
    """Items of all examples that can be learned, and by its source a sentence for each that cannot."""
    items: list[Item] = []
    refused: dict[str, str] = {}
    for example in examples:
        try:
            items.append(encode(template, example, context))
        except InputError as error:
            refused.setdefault(example.source or example.id, str(error))
    return items, refused


def collate(rows: Sequence[Row], device: torch.device | str = "cpu") -> Batch:
    """Pad `rows` to the longest."""
    width = max(len(row.tokens) for row in rows)
    ids = torch.tensor([[*row.tokens, *(0,) * (width - len(row.tokens))] for row in rows])
    where = torch.zeros(ids.shape, dtype=torch.bool)
    for i, row in enumerate(rows):
        where[i, row.start - 1 : len(row.tokens) - 1] = True
    targets = ids.roll(-1, 1)[where]
    owner = torch.arange(len(rows)).repeat_interleave(torch.tensor([row.answer for row in rows]))
    return Batch(ids.to(device), where.to(device), targets.to(device), owner.to(device))


def split(items: Sequence[Item], tokens: int) -> list[list[Item]]:
    """Micro-batches of items of like length, each of at most `tokens` tokens with padding (one item at least)."""
    parts: list[list[Item]] = []
    rows = 0
    for item in sorted(items, key=lambda item: item.longest, reverse=True):
        if not parts or (rows + len(item.rows)) * parts[-1][0].longest > tokens:
            parts.append([])
            rows = 0
        parts[-1].append(item)
        rows += len(item.rows)
    return parts


def _row(template: Template, prompt: Sequence[Message], completion: str, context: int) -> Row:
    if not template.can_write(completion):
        raise InputError(
            f'The answer "{_short(completion)}" has letters that the vocabulary of this model does not have, so it '
            "cannot be learned. It stays remembered; a base model that writes them can learn it."
        )
    answer = template.answer(completion)
    fitted = fit_prompt(template, prompt, context, len(answer))
    if fitted.room < len(answer):
        raise InputError(
            f'The answer "{_short(completion)}" and its question make {len(fitted.tokens) + len(answer)} tokens, but '
            f"this model reads {context} in all. Shorten one of them; until then it is not learned."
        )
    return Row((*fitted.tokens, *answer), len(fitted.tokens))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"

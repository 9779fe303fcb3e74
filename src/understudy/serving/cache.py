"""Keys and values of a batch in buffers that are written in place.

transformers' DynamicCache concatenates the whole cache at every step; here a layer owns a buffer with room for the
tokens to come and hands out views. Rows are right-aligned: shorter ones have padding on the left, so that all rows
write at the same place and a row that ends can simply be dropped. Shapes: `[rows, heads, tokens, head size]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

KV = list[tuple[torch.Tensor, torch.Tensor]]
"""Keys and values of one row per layer, `[heads, tokens, head size]`."""


class BufferLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped here
    """One layer's keys and values for all rows, with room for `reserve` more tokens after the first write."""

    is_sliding = False
    is_croppable = False
    is_compileable = False

    def __init__(self, reserve: int = 64) -> None:
        super().__init__()
        self.reserve = reserve
        self.length = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        room = key_states.shape[2] + self.reserve
        self.keys = key_states.new_zeros((*key_states.shape[:2], room, key_states.shape[3]))
        self.values = value_states.new_zeros((*value_states.shape[:2], room, value_states.shape[3]))
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append new tokens and return views of everything so far."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self.length + key_states.shape[2]
        if end > self.keys.shape[2]:
            self._grow(end)
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def _grow(self, need: int) -> None:
        room = max(need + 64, self.keys.shape[2] * 3 // 2)
        for name in ("keys", "values"):
            old = getattr(self, name)
            new = old.new_zeros((*old.shape[:2], room, old.shape[3]))
            new[:, :, : self.length] = old[:, :, : self.length]
            setattr(self, name, new)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1


@dataclass(slots=True)
class Batch:
    """The cache of N rows and how many of its tokens are padding on the left of each row."""

    cache: Cache
    pads: list[int]

    @property
    def length(self) -> int:
        """Tokens in the buffers, padding included."""
        return int(self.cache.layers[0].length) if self.cache.layers else 0

    def row(self, i: int, tokens: int) -> KV:
        """A copy of the first `tokens` tokens of row `i`."""
        return [(keys[:, :tokens].clone(), values[:, :tokens].clone()) for keys, values in self.view(i)]

    def view(self, i: int) -> KV:
        """Row `i` without its padding, not copied."""
        at = slice(self.pads[i], self.length)
        return [(layer.keys[i, :, at], layer.values[i, :, at]) for layer in self.cache.layers]

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows."""
        index = torch.tensor(rows, device=self.cache.layers[0].keys.device)
        for layer in self.cache.layers:
            layer.keys = layer.keys.index_select(0, index)
            layer.values = layer.values.index_select(0, index)
        self.pads = [self.pads[i] for i in rows]


def empty_batch(rows: int, reserve: int) -> Batch:
    """A batch of `rows` rows without tokens; layers appear with the first forward."""
    return Batch(Cache(layer_class_to_replicate=partial(BufferLayer, reserve)), [0] * rows)


def stack_rows(rows: Sequence[KV], lengths: Sequence[int], reserve: int) -> Batch:
    """Copy rows of `lengths[i]` tokens each into one batch, right-aligned, with room for `reserve` more tokens."""
    longest = max(lengths)
    layers = []
    for depth in range(len(rows[0])):
        layer = BufferLayer(reserve)
        key, value = rows[0][depth]
        layer.keys = key.new_zeros((len(rows), key.shape[0], longest + reserve, key.shape[2]))
        layer.values = value.new_zeros((len(rows), value.shape[0], longest + reserve, value.shape[2]))
        for i, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            layer.keys[i, :, longest - length : longest] = row[depth][0][:, :length]
            layer.values[i, :, longest - length : longest] = row[depth][1][:, :length]
        layer.length, layer.is_initialized = longest, True
        layers.append(layer)
    return Batch(Cache(layers=layers), [longest - length for length in lengths])

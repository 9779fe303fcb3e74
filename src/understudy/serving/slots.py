"""Adapters in slots: every row of a batch brings its own LoRA to one shared base.

A wrapped linear layer holds the A and B matrices of all slots, stacked. Before a batch decodes, `route` lays out the
matrices of its rows once; a step is then two batched products per layer. Base rows come first in a batch and are never
touched, so row 0 computes what the base alone computes. A swap writes a free slot and moves a number.

Shapes: A `[slots, in, rank]`, B `[slots, rank, out]` with the scaling folded in; lower ranks are padded with zeros.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import nn
from torch.nn.functional import linear

from understudy.errors import ModelError
from understudy.serving.adapter import Adapter
from understudy.serving.outline import Shape
from understudy.serving.packed import ROWS, PackedWeight, worth_packing


class Routing:
    """Which rows of the running batch have an adapter: rows `first:` do, the rows before are the base's."""

    def __init__(self) -> None:
        self.first = 0
        self.active = False


class SlotLinear(nn.Module):
    """A linear layer (nn.Linear or GPT-2's Conv1D) with adapters for the rows that want one.

    A deep copy of it is a copy of the plain layer: a tree that trains has neither slots nor packed weights.
    """

    def __init__(self, base: nn.Module, routing: Routing) -> None:
        super().__init__()
        self.base = base
        self.routing = routing
        self.inputs, self.outputs = linear_shape(base)
        self.a = torch.empty(0)
        self.b = torch.empty(0)
        self.used: set[int] = set()
        self.row_a: torch.Tensor | None = None
        self.row_b: torch.Tensor | None = None
        self.packed: PackedWeight | None = None
        self._held = (base.weight, base.bias) if isinstance(base, nn.Linear) else None

    def __deepcopy__(self, memo: dict[int, object]) -> nn.Module:
        return copy.deepcopy(self.base, memo)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self._plain(x)
        if not self.routing.active or self.row_a is None or self.row_b is None:
            return y
        first = self.routing.first
        if first == 0:
            return torch.baddbmm(y, torch.bmm(x, self.row_a), self.row_b)
        tail = y[first:]
        torch.baddbmm(tail, torch.bmm(x[first:], self.row_a), self.row_b, out=tail)
        return y

    def _plain(self, x: torch.Tensor) -> torch.Tensor:
        """What the base alone gives; its weight is held directly because a module call costs as much as the product."""
        if self.packed is not None and x.dim() == 3 and x.shape[1] == 1 and x.shape[0] >= ROWS:
            return self.packed(x)
        if self._held is not None:
            return linear(x, *self._held)
        y: torch.Tensor = self.base(x)
        return y

    def write(self, slot: int, a: torch.Tensor, b: torch.Tensor) -> None:
        """Put `a` [rank, in] and `b` [out, rank] (scaled) into `slot`, growing the stack where needed."""
        self._reserve(slot + 1, a.shape[0])
        self.a[slot].zero_()
        self.b[slot].zero_()
        self.a[slot, :, : a.shape[0]] = a.t()
        self.b[slot, : a.shape[0]] = b.t()
        self.used.add(slot)

    def clear(self, slot: int) -> None:
        """Make `slot` do nothing."""
        if slot in self.used:
            self.a[slot].zero_()
            self.b[slot].zero_()
            self.used.discard(slot)

    def _reserve(self, slots: int, rank: int) -> None:
        """Grow by making new tensors: a batch that is running keeps the old ones it was routed to."""
        have, width = (self.a.shape[0], self.a.shape[2]) if self.a.dim() == 3 else (0, 0)
        if slots <= have and rank <= width:
            return
        slots, rank = (have if slots <= have else max(slots, 2 * have, 2)), max(rank, width)
        weight = next(self.base.parameters())
        a, b = weight.new_zeros((slots, self.inputs, rank)), weight.new_zeros((slots, rank, self.outputs))
        if have:
            a[:have, :, :width], b[:have, :width] = self.a, self.b
        self.a, self.b = a, b

    def route(self, slots: Sequence[int]) -> None:
        """Lay out the matrices of the batch's tuned rows; a copy, except for neighbouring slots."""
        if not any(slot in self.used for slot in slots):
            self.row_a = self.row_b = None
            return
        slots = [slot if slot < self.a.shape[0] else 0 for slot in slots]
        if list(slots) == list(range(slots[0], slots[0] + len(slots))):
            self.row_a, self.row_b = self.a[slots[0] : slots[-1] + 1], self.b[slots[0] : slots[-1] + 1]
        else:
            index = torch.tensor(slots, device=self.a.device)
            self.row_a, self.row_b = self.a.index_select(0, index), self.b.index_select(0, index)


class AdapterSlots:
    """The adapters of one model. Slot 0 is the base and stays empty."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._routing = Routing()
        self._layers: dict[str, SlotLinear] = {}
        self._taken: set[int] = {0}
        self._packing: bool | None = None
        self._dressed = False
        self._routed: list[int] | None = None

    def load(self, adapter: Adapter) -> int:
        """Write `adapter` into a free slot and return it. Raises ModelError, changing nothing, if it does not fit."""
        self.check(
            adapter.name, {n: Shape(a.shape[0], a.shape[1], b.shape[0]) for n, (a, b) in adapter.weights.items()}
        )
        slot = next(i for i in range(len(self._taken) + 1) if i not in self._taken)
        self._taken.add(slot)
        try:
            for name, (a, b) in adapter.weights.items():
                self._layer(name).write(slot, a, b)
        except BaseException:
            self.free(slot)
            raise
        return slot

    def free(self, slot: int) -> None:
        """Empty a slot for the next adapter."""
        if slot and slot in self._taken:
            for layer in self._layers.values():
                layer.clear(slot)
            self._taken.discard(slot)

    def route(self, slots: Sequence[int]) -> None:
        """Say which slot every row of the coming batch uses; base rows (0) must come first.

        What it says already costs nothing: rows keep what they were given until others are named, or it rests.
        """
        if list(slots) == self._routed:
            return
        self._routed = None
        if len(slots) >= ROWS and self._packing is None:
            self._pack()
        tuned = [slot for slot in slots if slot]
        if list(slots) != [0] * (len(slots) - len(tuned)) + tuned:
            raise ValueError("base rows must come before tuned rows")
        self._dress(bool(tuned) or (len(slots) >= ROWS and bool(self._packing)))
        self._routing.first, self._routing.active = len(slots) - len(tuned), bool(tuned)
        for layer in self._layers.values() if tuned else ():
            layer.route(tuned)
        self._routed = list(slots)

    def rest(self) -> None:
        """Nothing is running: let go of what the last batch laid out."""
        self._routing.active, self._routed = False, None
        for layer in self._layers.values():
            layer.row_a = layer.row_b = None

    def _pack(self) -> None:
        """Wrap every linear layer and keep its weight packed, where that is worth it; decided once."""
        self._packing = worth_packing(self._model)
        if self._packing:
            names = [name for name, module in self._model.named_modules() if isinstance(module, nn.Linear)]
            for layer in [self._layer(name.removesuffix(".base")) for name in names]:
                layer.packed = PackedWeight(layer.base) if isinstance(layer.base, nn.Linear) else None

    def _dress(self, dressed: bool) -> None:
        """Put the wrapped layers into the tree, or the plain ones: a lone base column then pays for no wrapper."""
        if dressed != self._dressed:
            self._dressed = dressed
            for name, layer in self._layers.items():
                self._place(name, layer)

    def _place(self, name: str, layer: SlotLinear) -> None:
        parent, _, leaf = name.rpartition(".")
        setattr(self._model.get_submodule(parent), leaf, layer if self._dressed else layer.base)

    def _layer(self, name: str) -> SlotLinear:
        if name not in self._layers:
            self._layers[name] = SlotLinear(self._model.get_submodule(name), self._routing)
            self._place(name, self._layers[name])
        return self._layers[name]

    def check(self, adapter: str, shapes: Mapping[str, Shape]) -> None:
        """Whether these pairs fit this model; it takes no weights to know. Raises ModelError."""
        for name, shape in shapes.items():
            inputs, outputs = self._shape(adapter, name)
            if (shape.inputs, shape.outputs) != (inputs, outputs):
                raise ModelError(
                    f"The adapter {adapter} was made for a layer {name} of {shape.inputs} to {shape.outputs} values,"
                    f" but this model's has {inputs} to {outputs}. It was trained on another base model; choose that"
                    " one."
                )

    def _shape(self, adapter: str, name: str) -> tuple[int, int]:
        if name in self._layers:
            return self._layers[name].inputs, self._layers[name].outputs
        try:
            return linear_shape(self._model.get_submodule(name))
        except (AttributeError, TypeError) as error:
            raise ModelError(
                f"The adapter {adapter} changes {name}, which this model does not have as a linear layer. "
                "It was trained on another base model; choose that one."
            ) from error


def linear_shape(module: nn.Module) -> tuple[int, int]:
    """Inputs and outputs of a linear layer. Raises TypeError for anything else."""
    if isinstance(module, nn.Linear):
        return module.in_features, module.out_features
    weight = getattr(module, "weight", None)
    if type(module).__name__ == "Conv1D" and isinstance(weight, torch.Tensor):
        return int(weight.shape[0]), int(weight.shape[1])
    raise TypeError(type(module).__name__)

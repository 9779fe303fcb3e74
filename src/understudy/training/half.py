"""Products with the frozen weights in bfloat16, where this processor is faster at them; everything else in float32.

Nine tenths of a training step are products with weights that do not change. A chat that decodes one row is bound by
memory and may well be faster in float32 (see `serving.device`), so its weights are float32; here they are rounded for
one product, forth and back, and the rounded copy is dropped at once: autocast would keep it until the backward pass.
Adapter, attention and norms stay in float32, and so does the check that ends a run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        ctx.weight = weight
        return F.linear(x.bfloat16(), weight.bfloat16()).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None]:
        return (grads[0].bfloat16() @ ctx.weight.bfloat16()).to(grads[0].dtype), None


class HalfLinear(nn.Linear):
    """A frozen linear layer whose product is rounded while `on`; PEFT takes it for the linear layer it is."""

    on = True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.on:
            return super().forward(x)
        y: torch.Tensor = _Product.apply(x, self.weight)  # type: ignore[no-untyped-call]
        return y if self.bias is None else y + self.bias


def halve(model: nn.Module) -> None:
    """Let the frozen float32 linear layers of `model` round their products; only for a tree that nobody else uses."""
    for module in model.modules():
        if type(module) is nn.Linear and module.weight.dtype is torch.float32 and not module.weight.requires_grad:
            module.__class__ = HalfLinear


@contextmanager
def exact(model: nn.Module) -> Iterator[None]:
    """Inside, `model` computes as the chat does."""
    layers = [module for module in model.modules() if isinstance(module, HalfLinear)]
    for layer in layers:
        layer.on = False
    try:
        yield
    finally:
        for layer in layers:
            layer.on = True


@cache
def half_pays() -> bool:
    """Whether a product of many rows takes less than two thirds of its float32 time in bfloat16, on this CPU."""
    return _seconds(torch.bfloat16) < 0.67 * _seconds(torch.float32)


def _seconds(dtype: torch.dtype) -> float:
    """The fastest of seven products of 512 rows."""
    x, weight, took = torch.randn(512, 512, dtype=dtype), torch.randn(512, 512, dtype=dtype), []
    for _ in range(7):
        since = time.perf_counter()
        F.linear(x, weight)
        took.append(time.perf_counter() - since)
    return min(took)

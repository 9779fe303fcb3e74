"""Four rows for the price of one: base weights in the layout MKL multiplies small batches with.

A decode step is bound by reading the weights. With float32 on x86, torch reads them once for up to three rows; from
four rows on MKL first rearranges the weights, at every call, which costs another pass over memory (135 M Llama, two
cores: 26 ms for one to three rows, 56 ms for four). Rearranged once and kept, four rows take 28 ms. Measured and not
better: three rows and then one (62), two and two (56), `bmm` over two pairs (54), blocks that fit the second-level
cache (68), transposed weights (39), oneDNN's linear (58), numpy's OpenBLAS (58).

The price is a second copy of the weights, so it is paid only when four rows really come, when a timing here shows that
it pays, and when memory is plentiful.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import psutil
import torch
from torch import nn
from torch.nn.functional import linear

ROWS = 4
"""Rows the layout is made for; MKL wants to know."""


class PackedWeight:
    """A linear layer's weight, rearranged. Calling it with `[rows, 1, in]` gives `[rows, 1, out]`."""

    def __init__(self, layer: nn.Linear) -> None:
        self._weight, self._bias = layer.weight, layer.bias
        self._packed = torch.ops.mkl._mkl_reorder_linear_weight(layer.weight, ROWS)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.shape[0]
        if rows == ROWS:
            return self._four(x)
        return torch.cat(
            [
                self._four(x[at : at + ROWS]) if at + ROWS <= rows else linear(x[at:], self._weight, self._bias)
                for at in range(0, rows, ROWS)
            ]
        )

    def _four(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = torch.ops.mkl._mkl_linear(x, self._packed, self._weight, self._bias, ROWS)
        return y


def worth_packing(model: nn.Module) -> bool:
    """Whether to pack this model here: possible, faster, and at most a quarter of the free memory."""
    weights = [layer.weight for layer in model.modules() if isinstance(layer, nn.Linear)]
    possible = all(w.dtype == torch.float32 and w.device.type == "cpu" for w in weights)
    size = sum({w.data_ptr(): w.nbytes for w in weights}.values())
    return possible and size <= psutil.virtual_memory().available / 4 and packing_pays()


@cache
def packing_pays() -> bool:
    """Time four rows both ways on a weight larger than a core's cache; some milliseconds, once per process."""
    mkl = torch.backends.mkl.is_available()
    if not mkl or not hasattr(torch.ops.mkl, "_mkl_linear"):
        return False
    layer = nn.Linear(1536, 1536, bias=False).requires_grad_(False)
    packed, x = PackedWeight(layer), torch.randn(ROWS, 1, 1536)
    with torch.inference_mode():
        return _best(lambda: packed(x)) < 0.85 * _best(lambda: layer(x))


def _best(product: Callable[[], torch.Tensor]) -> float:
    times = []
    for _ in range(8):
        start = time.perf_counter()
        product()
        times.append(time.perf_counter() - start)
    return min(times)

"""Where and in which number format a model runs: measured, not assumed.

bfloat16 halves the memory a decode step has to read, and on CPUs with AMX or avx512_bf16 it is faster as well; without
them it can be 40 to 500 times slower than float32 (PyTorch issue 146508). So both are timed at the two shapes that
matter (one row against a weight: decode; many rows: prefill), once per process, and the sentence that says why is kept.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache

import psutil
import torch

from understudy.errors import ModelError

_WIDTH = 512
_PREFILL_ROWS = 64


@dataclass(frozen=True, slots=True)
class Placement:
    """Device and dtype for weights, the CPU threads to use, and the sentence that says why."""

    device: torch.device
    dtype: torch.dtype
    threads: int
    reason: str


@cache
def choose_placement(device: str | None = None, threads: int = 0) -> Placement:
    """Measure and decide; takes well under half a second. `device` and `threads` force one, None and 0 choose.

    Raises ModelError for a device that is not here.
    """
    if device not in (None, "cpu", *_accelerators()):
        raise ModelError(f"There is no device {device} on this machine. Choose auto, or one of: {_here()}.")
    threads = threads or cpu_threads()
    torch.set_num_threads(threads)
    chosen = device or next(iter(_accelerators()), "cpu")
    if chosen == "cuda":
        return _on_cuda(threads)
    if chosen in ("mps", "xpu"):
        return Placement(torch.device(chosen), torch.float32, threads, f"float32 on {chosen}: the safe choice there.")
    return Placement(torch.device("cpu"), *_cpu_choice(_ratio(1), _ratio(_PREFILL_ROWS), threads))


def _accelerators() -> list[str]:
    """Devices of this machine that are faster than its CPU, best first."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "xpu": hasattr(torch, "xpu") and torch.xpu.is_available(),
    }
    return [name for name, available in there.items() if available]


def _here() -> str:
    return ", ".join([*_accelerators(), "cpu"])


def _cpu_choice(decode: float, prefill: float, threads: int) -> tuple[torch.dtype, int, str]:
    """bfloat16 only where it is clearly faster for decoding and not slower for reading the prompt."""
    if decode < 0.9 and prefill < 1.1:
        return torch.bfloat16, threads, f"bfloat16: its matmul takes {decode:.2f}x the time of float32 on this CPU."
    worst = max(decode, prefill)
    if worst > 1.1:
        return torch.float32, threads, f"float32: bfloat16 matmul is {worst:.1f}x slower on this CPU."
    return torch.float32, threads, f"float32: bfloat16 matmul is not faster on this CPU ({decode:.2f}x the time)."


def _on_cuda(threads: int) -> Placement:
    name = torch.cuda.get_device_name()
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return Placement(
            torch.device("cuda"), torch.bfloat16, threads, f"bfloat16 on {name}, which computes it natively."
        )
    return Placement(torch.device("cuda"), torch.float16, threads, f"float16 on {name}, which has no native bfloat16.")


def cpu_threads() -> int:
    """Physical cores this process may use: a second thread per core only waits for the same memory."""
    physical = psutil.cpu_count(logical=False) or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def _ratio(rows: int) -> float:
    """Time of a bfloat16 matmul divided by that of float32, `rows` against a square weight; best of a few each."""
    weight = torch.randn(_WIDTH, _WIDTH)
    x = torch.randn(rows, _WIDTH)
    pairs = {dtype: (x.to(dtype), weight.to(dtype)) for dtype in (torch.float32, torch.bfloat16)}
    best = dict.fromkeys(pairs, float("inf"))
    deadline = time.perf_counter() + 0.15
    for _ in range(6):
        for dtype, (a, b) in pairs.items():
            start = time.perf_counter()
            torch.nn.functional.linear(a, b)
            best[dtype] = min(best[dtype], time.perf_counter() - start)
        if time.perf_counter() > deadline:
            break
    return best[torch.bfloat16] / best[torch.float32]

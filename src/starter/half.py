"""Whether bfloat16 arithmetic pays on this processor: measured, because what a processor claims says little.

With instructions for it (AMX, avx512_bf16) a step of training takes half the time; without them it is emulated, many
times slower. Weights and their updates stay in float32 either way.
"""

import functools
import time

import torch


def _best(dtype: torch.dtype) -> float:
    """Seconds of the fastest of five products of two square matrices."""
    x = torch.randn(1024, 1024).to(dtype)
    took = []
    for _ in range(5):
        since = time.perf_counter()
        x @ x
        took.append(time.perf_counter() - since)
    return min(took)


@functools.cache
def pays() -> bool:
    """True where a product in bfloat16 takes less than three quarters of its time in float32."""
    return _best(torch.bfloat16) < 0.75 * _best(torch.float32)

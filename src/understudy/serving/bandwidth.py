"""How fast this machine reads weights, which is how fast it can answer.

A decode step multiplies every weight with one vector, so it takes as long as reading them: tokens per second are at
most bytes per second divided by the bytes of the weights. Measured once per process with a product of that kind,
without torch, so that a model can be judged before anything is loaded.
"""

from __future__ import annotations

import time
from functools import cache

_SIDE = 4096
"""64 MB of float32: larger than the caches of most processors, small enough to be ready in a blink."""


@cache
def bytes_per_second() -> float:
    """Bytes of weights that one matrix-vector product reads in a second, best of a few; takes about 0.1 s."""
    import numpy

    weights = numpy.ones((_SIDE, _SIDE), dtype=numpy.float32)
    vector = numpy.ones(_SIDE, dtype=numpy.float32)
    best = float("inf")
    for _ in range(4):
        start = time.perf_counter()
        weights @ vector
        best = min(best, time.perf_counter() - start)
    return float(weights.nbytes) / best


def tokens_per_second(parameters: int, bytes_per_weight: int = 4) -> float:
    """The most tokens a second that `parameters` weights allow here; small models stay below it."""
    return bytes_per_second() / max(1, parameters * bytes_per_weight)

"""Keeps two threads of a product from wasting a machine that others use too, where GNU's OpenMP runs them (Linux).

A thread that waits for its partner looks 300,000 times before it sleeps: nothing while both run, and all of its time
while the partner waits for a processor. On two cores that eight programs wanted, a version took 347 s and more instead
of 75 s, and a step of training three times the processor time. With 2,000 looks answers are written as fast
(`tests/benchmarks/NOTES.md`, "A machine that is busy"). Source: GOMP_SPINCOUNT in the manual of libgomp.

Every thread that once multiplied keeps partners of its own. Where there are more of them than processors, whoever waits
sleeps after 100 looks, and a step of two rows takes 1.6 times as long: so who hands work to another thread gives its
own partners back. Source: omp_pause_resource_all, OpenMP 5.0; gomp_throttled_spin_count_var in libgomp's env.c.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path

LOOKS = 2_000
_SOFT = 1
"""`omp_pause_soft`: what was set stays set."""

_SAYS_SO = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def wait_briefly(environ: MutableMapping[str, str] = os.environ) -> bool:
    """Before torch is loaded, which reads it once; False where somebody has chosen otherwise, or torch is there."""
    if "torch" in sys.modules or any(name in environ for name in _SAYS_SO):
        return False
    environ["GOMP_SPINCOUNT"] = str(LOOKS)
    return True


def give_back_partners() -> bool:
    """End the threads that multiply with this one, until it multiplies again; whether this system's library did."""
    library = _library()
    return library is not None and library.omp_pause_resource_all(_SOFT) == 0


@cache
def _library() -> ctypes.CDLL | None:
    """The one that torch has loaded; None where it is another's or too old."""
    if not sys.platform.startswith("linux"):
        return None
    lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    path = next((line.split(maxsplit=5)[-1] for line in lines if "libgomp" in line), "")
    library = ctypes.CDLL(path) if path else None
    return library if hasattr(library, "omp_pause_resource_all") else None

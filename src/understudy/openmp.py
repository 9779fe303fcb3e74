"""Keeps two threads of a product from wasting a machine that others use too, where GNU's OpenMP runs them (Linux).

A thread that waits for its partner looks 300,000 times before it sleeps: nothing while both run, and all of its time
while the partner waits for a processor. On two cores that eight programs wanted, a version took 347 s and more instead
of 75 s, and a step of training three times the processor time. With 2,000 looks answers are written as fast
(`tests/benchmarks/NOTES.md`, "A machine that is busy"). Source: GOMP_SPINCOUNT in the manual of libgomp.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

LOOKS = 2_000
_SAYS_SO = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def wait_briefly(environ: MutableMapping[str, str] = os.environ) -> bool:
    """Before torch is loaded, which reads it once; False where somebody has chosen otherwise, or torch is there."""
    if "torch" in sys.modules or any(name in environ for name in _SAYS_SO):
        return False
    environ["GOMP_SPINCOUNT"] = str(LOOKS)
    return True

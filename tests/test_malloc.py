"""Memory that goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from understudy.malloc import keep_flat

HOLES = """
import ctypes, sys
from understudy.malloc import keep_flat
if sys.argv[1] == "flat":
    assert keep_flat()
import psutil, torch
warm = torch.ones(30 << 18); del warm  # a large block that is freed lets glibc keep all smaller ones
before = psutil.Process().memory_info().rss
kept = []
for _ in range(60):
    big = torch.ones(2 << 18)
    kept.append(torch.ones(1 << 10))  # a small one above each large one: the heap cannot shrink
    kept.append(big)
kept = kept[::2]
del big
print((psutil.Process().memory_info().rss - before) >> 20)
"""


def held(how: str) -> int:
    """Megabytes that a process still has after it freed sixty tensors of 2 MB that lay between small ones."""
    done = subprocess.run([sys.executable, "-c", HOLES, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps it")
def test_what_is_freed_goes_back_to_the_system() -> None:
    assert held("flat") < 20 < 80 < held("as it is")


@pytest.mark.skipif(sys.platform.startswith("linux"), reason="there it may be taken")
def test_elsewhere_nothing_is_done() -> None:
    assert not keep_flat()

"""Keeps a long-lived server's memory flat on Linux, where the C library keeps what many threads gave back.

glibc has an arena of memory for nearly every thread, and raises the size from which a block is returned to the system
with every large block that is freed. Caches of conversations come and go in all sizes and threads, so holes are left
everywhere: thirty people for ninety seconds grew the server by 567 MB to 1.4 GB and on; with two arenas and a fixed
size by 118 MB to 0.8 GB, with as many answers (`tests/benchmarks/NOTES.md`, "What a crowd costs"). Sources: mallopt(3).
"""

from __future__ import annotations

import ctypes
import sys

ARENAS = 2
RETURNED_FROM = 1 << 20
"""Bytes of a block that is asked of the system by itself, and given back when it is freed."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


def keep_flat() -> bool:
    """Before there are threads; whether this system's C library took it."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and needs none
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, ARENAS) and mallopt(_M_MMAP_THRESHOLD, RETURNED_FROM))

"""Who is writing an answer: `host:pid:start`, so that a row of a dead process can be told from one still in work.

The start time (seconds, by psutil) tells a process from a later one with the same number. Another host, or a
container with its own numbers, cannot be looked at; its rows count as dead when nothing was saved for ten minutes.
"""

from __future__ import annotations

import os
import socket
from functools import lru_cache

import psutil

SILENCE_S = 600.0
"""How long the writer on another host may be silent, in seconds."""

_CLOCK_DRIFT_S = 3.0


def this_writer() -> str:
    return _describe(os.getpid())


@lru_cache(maxsize=4)
def _describe(pid: int) -> str:
    """Kept by process number: a forked child must not pass for its parent."""
    return f"{_host()}:{pid}:{psutil.Process(pid).create_time():.2f}"


def is_elsewhere(writer: str) -> bool:
    return writer.rsplit(":", 2)[0] != _host()


def is_alive(writer: str) -> bool:
    """Whether a writer of this host still runs."""
    if writer == this_writer():
        return True
    try:
        _, pid, start = writer.rsplit(":", 2)
        return bool(abs(psutil.Process(int(pid)).create_time() - float(start)) <= _CLOCK_DRIFT_S)
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError):
        return False


def _host() -> str:
    return socket.gethostname()

"""Time-ordered unique ids (UUIDv7, RFC 9562 section 5.7), so that facts of two people merge without a renumbering.

Ids of one process always grow, in all its threads and when the clock is set back: the greatest id is the newest fact.
Python has `uuid.uuid7` only from 3.14 on; these lines serve every version alike.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from functools import lru_cache

_RANDOM_BITS = 74
_CENTURY = 4_102_444_800_000
"""2100-01-01 in milliseconds."""

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """48 bits of milliseconds since 1970, then 74 random bits; greater than every id this process made before."""
    global _last
    fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        _last = fresh if fresh > _last else _last + 1 + secrets.randbits(32)
        return _told(_last)


def ids() -> Iterator[str]:
    """As many as one takes, as `new_id` would make them one after the other, a tenth of its time each."""
    while True:
        yield from map(_told, _some(1_000))


def _some(count: int) -> range:
    """Numbers that grow by an even step, so that they are drawn once for all."""
    global _last
    step = 1 + secrets.randbits(32)
    fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        first = max(fresh, _last + step)
        _last = last = first + step * (count - 1)
    return range(first, last + 1, step)


def _told(value: int) -> str:
    last = f"{1 << 63 | value & (1 << 62) - 1:016x}"
    return f"{_beginning(value >> 62)}-{last[:4]}-{last[4:]}"


@lru_cache(maxsize=1)
def _beginning(value: int) -> str:
    """The milliseconds and twelve random bits, which are the same for ids that are made together."""
    text = f"{value >> 12 << 16 | 0x7000 | value & 0xFFF:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:]}"


def continue_after(newest: str) -> None:
    """Make ids greater than `newest` from now on: a clock set back between two starts must not bury a new fact."""
    global _last
    try:
        value = uuid.UUID(newest).int
    except ValueError:  # written by hand: nothing to learn from it, and no reason not to open
        return
    if value >> 80 > _CENTURY:  # no clock was ever right there; following it would run out of numbers
        return
    packed = value >> 80 << _RANDOM_BITS | (value >> 64 & 0xFFF) << 62 | value & (1 << 62) - 1
    with _lock:
        _last = max(_last, packed)

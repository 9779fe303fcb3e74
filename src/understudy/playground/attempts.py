"""How often something was tried of late, by whom: what slows down guessing."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable

from understudy.errors import InputError

MOST_KEPT = 10_000
"""Names or addresses remembered at once; the one unused for longest is forgotten first."""


class Attempts:
    """At most `most` attempts in `within_s` seconds for each key; a success forgets them. Safe from any thread."""

    def __init__(self, most: int, within_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._within_s, self._clock = most, within_s, clock
        self._taken: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Count one more before it is tried, so that many at once are counted too. Raises `InputError`."""
        with self._lock:
            moment = self._clock()
            recent = [then for then in self._taken.pop(key, []) if then > moment - self._within_s]
            refused = len(recent) >= self._most
            self._taken[key] = recent if refused else [*recent, moment]
            while len(self._taken) > MOST_KEPT:
                del self._taken[next(iter(self._taken))]
        if refused:
            minutes = math.ceil((recent[0] + self._within_s - moment) / 60)
            raise InputError(f"Too many attempts. Try again in {minutes} minute{'s' * (minutes != 1)}.")

    def give_back(self, key: str) -> None:
        """The last one was no guess; those before it may have been."""
        with self._lock:
            if taken := self._taken.get(key):
                taken.pop()

    def forget(self, key: str) -> None:
        """None of them was."""
        with self._lock:
            self._taken.pop(key, None)


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address; of IPv6 the /64 that one household or server has all of."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)

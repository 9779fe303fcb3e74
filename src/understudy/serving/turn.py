"""One place in the queue: who uses a model (a step of the batch, a text to score) does so one after the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Queue:
    """A fair lock. `enter` waits for its turn unless it is told to give up; whoever entered must `leave`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    def enter(self, give_up: Callable[[], bool]) -> bool:
        """Wait until everyone before has left; False when `give_up` became true first. Checked every 50 ms."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            while self._waiting[0] is not ticket:
                if give_up():
                    self._waiting.remove(ticket)
                    return False
                self._changed.wait(0.05)
        return True

    def leave(self) -> None:
        """Let the next one in."""
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()

    @property
    def busy(self) -> bool:
        """Whether someone is inside or waiting."""
        return bool(self._waiting)

    @property
    def awaited(self) -> bool:
        """Whether someone waits behind the one inside."""
        return len(self._waiting) > 1

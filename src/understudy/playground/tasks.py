"""Work that a page begins and then watches: it tells how far it is, can be stopped, and ends with a sentence.

Nothing of it outlives the program, because what it wrote is in the store already; a page that asks later is told to
begin again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from understudy.errors import Cancelled, NotFoundError, UnderstudyError
from understudy.store.ids import new_id

log = logging.getLogger(__name__)

Heard = Callable[[float, str], None]
"""Hears the share that is done (0 to 1) and what is being done; raises `Cancelled` when a person stopped it."""

GONE = "This is not known any more: the program was restarted. Begin it again."

TaskState = Literal["running", "done", "stopped", "failed"]

KEPT = 20
"""Tasks whose results are kept; a page that is left open for longer begins again."""


def unheard(share: float, doing: str) -> None:
    """For whoever does not watch."""


def part_of(heard: Heard, done: int, count: int) -> Heard:
    """Progress within the part after the first `done` of `count`."""
    return lambda share, doing: heard((done + share) / count, doing)


@dataclass(slots=True)
class Task:
    """`message` is a sentence when it is stopped (`farewell`) or failed.

    `result` is there once it is done, or from the beginning where the work fills it.
    """

    id: str
    farewell: str
    state: TaskState = "running"
    share: float = 0.0
    doing: str = ""
    message: str = ""
    result: object = None
    wanted: threading.Event = field(default_factory=threading.Event)

    def heard(self, share: float, doing: str) -> None:
        self.share, self.doing = share, doing
        if self.wanted.is_set():
            raise Cancelled(self.farewell)


class Tasks:
    """A thread for each task of one kind in this process. Safe to call from any thread."""

    def __init__(self, name: str, farewell: str = "Stopped. What was done before stays.") -> None:
        self._name, self._farewell = name, farewell
        self._tasks: dict[str, Task] = {}
        self._threads: dict[str, threading.Thread] = {}

    def start(self, work: Callable[[Heard], object], result: object = None) -> str:
        """Begin `work`, which may fill its `result` as it goes on; returns the id to ask for."""
        task = Task(new_id(), self._farewell, result=result)
        for old in list(self._tasks)[: -KEPT or None]:
            if self._tasks[old].state != "running":
                del self._tasks[old], self._threads[old]
        thread = threading.Thread(target=self._run, args=(task, work), name=self._name, daemon=True)
        self._tasks[task.id], self._threads[task.id] = task, thread
        thread.start()
        return task.id

    def get(self, id: str) -> Task:
        """Raises `NotFoundError`."""
        if id not in self._tasks:
            raise NotFoundError(GONE)
        return self._tasks[id]

    def stop(self, id: str) -> None:
        self.get(id).wanted.set()

    def close(self) -> None:
        """Stop everything and wait for it."""
        for task in self._tasks.values():
            task.wanted.set()
        for thread in self._threads.values():
            thread.join(30)

    def _run(self, task: Task, work: Callable[[Heard], object]) -> None:
        try:
            task.result = work(task.heard)
            task.share, task.state = 1.0, "done"
        except Cancelled as error:
            task.message, task.state = str(error), "stopped"
        except UnderstudyError as error:
            task.message, task.state = str(error), "failed"
        except Exception as error:  # a thread has nobody above it who could tell the person
            log.exception("%s failed", self._name)
            task.message, task.state = f"It failed: {error}. The log has the details.", "failed"

"""What the desk keeps beside the facts, brought up to date in the background and in small steps.

An import of a million rows must not wait for an index, and a person must not wait for an import: words are indexed,
weak signals read, questions turned into vectors and the queue ranked by a thread that starts when the desk is opened.
"""

from __future__ import annotations

import logging
import threading
from itertools import islice

from understudy.dataset.worth import Tally, apart, changed
from understudy.errors import StoreError
from understudy.memory.nearness import Nearness
from understudy.store import Filter, Store

log = logging.getLogger(__name__)

RANKED_BY_ITSELF = 20_000
"""Items up to which the queue is ranked whenever something new came: a second. More are ranked when somebody asks."""
_BATCH = 5_000


class CatchingUp:
    """One thread at most, started by `kick`, gone when there is nothing left to do."""

    def __init__(self, store: Store, nearness: Nearness) -> None:
        self._store = store
        self._nearness = nearness
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again = False
        self._closing = threading.Event()
        self._signals: tuple[object, ...] = ()
        self._rank = False

    def kick(self, *, rank: bool = False) -> None:
        """Something may be new. With `rank`, rank the queue anew however long it is."""
        with self._starting:
            self._rank |= rank
            self._again = True
            if not self.busy and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
                self._thread.start()

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def join(self, timeout: float | None = None) -> None:
        """Wait until all is read."""
        if self._thread is not None:
            self._thread.join(timeout)

    def close(self) -> None:
        self._closing.set()
        self.join(10)

    def now(self) -> None:
        """Do all that there is to do; for the thread, and for whoever cannot wait for it."""
        new = self._take_in_signals()
        while not self._closing.is_set() and (done := self._store.items.index()):
            new |= bool(done)
        count = self._store.items.count(Filter()) if new or self._rank else 0
        if self._rank or (new and count <= RANKED_BY_ITSELF):
            self._rank = False
            self.rank()
        self._nearness.read(self._closing.is_set)

    def rank(self) -> None:
        """Score every item by what all of them say, see `dataset.worth`."""
        tally = Tally()
        for item in self._store.opinions.each():
            if self._closing.is_set():
                return
            tally.read(item)
        differs = {turn: apart(answers) for turn, answers in self._store.completions.rivals().items()}
        items = self._store.opinions.each()
        while some := list(islice(items, _BATCH)):
            if self._closing.is_set():
                return
            self._store.items.set_scores(changed(some, tally, differs))

    def _take_in_signals(self) -> bool:
        stamp = self._store.signals.stamp()
        if stamp == self._signals:
            return False
        self._store.items.set_signals(self._store.signals.standing(rejected=True))
        self._signals = stamp
        return True

    def _run(self) -> None:
        try:
            while self._again and not self._closing.is_set():
                self._again = False
                self.now()
        except StoreError:
            if not self._closing.is_set():
                log.exception("the desk could not be brought up to date")

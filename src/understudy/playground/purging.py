"""Takes what people deleted off the disk, in the background: once undo is over, and while no answer is being written.

Nothing of a text is left because the whole file is written anew, which takes seconds when it is large. So all that is
due goes in one go, and never while a person waits for the click that deleted it. A crowd that never pauses is waited
for no longer than an hour.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from understudy.errors import UnderstudyError
from understudy.store import Store

log = logging.getLogger(__name__)

EVERY_S = 60.0
MOST_PUT_OFF = 60
"""So many times in a row it waits for a pause between answers."""


class Purging:
    """One thread, from `start` to `close`. `busy` says whether answers are being written."""

    def __init__(self, store: Store, older_than_seconds: float, busy: Callable[[], bool]) -> None:
        self._store = store
        self._older_than_seconds = older_than_seconds
        self._busy = busy
        self._ended = threading.Event()

    def start(self, every_seconds: float = EVERY_S) -> None:
        threading.Thread(target=self._run, args=(every_seconds,), name="purging", daemon=True).start()

    def close(self) -> None:
        self._ended.set()

    def _run(self, every_seconds: float) -> None:
        put_off = 0
        while not self._ended.wait(every_seconds):
            if self._busy() and put_off < MOST_PUT_OFF:
                put_off += 1
            else:
                put_off = 0
                self._purge()

    def _purge(self) -> None:
        try:
            self._store.conversations.purge(self._older_than_seconds)
        except UnderstudyError:  # a full disk, another process at work: what is due stays due
            if not self._ended.is_set():
                log.warning("deleted conversations could not be purged yet", exc_info=True)

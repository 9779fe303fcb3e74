"""What people say on a Space, written down where it outlives the Space: a line of JSON a fact, a file a day.

The disk of a Space is empty after every restart, and SQLite must not lie on a shared one. So the store stays where it
is, and what it records comes here after it: first the fact, then its line, then the outbox forgets it. A kill in
between writes a line twice, which says the same twice. Files are only ever added to, except that the lines of a
conversation go when its text goes from the store.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from understudy.dataset.jsonl import dump
from understudy.errors import UnderstudyError
from understudy.store import Entry, Store

log = logging.getLogger(__name__)

FORMAT = 1
EVERY_S = 2.0
"""A fact waits at most so long for its line."""


class Journal:
    """The files of one store in `folder`. `lock` is held while a file is changed: whoever uploads holds it too."""

    def __init__(self, store: Store, folder: Path, lock: AbstractContextManager[object] | None = None) -> None:
        self._store, self._folder, self.lock = store, folder, lock or nullcontext()
        self.replica = store.outbox.listen()
        self.purged = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Write in the background from now on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is left, and end."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self.write()

    def write(self) -> int:
        """Write down everything that waits; how many lines. Raises StoreError, OSError."""
        written = 0
        while entries := self._store.outbox.next():
            for entry in entries:
                if entry.kind == "purged":
                    self._forget(entry.subject)
            lines = [_line(entry) for entry in entries if entry.rows or entry.kind in ("gone", "back")]
            self._append(lines)
            self._store.outbox.take_out(entries[-1].number)
            written += len(lines)
        return written

    def _append(self, lines: Sequence[str]) -> None:
        day = datetime.now(UTC).date().isoformat()
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.lock, (self._folder / f"{self.replica}-{day}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())

    def _forget(self, conversation: str) -> None:
        """Take the lines with the texts of a conversation out; that it is gone stays written."""
        for file in self._folder.glob(f"{self.replica}-*.jsonl"):
            lines = file.read_text("utf-8").splitlines(keepends=True)
            stay = [line for line in lines if not _tells(line, conversation)]
            if len(stay) < len(lines):
                part = file.with_name(f".{file.name}.part")
                part.write_text("".join(stay), "utf-8")
                with self.lock:
                    part.replace(file)
                self.purged = True

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                self.write()
            except (UnderstudyError, OSError):
                log.exception("what was said could not be written down; it is tried again")


def _line(entry: Entry) -> str:
    moment = datetime.now(UTC).isoformat()
    talks = entry.rows.get("conversations")
    talk = talks[0]["id"] if talks else entry.subject
    said = {"rows": entry.rows} if entry.rows else {}
    return dump({"format": FORMAT, "at": moment, "kind": entry.kind, "conversation": talk, **said})


def _tells(line: str, conversation: str) -> bool:
    """Whether a line repeats texts of this conversation."""
    told = json.loads(line)
    return told["conversation"] == conversation and "rows" in told

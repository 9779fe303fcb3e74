"""Files between a page and this program: sent here to be imported, or made here to be fetched.

A page never names a path. It gets an id that cannot be guessed, and each file lies in a folder of its own under a
cleaned name, beside the store and not in a temporary folder, which may be memory. Nothing here is kept: a file is
dropped when it was used, all of them when the program ends, and what a killed program left behind after a day.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import InputError, NotFoundError

MOST_BYTES = 1 << 30
"""Of one file that a page sends."""

MOST_HELD = 4 << 30
"""Of all files together, so that no page can fill the disk."""

SPARE_BYTES = 256 << 20
"""What stays free on the disk for the store itself."""

GONE = "This file is not here any more. Choose it, or make it, again."
KEPT_S = 24 * 3600
_NAME = 60
_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file on its way; `path` may not be there yet."""

    id: str
    path: Path


class Transfers:
    """Reached as `playground.transfers`. Safe to call from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, Transfer] = {}
        self._adding = threading.Lock()

    def add(self, name: str, size: int = 0) -> Transfer:
        """A place for a file of `size` bytes, as far as that is known. Raises `InputError` where it has no room."""
        with self._adding:
            self._sweep()
            self._check(size)
            made = Transfer(id := secrets.token_hex(16), self._folder / id / clean(name))
            made.path.parent.mkdir(parents=True)
            self._held[made.id] = made
            return made

    def get(self, id: str) -> Transfer:
        """Raises `NotFoundError`."""
        held = self._held.get(id)
        if held is None or not held.path.is_file():
            raise NotFoundError(GONE)
        return held

    def drop(self, id: str) -> None:
        """Delete a file; nothing happens where it is gone."""
        held = self._held.pop(id, None)
        if held is not None:
            shutil.rmtree(held.path.parent, ignore_errors=True)

    def close(self) -> None:
        for id in list(self._held):
            self.drop(id)

    def _check(self, size: int) -> None:
        if size > MOST_BYTES:
            gigabytes = MOST_BYTES >> 30
            raise InputError(f"The file is larger than {gigabytes} GB. Split it, or use `understudy import` instead.")
        if sum(self._sizes()) + size > MOST_HELD or size + SPARE_BYTES > shutil.disk_usage(self._folder).free:
            raise InputError("There is no room for this file here. Free some space on the disk, then try again.")

    def _sweep(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in self._folder.iterdir():
            with suppress(FileNotFoundError):  # somebody else's, who has just dropped it
                if folder.stat().st_mtime < time.time() - KEPT_S:
                    self._held.pop(folder.name, None)
                    shutil.rmtree(folder, ignore_errors=True)

    def _sizes(self) -> Iterator[int]:
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                yield path.stat().st_size


def clean(name: str) -> str:
    """A name that is only a name: no folders, no control characters, short, its ending kept."""
    last = re.split(r"[/\\]", name)[-1].encode("utf-8", "replace").decode()
    return _NO_NAME.sub("_", last).strip(" .")[-_NAME:].lstrip(" .") or "file"

"""A large file read ahead: by another process, while this one writes what came before.

Reading a row takes half as long as writing it, and one Python does one of both at a time: SQLite asks for the
interpreter between any two rows, so that a thread would not help. What the other process tells are parts as they are
written, each made while the one before it is.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from understudy.dataset.arriving import Faulty, Plan, parts, read
from understudy.dataset.files import Rows
from understudy.errors import InputError
from understudy.store import Arrival

LEAST = 4 << 20
"""Bytes from which on another process is worth its start, half a second."""

Part = list[Arrival | Faulty]

_values = attrgetter(*(field.name for field in fields(Arrival)))


@dataclass(slots=True)
class Reading:
    """A file on its way in, at most `rows` and about `characters` at once. `share` of it was read, from 0 to 1."""

    path: Path
    encoding: str
    plan: Plan
    rows: int
    characters: int
    share: float = 0.0

    def parts(self) -> Generator[Part]:
        """What it holds; a large one is read ahead. Raises `InputError`."""
        large = Rows(self.path, self.encoding).size >= LEAST and (os.cpu_count() or 1) > 1 and sys.executable
        return self._ahead() if large else self.parts_here()

    def parts_here(self) -> Generator[Part]:
        """In this process."""
        rows = Rows(self.path, self.encoding)
        for part in parts((read(line, self.plan) for line in rows), self.rows, self.characters):
            self.share = rows.share
            yield part

    def _ahead(self) -> Generator[Part]:
        code = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
        with subprocess.Popen([sys.executable, "-m", __name__], env=code, **pipes) as reader:
            try:
                assert reader.stdin is not None and reader.stdout is not None
                with reader.stdin as asking:
                    pickle.dump((self.path, self.encoding, self.plan, self.rows, self.characters), asking)
                yield from self._told(reader.stdout)
            finally:
                reader.kill()

    def _told(self, stream: IO[bytes]) -> Generator[Part]:
        try:
            while (told := pickle.load(stream)) is not None:
                if isinstance(told, str):
                    raise InputError(told)
                self.share, part = told
                yield [Arrival(*line) if isinstance(line, tuple) else line for line in part]
        except (EOFError, pickle.UnpicklingError):
            why = "the process that read it ended. Import it again: what came in is left out then."
            raise InputError(f"{self.path.name} was not read to its end: {why}") from None


def _tell(asking: IO[bytes], telling: IO[bytes]) -> None:
    """What the other process does."""

    def tell(what: object) -> None:
        pickle.dump(what, telling)
        telling.flush()

    reading = Reading(*pickle.load(asking))
    try:
        for part in reading.parts_here():
            tell((reading.share, [_values(line) if isinstance(line, Arrival) else line for line in part]))
        tell(None)
    except InputError as error:
        tell(str(error))
    except BrokenPipeError:  # who asked is gone
        os._exit(0)


if __name__ == "__main__":
    _tell(sys.stdin.buffer, sys.stdout.buffer)

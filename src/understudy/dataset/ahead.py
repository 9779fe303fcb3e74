"""A large file read ahead: by another process, while this one writes what came before.

Reading a row takes as long as writing it, and one Python does one of both at a time: SQLite asks for the interpreter
between any two rows, so that a thread would not help. What the other process tells are parts as they are written, ids
and all, each made while the one before it is. Rows travel by `marshal`, in a third of the time of `pickle`.
"""

from __future__ import annotations

import gc
import marshal
import os
import pickle
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from understudy.dataset import files
from understudy.dataset.arriving import Part, Plan, parts, read
from understudy.errors import InputError
from understudy.store.ids import continue_after, new_id
from understudy.store.rows import Known, Rows

LEAST = 4 << 20
"""Bytes from which on another process is worth its start, half a second."""


_ASKED = ("path", "encoding", "plan", "model", "rows", "characters")


@dataclass(slots=True)
class Reading:
    """A file on its way in as feedback on `model`, at most `rows` and about `characters` at once.

    `share` of it was read, from 0 to 1.
    """

    path: Path
    encoding: str
    plan: Plan
    model: str
    rows: int
    characters: int
    share: float = 0.0

    def parts(self) -> Generator[Part]:
        """What it holds; a large one is read ahead. Raises `InputError`."""
        large = files.Rows(self.path, self.encoding).size >= LEAST and (os.cpu_count() or 1) > 1 and sys.executable
        return self._ahead() if large else self.parts_here()

    def parts_here(self) -> Generator[Part]:
        """In this process."""
        rows = files.Rows(self.path, self.encoding)
        for part in parts((read(line, self.plan) for line in rows), self.model, self.rows, self.characters):
            self.share = rows.share
            yield part

    def _ahead(self) -> Generator[Part]:
        code = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
        with subprocess.Popen([sys.executable, "-m", __name__], env=code, **pipes) as reader:
            try:
                assert reader.stdin is not None and reader.stdout is not None
                with reader.stdin as asking:
                    pickle.dump((new_id(), [getattr(self, name) for name in _ASKED]), asking)
                yield from self._told(reader.stdout)
            finally:
                reader.kill()

    def _told(self, stream: IO[bytes]) -> Generator[Part]:
        try:
            while (told := pickle.load(stream)) is not None:
                if isinstance(told, str):
                    raise InputError(told)
                self.share, rows, faulty = told
                yield Part(_rows(rows), faulty)
        except (EOFError, pickle.UnpicklingError):
            why = "the process that read it ended. Import it again: what came in is left out then."
            raise InputError(f"{self.path.name} was not read to its end: {why}") from None


def _rows(told: bytes) -> Rows:
    """A hundred thousand tuples at once: the collector would look through them again and again."""
    gc.disable()
    try:
        lines, tables = marshal.loads(told)
        return Rows([Known(*line) for line in lines], tables)
    finally:
        gc.enable()


def _tell(asking: IO[bytes], telling: IO[bytes]) -> None:
    """What the other process does."""

    def tell(what: object) -> None:
        pickle.dump(what, telling)
        telling.flush()

    gc.set_threshold(100_000)  # an eighth of the time otherwise, for garbage that is not there
    newest, asked = pickle.load(asking)
    continue_after(newest)
    reading = Reading(*asked)
    try:
        for part in reading.parts_here():
            lines = [tuple(line) for line in part.rows.lines]
            tell((reading.share, marshal.dumps((lines, part.rows.tables)), part.faulty))
        tell(None)
    except InputError as error:
        tell(str(error))
    except BrokenPipeError:  # who asked is gone
        os._exit(0)


if __name__ == "__main__":
    _tell(sys.stdin.buffer, sys.stdout.buffer)

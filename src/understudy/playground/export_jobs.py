"""Exports of versions that a page asks for: made in the background, watched, stopped, then fetched or left in a folder.

A page fetches one file, so what it saves is packed without being compressed: weights do not get smaller.
"""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import InputError
from understudy.playground.exporting import Compared, VersionExports
from understudy.playground.space_folder import SpaceOptions
from understudy.playground.tasks import Heard, Tasks
from understudy.playground.transfers import MOST_BYTES, Transfers, clean

FOLDER = "exports"
"""Where exports lie in the data folder that were not saved by a browser."""

_PHASES = {
    "Asking the hub": (0.0, 0.0),
    "Asking the version itself": (0.0, 0.4),
    "Writing the files": (0.4, 0.5),
    "Opening the export": (0.5, 0.6),
    "Asking the export": (0.6, 1.0),
    "Sending": (1.0, 1.0),
}
"""Begin and end of each part of an export as shares of the whole, measured with the starter."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: how it answered, and a `file` to fetch or the `folder` where it lies."""

    compared: Compared
    file: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Phases:
    """The control of an export, as the progress of its task. Raises Cancelled."""

    heard: Heard

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        begin, end = _PHASES[phase]
        self.heard(begin + done * (end - begin), phase)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, and whether a browser wants it as one file; of a Space, with the texts of its lessons."""

    model: str
    number: int
    form: str
    dtype: str
    licence: str
    download: bool
    lessons: bool = True

    @property
    def name(self) -> str:
        return f"{clean(self.model)}-v{self.number}-{self.form}"


class ExportJobs:
    """Reached as `playground.export_jobs`. The result of each of its `tasks` is `Exported`."""

    def __init__(self, exports: VersionExports, transfers: Transfers, home: Path) -> None:
        self._exports, self._transfers, self._home = exports, transfers, home
        self.tasks = Tasks("export-version", "Stopped. Nothing was kept.")

    def start(self, order: Order) -> str:
        """Begin; returns the task to ask for. Raises InputError for what is too large to be saved by a browser."""
        if order.download and self._exports.size(order.model, order.form, order.dtype) > MOST_BYTES:
            raise InputError("It is larger than 1 GB, too much to save here. Choose the folder on this machine.")
        make = self._pack if order.download else self._leave
        return self.tasks.start(lambda heard: make(order, Phases(heard)))

    def _leave(self, order: Order, control: Phases) -> Exported:
        out = _free(self._home / FOLDER / order.name)
        return Exported(self._make(order, out, control), folder=str(out))

    def _pack(self, order: Order, control: Phases) -> Exported:
        file = self._transfers.add(f"{order.name}.zip")
        made = file.path.with_name("made")
        try:
            compared = self._make(order, made, control)
            with zipfile.ZipFile(file.path, "w") as packed:
                for path in sorted(made.rglob("*")):
                    packed.write(path, f"{order.name}/{path.relative_to(made).as_posix()}")
        except BaseException:
            self._transfers.drop(file.id)
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return Exported(compared, file=file.id)

    def _make(self, order: Order, out: Path, control: Phases) -> Compared:
        space = SpaceOptions(lessons=order.lessons)
        return self._exports.export(
            order.model, order.number, out, order.form, order.dtype, order.licence, control, space=space
        )


def _free(wanted: Path) -> Path:
    """A folder that is not there yet: the name itself, else with a number behind it."""
    number, folder = 1, wanted
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder

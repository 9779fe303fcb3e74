"""Exports of versions that a page asks for: made in the background, watched, stopped, then fetched or left in a folder.

A page fetches one file, so what it saves is packed without being compressed: weights do not get smaller.
"""

from __future__ import annotations

import logging
import shutil
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from understudy.errors import Cancelled, InputError, NotFoundError, UnderstudyError
from understudy.playground.exporting import Compared, VersionExports
from understudy.playground.transfers import MOST_BYTES, Transfers, clean
from understudy.store.ids import new_id

log = logging.getLogger(__name__)

FOLDER = "exports"
"""Where exports lie in the data folder that were not saved by a browser."""

_PHASES = {
    "Asking the version itself": (0.0, 0.4),
    "Writing the files": (0.4, 0.5),
    "Opening the export": (0.5, 0.6),
    "Asking the export": (0.6, 1.0),
}
"""Begin and end of each part of an export as shares of the whole, measured with the starter."""


@dataclass(slots=True)
class ExportJob:
    """An export under way. At its end there is `compared`, and a `file` to fetch or the `folder` where it lies."""

    id: str
    name: str
    state: Literal["running", "done", "stopped", "failed"] = "running"
    phase: str = ""
    share: float = 0.0
    message: str = ""
    compared: Compared | None = None
    file: str = ""
    folder: str = ""
    wanted: threading.Event = field(default_factory=threading.Event)

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        """What an export calls as it goes on. Raises Cancelled."""
        if self.wanted.is_set():
            raise Cancelled("Stopped. Nothing was kept.")
        begin, end = _PHASES[phase]
        self.phase, self.share = phase, begin + done * (end - begin)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, and whether a browser wants it as one file."""

    model: str
    number: int
    form: str
    dtype: str
    licence: str
    download: bool


class ExportJobs:
    """Reached as `playground.export_jobs`: one thread for each."""

    def __init__(self, exports: VersionExports, transfers: Transfers, home: Path) -> None:
        self._exports, self._transfers, self._home = exports, transfers, home
        self._jobs: dict[str, ExportJob] = {}
        self._threads: list[threading.Thread] = []

    def start(self, order: Order) -> str:
        """Begin; returns the id to ask for. Raises InputError for what is too large to be saved by a browser."""
        if order.download and self._exports.size(order.model, order.form, order.dtype) > MOST_BYTES:
            raise InputError("It is larger than 1 GB, too much to save here. Choose the folder on this machine.")
        job = ExportJob(new_id(), f"{clean(order.model)}-v{order.number}-{order.form}")
        self._jobs[job.id] = job
        thread = threading.Thread(target=self._run, args=(job, order), name="export-version", daemon=True)
        self._threads.append(thread)
        thread.start()
        return job.id

    def get(self, job: str) -> ExportJob:
        if job not in self._jobs:
            raise NotFoundError("This export is not known any more: the program was restarted. Begin it again.")
        return self._jobs[job]

    def stop(self, job: str) -> None:
        self.get(job).wanted.set()

    def close(self) -> None:
        """Stop what is under way and wait for it; half an export is none."""
        for job in self._jobs.values():
            job.wanted.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, job: ExportJob, order: Order) -> None:
        try:
            if order.download:
                self._pack(job, order)
            else:
                job.folder = str(self._make(job, order, _free(self._home / FOLDER / job.name)))
            job.message, job.state = job.compared.sentence if job.compared else "", "done"
        except Cancelled as error:
            job.message, job.state = str(error), "stopped"
        except UnderstudyError as error:
            job.message, job.state = str(error), "failed"
        except Exception as error:  # a thread has nobody above it who could tell the person
            log.exception("exporting a version failed")
            job.message, job.state = f"The export failed: {error}. The log has the details.", "failed"

    def _make(self, job: ExportJob, order: Order, out: Path) -> Path:
        job.compared = self._exports.export(order.model, order.number, out, order.form, order.dtype, order.licence, job)
        return out

    def _pack(self, job: ExportJob, order: Order) -> None:
        file = self._transfers.add(f"{job.name}.zip")
        made = file.path.with_name("made")
        try:
            self._make(job, order, made)
            with zipfile.ZipFile(file.path, "w") as packed:
                for path in sorted(made.iterdir()):
                    packed.write(path, f"{job.name}/{path.name}")
            job.file = file.id
        except BaseException:
            self._transfers.drop(file.id)
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _free(wanted: Path) -> Path:
    """A folder that is not there yet: the name itself, else with a number behind it."""
    number, folder = 1, wanted
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder

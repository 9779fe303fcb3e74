"""Files of a provider's job in the data folder, and what becomes of them: counted first, then feedback, then undone.

A job's files lie in `rescue/JOB`. Converting them is the usual import under the name of each file, so that all of it
can be taken back by that name.
"""

from __future__ import annotations

import re
from pathlib import Path

from understudy.dataset.jsonl import read_file, read_lines
from understudy.errors import InputError
from understudy.playground.casting import Casting
from understudy.playground.exchange import Imported, import_lines
from understudy.playground.rescuing import Rescuing
from understudy.serving.provider import Endpoint
from understudy.store import Store

FOLDER = "rescue"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")


class TakenHome:
    """What was downloaded into this data folder."""

    def __init__(self, store: Store, casting: Casting, rescuing: Rescuing) -> None:
        self._store, self._casting, self._rescuing = store, casting, rescuing

    def download(self, server: Endpoint, job: str) -> tuple[list[Path], list[str]]:
        """Bring a job's files home, those that are not there yet; a sentence for each that is gone already."""
        return self._rescuing.download(server, job, folder_of(self._store, job), again=True)

    def preview(self, job: str) -> Imported:
        """What `convert` would do; nothing is changed."""
        return self._take(job, dry_run=True)

    def convert(self, job: str) -> Imported:
        """Make feedback of a job's training and validation lines."""
        return self._take(job, dry_run=False)

    def take_back(self, job: str) -> int:
        """Delete what `convert` made, with whatever was added to it since; how many lines that were."""
        found = {line.conversation for file in self._files(job) for line in self._store.imports.list(file.name)}
        for conversation in found:
            self._store.conversations.delete(conversation)
        return len(found)

    def _take(self, job: str, *, dry_run: bool) -> Imported:
        files, model = self._files(job), self._casting.base_model
        if not files:
            raise InputError("The files of this job are not here yet. Download them first.")
        done = [
            import_lines(self._store, model, read_lines(read_file(file)), file.name, dry_run=dry_run) for file in files
        ]
        return Imported(
            sum(one.added for one in done),
            sum(one.kept for one in done),
            sum(one.known for one in done),
            tuple(fault for one in done for fault in one.faults),
            sum(one.faulty for one in done),
        )

    def _files(self, job: str) -> list[Path]:
        return sorted(folder_of(self._store, job).glob("*.jsonl"))


def folder_of(store: Store, job: str) -> Path:
    """Where what a job left is kept; a job's id comes from its provider and may be anything. Raises InputError."""
    if not _ID.fullmatch(job):
        raise InputError(f"{job[:60]!r} is no id of a job. List the jobs again.")
    return store.path.parent / FOLDER / job

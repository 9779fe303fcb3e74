"""Rescue over the network: what fine-tunes somebody has at a provider, for how long still, and what to take home.

Files are written down as they come; answers of an old model go into a golden set (see `rescue`), and chats that were
stored there become feedback here. Nothing is changed at the provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.dataset.formats import take_apart
from understudy.dataset.jsonl import Line, read_lines
from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.playground.exchange import Imported, import_lines
from understudy.playground.ordering import OpenApi
from understudy.playground.rescue import Prompt, Recording, prompts_of, record
from understudy.serving.backend import Backend, Stop
from understudy.serving.catalogue import Catalogue, in_days
from understudy.serving.provider import Endpoint, address_of
from understudy.store import GoldenSet, Store
from understudy.types import Sampling

if TYPE_CHECKING:
    from understudy.training.provider_job import RemoteJob

GREEDY = Sampling(temperature=0.0)


@dataclass(frozen=True, slots=True)
class FineTune:
    """A job that somebody had at a provider. `days_left` until its model ends, None where no date is known."""

    id: str
    model: str
    tuned: str | None
    method: str
    status: str
    created: str
    shutdown: date | None
    days_left: int | None
    sentence: str


class Rescuing:
    """What can be taken home from a provider. `open_backend` opens a model by its name and address."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        open_api: OpenApi,
        open_backend: Callable[[str, str], Backend],
        *,
        today: Callable[[], date],
    ) -> None:
        self._store, self._catalogue, self._today = store, catalogue, today
        self._open, self._open_backend = open_api, open_backend

    def jobs(self, server: Endpoint) -> list[FineTune]:
        """Every job of the account, newest first."""
        found = self._open(server).jobs()
        ends = {model: self._end_of(server, model) for model in {job.tuned or job.model for job in found}}
        return [self._fine_tune(job, ends[job.tuned or job.model]) for job in found]

    def download(
        self, server: Endpoint, job: str, folder: Path, *, again: bool = False
    ) -> tuple[list[Path], list[str]]:
        """Write a job's training, validation and result files into `folder`; and a sentence for each that is gone.

        Results are written as the table they are. A file that is there already is not written over: it is InputError,
        or with `again` left as it is.
        """
        if Path(job).name != job:
            raise InputError(f"{job!r} is no id of a job. `understudy rescue list` shows them.")
        api = self._open(server)
        found = api.retrieve(job)
        wanted = [(f"{job}-train.jsonl", found.training_file), (f"{job}-validation.jsonl", found.validation_file)]
        wanted += [(f"{job}-results-{n}.csv", file) for n, file in enumerate(found.result_files, 1)]
        written, missing = [], []
        folder.mkdir(parents=True, exist_ok=True)
        for name, file in wanted:
            if file is None:
                continue
            if again and (folder / name).is_file():
                written.append(folder / name)
                continue
            try:
                data = api.table(file) if name.endswith(".csv") else api.content(file)
            except UnderstudyError as error:
                missing.append(f"{name}: {error}")
                continue
            written.append(_write(folder / name, data))
        return written, missing

    def prompts(self, server: Endpoint, job: str) -> list[Prompt]:
        """What to ask an old model: the prompts that it was trained on, each once."""
        api = self._open(server)
        found = api.retrieve(job)
        return prompts_in(read_lines(api.content(found.training_file or "")))

    def record(
        self, server: Endpoint, model: str, prompts: Sequence[Prompt], name: str, stop: Stop | None = None
    ) -> tuple[GoldenSet, Recording]:
        """Ask the old model while it lives. A set of this name that was begun before goes on."""
        if not prompts:
            raise InputError("There is nothing to ask. Name a file of lines, or a job whose training file is there.")
        backend = self._open_backend(model, address_of(server, model))
        golden = self.ensure_golden(server, model, name)
        try:
            return golden, record(self._store, golden.id, backend, prompts, GREEDY, stop)
        finally:
            backend.close()

    def ensure_golden(self, server: Endpoint, model: str, name: str) -> GoldenSet:
        """The set of this name for the model, a new one if none was begun."""
        known = (s for s in self._store.golden.list() if (s.name, s.host, s.model) == (name, server.host, model))
        return next(known, None) or self._store.golden.add(name, server.host, model)

    def import_stored(self, server: Endpoint, model: str | None, into: str) -> Imported:
        """Chats that were stored at the provider, as feedback on the model `into` here."""
        chats = self._open(server).stored_chats(model)
        lines = [Line(number, fields) for number, fields in enumerate(chats, 1)]
        return import_lines(self._store, into, lines, f"stored at {server.host}")

    def golden(self, name: str) -> GoldenSet:
        """A set by its name or id. Raises NotFoundError naming those there are."""
        sets = self._store.golden.list()
        found = next((one for one in reversed(sets) if name in (one.id, one.name)), None)
        if found is None:
            known = ", ".join(one.name for one in sets) or "none yet"
            raise NotFoundError(f"There is no golden set {name!r} ({known}). `understudy rescue record` makes one.")
        return found

    def _end_of(self, server: Endpoint, model: str) -> date | None:
        """The earlier of the catalogue's date and the one that the API tells."""
        provider = self._catalogue.find_provider(server.host)
        listed = self._catalogue.find(provider.id, model) if provider else None
        told = self._open(replace(server, model=model)).shutdown()
        days = [day for day in (listed.shutdown if listed else None, told) if day is not None]
        return min(days, default=None)

    def _fine_tune(self, job: RemoteJob, end: date | None) -> FineTune:
        days = (end - self._today()).days if end else None
        created = datetime.fromtimestamp(job.created, UTC).date().isoformat() if job.created else ""
        return FineTune(job.id, job.model, job.tuned, job.method, job.status, created, end, days, _life(end, days))


def prompts_in(lines: Iterable[Line]) -> list[Prompt]:
    """The prompts of training lines; lines that are no plain dialog have none."""
    apart = (take_apart(line.fields) for line in lines if line.fields is not None)
    return prompts_of(parts[0] for parts in apart if parts is not None)


def _life(end: date | None, days: int | None) -> str:
    if end is None or days is None:
        return "No shutdown date is known."
    return (
        f"It was shut down {in_days(days)}, on {end}." if days <= 0 else f"It is shut down {in_days(days)}, on {end}."
    )


def _write(path: Path, data: bytes) -> Path:
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise InputError(f"{path} is there already. Move it away, or choose another folder.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error}). Choose another folder.") from error
    return path

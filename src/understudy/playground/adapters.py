"""Adapters that a provider gives out (Nebius does): brought home, and a version here where their base is a model here.

Only the two files of an adapter are asked for, by their exact names, and kept as what they are: weights as safetensors
and a configuration. A pickle is never fetched. What lies in them is judged by the engine that would serve them, before
there is a version of it; without such an engine they stay a folder for another program.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.casting import Casting
from understudy.playground.ordering import OpenApi
from understudy.playground.promoting import FOLDER as VERSIONS
from understudy.playground.rescue import NO_WEIGHTS
from understudy.playground.taken_home import folder_of
from understudy.playground.version_import import take_in, try_out
from understudy.serving.provider import Endpoint, is_address
from understudy.serving.seal import FILES
from understudy.store import Store, Version

if TYPE_CHECKING:
    from understudy.training.provider_job import GivenFile

_LARGEST_BYTES = {"adapter_config.json": 10**6, "adapter_model.safetensors": 4 * 2**30}


@dataclass(frozen=True, slots=True)
class TakenAdapter:
    """Where an adapter lies, and the version that it became here, if it did."""

    folder: Path
    version: Version | None
    sentence: str


class Adapters:
    """Adapters of finished jobs, for this data folder."""

    def __init__(self, store: Store, casting: Casting, open_api: OpenApi) -> None:
        self._store, self._casting, self._open = store, casting, open_api

    def take(self, server: Endpoint, job: str, step: int | None = None) -> TakenAdapter:
        """Bring home the adapter of a job's last checkpoint, or of the one at `step`.

        Raises InputError where the provider gives none, ModelError for one that cannot be served by its base here.
        """
        beside = folder_of(self._store, job)
        api = self._open(server)
        given = api.adapter_files(job)
        step = max(given, default=None) if step is None else step
        if step is None or step not in given:
            known = f" It has some of the steps {', '.join(map(str, sorted(given)))}." if given else f" {NO_WEIGHTS}"
            raise InputError(f"{server.host} gives out no adapter of this.{known}")
        folder = beside.with_name(f"{job}-step-{step}")
        if not folder.is_dir():
            self._fetch(given[step], api.content, folder)
        return self._use(folder, api.retrieve(job).model)

    def _fetch(self, files: Mapping[str, GivenFile], content: Callable[[str], bytes], folder: Path) -> None:
        """Both files, or no folder."""
        for name in FILES:
            if name not in files:
                raise InputError(f"The provider has no {name} of this adapter, and nothing else is taken from it.")
            if files[name].bytes > _LARGEST_BYTES[name]:
                raise InputError(f"{name} has {files[name].bytes:,} bytes, which is no adapter. It was not fetched.")
        part = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name in FILES:
            (part / name).write_bytes(content(files[name].id))
        part.rename(folder)

    def _use(self, folder: Path, base: str) -> TakenAdapter:
        """A version of the model here that is its base, never judged; else only the folder."""
        model = self._base(base)
        if model is None:
            return TakenAdapter(
                folder, None,
                f"The adapter is in {folder}. Its base {base} is no model here: add it with `understudy models add"
                f" {base}`, then take the adapter again.",
            )  # fmt: skip
        known = self._known(model, folder.name)
        version = known or self._add(folder, model)
        return TakenAdapter(
            folder, version, f"The adapter is v{version.number} of {model}. Nobody judged it: ask it in a column first."
        )

    def _add(self, folder: Path, model: str) -> Version:
        try_out(self._casting, model, folder)
        note = "trained at a provider and brought home"
        return take_in(self._store, self._casting, model, folder, folder.name, note)

    def _known(self, model: str, name: str) -> Version | None:
        versions = self._store.versions.list(model)
        return next((v for v in versions if v.path == f"{VERSIONS}/{name}" and v.removed is None), None)

    def _base(self, name: str) -> str | None:
        """The model here whose source is `name`, as a hub id or at the end of a folder."""
        ends = name.lower().rpartition("/")[2]
        local = [model for model in self._store.models.list() if not is_address(model.source)]
        exact = [model for model in local if model.source.lower() == name.lower()]
        same = exact or [model for model in local if Path(model.source).name.lower() == ends]
        return same[0].name if same else None

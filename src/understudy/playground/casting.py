"""Which loaded model answers: backends are opened on first use, once, and shared by everybody.

Loading takes seconds and gigabytes, so two columns, tabs or people never load the same model twice. A model that
fails to load fails for the column that asked; the next try loads again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from understudy.errors import NotFoundError
from understudy.serving.backend import Backend
from understudy.serving.seal import CARD, verify
from understudy.store import Store, Version
from understudy.types import BASE

OpenBackend = Callable[[str, str], Backend]
"""Opens a model: its name and its source (a folder or a hub id)."""


class Casting:
    """The models that are loaded. `base_model` is the name that `base` means."""

    def __init__(self, store: Store, base_model: str, open_backend: OpenBackend) -> None:
        self.base_model = base_model
        self._store = store
        self._open = open_backend
        self._backends: dict[str, Backend] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._guard = threading.Lock()

    def backend(self, name: str) -> Backend:
        """The backend of a registered model, loaded now if it was not. Raises `ModelError` or `NotFoundError`."""
        with self._lock_of(name):
            if name not in self._backends:
                model = self._store.models.find(name)
                if model is None:
                    raise NotFoundError(
                        f"There is no model called {name!r}. Add it in the settings, or choose another."
                    )
                self._backends[name] = self._open(name, model.source)
            return self._backends[name]

    def ensure_version(self, name: str, number: int) -> None:
        """Make a version ready to answer. Raises `ModelError` when its adapter does not fit."""
        backend = self.backend(name)
        with self._lock_of(name):
            if number == BASE or number in backend.versions():
                return
            backend.load_version(number, self.check_version(name, number))

    def check_version(self, name: str, number: int) -> Path:
        """The folder of a version, once it is certain to be what was judged, of this base.

        Raises NotFoundError for one that was deleted and ModelError, with the reason, for a damaged or foreign one. An
        adapter that was made elsewhere has no seal to check.
        """
        version = self._store.versions.find(name, number)
        if version is None or version.removed is not None:
            raise NotFoundError(f"{name} has no version v{number} any more. Choose another version for this column.")
        folder = self.folder(version)
        if version.run is not None or (folder / CARD).is_file():
            verify(folder, self.backend(name))
        return folder

    def folder(self, version: Version) -> Path:
        """Where a version lies; a relative path counts from the data folder, so that it can be moved as a whole."""
        return self._store.path.parent / version.path

    def loaded(self) -> dict[str, Backend]:
        return dict(self._backends)

    def close(self) -> None:
        for backend in self._backends.values():
            backend.close()
        self._backends.clear()

    def _lock_of(self, name: str) -> threading.RLock:
        with self._guard:
            return self._locks.setdefault(name, threading.RLock())

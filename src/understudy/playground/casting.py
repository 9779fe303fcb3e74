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
from understudy.store import Store
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
        self._locks: dict[str, threading.Lock] = {}
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
            version = self._store.versions.find(name, number)
            if version is None:
                raise NotFoundError(
                    f"{name} has no version v{number} any more. Choose another version for this column."
                )
            backend.load_version(number, Path(version.path))

    def loaded(self) -> dict[str, Backend]:
        return dict(self._backends)

    def close(self) -> None:
        for backend in self._backends.values():
            backend.close()
        self._backends.clear()

    def _lock_of(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())

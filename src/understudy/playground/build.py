"""Puts the pieces together for one data folder: store, models, playground.

The only place that knows which backend opens which source. torch is imported when the first model is opened, not
before, so that the window appears first.
"""

from __future__ import annotations

from pathlib import Path

from understudy.playground.adding import Adding, unused_name
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.serving.backend import Backend
from understudy.settings import Settings, starter_folder
from understudy.store import Store

STARTER = "starter"


def build_playground(settings: Settings) -> Playground:
    """The playground of `settings.home`. Raises `StoreError` or `SettingsError`; loads no model yet."""
    store = Store.open(settings.home / "understudy.db")
    store.models.add(STARTER, str(starter_folder()))
    base = _base_model(store, settings)

    def open_backend(name: str, source: str) -> Backend:
        from understudy.serving.local import LocalBackend

        return LocalBackend.open(source, name=name, device=settings.device, threads=settings.threads)

    def fetch(source, progress, cancelled):  # type: ignore[no-untyped-def]
        from understudy.serving.download import fetch_model

        return fetch_model(source, progress, cancelled)

    return Playground(store, Casting(store, base, open_backend), Adding(store, fetch), sampling=settings.sampling(), system=settings.system)


def _base_model(store: Store, settings: Settings) -> str:
    """The name that `base` means: the setting, else what was chosen on the page, else the starter."""
    source = settings.base_model
    if source is None:
        chosen = store.models.base()
        return chosen if chosen and store.models.find(chosen) else STARTER
    if store.models.find(source) is not None:
        return source
    source = str(Path(source).expanduser().absolute()) if Path(source).expanduser().is_dir() else source
    name = unused_name(store, source)
    store.models.add(name, source)
    return name

"""An adapter that was made elsewhere becomes a version here: tried by the engine that would serve it, judged by nobody.

A version that was built into a Space brings its lessons along (`shipped_lessons`). Here they wait, as all that comes in
does, because a correction that is remembered is a line in prompts. The version speaks near those that are approved.
"""

from __future__ import annotations

from pathlib import Path

from understudy.errors import InputError
from understudy.playground.casting import Casting
from understudy.playground.progress import counted
from understudy.playground.promoting import FOLDER, version_folder
from understudy.playground.scope import NEAR
from understudy.playground.shipped_lessons import Shipped, bring_lessons
from understudy.serving.seal import CARD, FILES, ON_A_SPACE, Card, seal, verify
from understudy.store import Store, Version
from understudy.store.ids import new_id

VISITOR = 999_999_999
"""The number under which an adapter is tried; no version has it."""


def import_version(store: Store, casting: Casting, folder: Path) -> tuple[Version, str]:
    """The adapter in `folder`, or of the built Space there, as a version of the base model; and what to know about it.

    Raises InputError where there is none, ModelError for one that is damaged or does not fit.
    """
    inside = folder / ON_A_SPACE if (folder / ON_A_SPACE).is_dir() else folder
    if missing := [name for name in FILES if not (inside / name).is_file()]:
        raise InputError(f"{folder} has no {missing[0]}, so it is neither an adapter nor a built Space.")
    model = casting.base_model
    if (inside / CARD).is_file():
        verify(inside, casting.backend(model))
    try_out(casting, model, inside)
    shipped = bring_lessons(store, inside, f"lessons of {folder.name}", state="waiting")
    version = take_in(store, casting, model, inside, new_id(), f"imported from {folder.name}", shipped)
    return version, _sentence(version, shipped)


def try_out(casting: Casting, model: str, folder: Path) -> None:
    """Raises ModelError for an adapter that the model here cannot serve."""
    backend = casting.backend(model)
    try:
        backend.load_version(VISITOR, folder)
    finally:
        backend.unload_version(VISITOR)


def take_in(
    store: Store, casting: Casting, model: str, folder: Path, name: str, note: str, shipped: Shipped | None = None
) -> Version:
    """A copy of the adapter in `folder`, sealed under `name`, as the next version of `model`, never judged."""
    shipped = shipped or Shipped()
    seal(folder, version_folder(store, name), Card(model, casting.backend(model).describe().fingerprint))
    report = {NEAR: shipped.near}
    return store.versions.add(model, f"{FOLDER}/{name}", note=note, report=report, verdicts=shipped.verdicts)


def _sentence(version: Version, shipped: Shipped) -> str:
    where = "near those of its lessons that are approved" if shipped.near else "everywhere"
    came = f" {counted(len(shipped.verdicts), 'lesson')} came along; what is new waits on the Curate page."
    told = came if shipped.verdicts else ""
    return f"It is v{version.number}. Nobody judged it here: ask it in a column first. It speaks {where}.{told}"

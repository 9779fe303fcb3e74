"""Which version is live: promoting, rolling back, deleting; and the list of versions that a person chooses from.

The champion is a line in the store, read whenever a column is asked: a change is seen with the next answer, and an
answer that is being written ends as it began. A version is checked and in its slot before the line is written.

Each understudy, everyone's and a person's own, has its champion and its history. Somebody else's versions are to it as
if they were not there.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import InputError, NotFoundError
from understudy.playground.casting import Casting
from understudy.playground.reports import warning_of
from understudy.store import EVERYONE, Store, Version
from understudy.types import BASE

FOLDER = "versions"
"""Where versions lie in the data folder, each named by the run that made it."""

_MOST_LOADED = 4
"""Tuned versions that stay in their slots, the live one and the one before among them; others load when asked."""


@dataclass(frozen=True, slots=True)
class VersionItem:
    """A line of the version tree. Number 0 is the base; `parent` is None for one that was not learned here.

    `learned` of `judged` corrections are answered; `passed` is None for one that was never judged; `sentence` is the
    gate's. `created` is ISO time, empty for the base. `person` is whose it is, "" everyone's.
    """

    number: int
    name: str
    live: bool
    created: str = ""
    parent: int | None = None
    passed: bool | None = None
    learned: int = 0
    judged: int = 0
    sentence: str = ""
    note: str = ""
    removed: bool = False
    person: str = ""


class Promoting:
    """What a person does with the versions of a model."""

    def __init__(self, store: Store, casting: Casting) -> None:
        self._store = store
        self._casting = casting

    def versions(self, model: str, person: str = EVERYONE) -> list[VersionItem]:
        """What an understudy may use, newest first, the base last."""
        live = self._store.versions.champion(model, person)
        items = [self._item(version, live) for version in reversed(self._store.versions.list(model, person))]
        return [*items, VersionItem(BASE, "base", live == BASE)]

    def promote(self, model: str, number: int, *, anyway: bool = False, person: str = EVERYONE) -> str:
        """Make version `number` of an understudy live (0 the base again), and say so in a sentence.

        Raises NotFoundError or InputError for a version that is not there or did not pass its gate (unless `anyway`),
        ModelError for one that is damaged or of another base; the champion is then what it was.
        """
        before = self._store.versions.champion(model, person)
        if number == before:
            return f"{_name(number)} is live already."
        if number != BASE:
            self._check_passed(model, number, anyway, person)
            self._casting.check_version(model, number)
            self._casting.ensure_version(model, number)
        self._store.versions.set_champion(model, number, person)
        self._make_room(model, keep={number, before})
        said = f"{_name(number)} is live from the next answer on. Before it was {_name(before)}."
        return " ".join(filter(None, [said, self._warning(model, number)]))

    def roll_back(self, model: str, number: int | None = None, *, person: str = EVERYONE) -> str:
        """Make the champion before this one live again, or version `number`. Raises as `promote`."""
        wanted = self._previous(model, person) if number is None else number
        return self.promote(model, wanted, anyway=True, person=person)

    def remove(self, model: str, number: int) -> str:
        """Delete a version's folder; its line stays in the tree. Raises InputError for a live one, NotFoundError."""
        version = self._store.versions.find(model, number)
        self._store.versions.set_removed(model, number)
        if version is not None:
            self._clear(version)
        return f"{_name(number)} is deleted."

    def retire(self, person: str) -> int:
        """Somebody leaves: what only their understudy had learned is deleted, and how many versions that were."""
        versions = self._store.understudies.retire(person)
        for version in versions:
            self._clear(version)
        return len(versions)

    def _clear(self, version: Version) -> None:
        """Take a version that counts as deleted out of its slot and off the disk."""
        if version.model in self._casting.loaded():
            self._casting.loaded()[version.model].unload_version(version.number)
        _delete(self._store, self._casting.folder(version))

    def _previous(self, model: str, person: str) -> int:
        """The champion under the live one. A champion that came back took its place again: later ones are gone."""
        line = [BASE]
        for _, number in self._store.versions.champions(model, person):
            line = [*line[: line.index(number)], number] if number in line else [*line, number]
        removed = {version.number for version in self._store.versions.list(model) if version.removed}
        usable = [number for number in line[:-1] if number not in removed]
        if not usable:
            raise InputError("The base is live, and no version was before it. There is nothing to roll back.")
        return usable[-1]

    def _warning(self, model: str, number: int) -> str:
        version = self._store.versions.find(model, number)
        return warning_of(version.report) if version else ""

    def _check_passed(self, model: str, number: int, anyway: bool, person: str) -> None:
        versions = {version.number: version for version in self._store.versions.list(model, person)}
        version = versions.get(number)
        if version is None:
            known = ", ".join(_name(v.number) for v in versions.values() if not v.removed) or "none yet"
            raise NotFoundError(f"{model} has no version v{number} (its versions: {known}). Choose one of those.")
        if version.passed is False and not anyway:
            reason = version.report.get("sentence") or "it did not pass its gate"
            raise InputError(f"v{number} was {reason}. Only --anyway, or the page's “promote anyway”, makes it live.")

    def _make_room(self, model: str, keep: set[int]) -> None:
        backend = self._casting.backend(model) if model in self._casting.loaded() else None
        known = {version.number for version in self._store.versions.list(model)} - keep
        idle = [number for number in backend.versions() if number in known] if backend else []
        for number in idle[: max(0, len(idle) + len(keep - {BASE}) - _MOST_LOADED)]:
            if backend is not None:
                backend.unload_version(number)

    def _item(self, version: Version, live: int) -> VersionItem:
        verdicts = self._store.versions.verdicts(version.id)
        return VersionItem(
            number=version.number,
            name=version.name or _name(version.number),
            live=version.number == live,
            created=version.created,
            parent=version.parent,
            passed=version.passed,
            learned=sum(verdict.learned for verdict in verdicts),
            judged=len(verdicts),
            sentence=str(version.report.get("sentence", "")),
            note=version.note,
            removed=version.removed is not None,
            person=version.person,
        )


def version_folder(store: Store, run: str) -> Path:
    """Where the version that `run` makes belongs."""
    return store.path.parent / FOLDER / run


def sweep(store: Store) -> int:
    """Delete version folders that no row names, left by a kill between folder and row, and say how many.

    Those of runs that still go on stay: their row is about to come.
    """
    root = store.path.parent / FOLDER
    named = {(store.path.parent / v.path).resolve() for v in store.versions.list() if v.removed is None}
    open_runs = {run.id for run in store.runs.open()}
    orphans = [
        folder
        for folder in (root.iterdir() if root.is_dir() else ())
        if folder.resolve() not in named and folder.name.removeprefix(".").removesuffix(".new") not in open_runs
    ]
    return sum(_delete(store, folder) for folder in orphans)


def _delete(store: Store, folder: Path) -> bool:
    """Delete a folder among the versions; one that lies elsewhere is somebody's own and stays."""
    inside = folder.is_dir() and not folder.is_symlink() and folder.parent == store.path.parent / FOLDER
    if inside:
        shutil.rmtree(folder, ignore_errors=True)
    return inside


def _name(number: int) -> str:
    return "base" if number == BASE else f"v{number}"

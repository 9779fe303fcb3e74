"""Names of columns, as a person types them, and who they mean.

`base` is the base model, `champion` the version that is live for it, `mine` the one that is live in the own understudy
of who asks, `v3` one version; another model is called by its name, `stories260k`, or with a version, `stories260k@v2`.
Somebody else's versions are to a person as if they were not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from understudy.errors import InputError, NotAllowed
from understudy.playground.view import ColumnChoice
from understudy.serving.provider import is_address
from understudy.store import EVERYONE, Store, Version
from understudy.types import BASE, OWNER, Column, Person

MOST_COLUMNS = 4
CHAMPION, MINE = "champion", "mine"
_VERSION = re.compile(r"v(\d{1,9})")


def resolve_column(store: Store, base_model: str, name: str, own: str = EVERYONE) -> Column:
    """The model and version that `name` means now to somebody with the understudy `own`.

    Raises `InputError` when it means nothing.
    """
    model, _, part = name.strip().partition("@")
    if not part and (model in ("base", CHAMPION, MINE) or _VERSION.fullmatch(model)):
        return _version_of(store, base_model, part=model, name=name, own=own)
    if store.models.find(model) is None:
        known = ", ".join(choice.name for choice in column_choices(store, base_model, own=own))
        raise InputError(f"There is no column {name!r}. Choose one of: {known}.")
    return _version_of(store, model, part=part or "base", name=name, own=own)


def resolve_columns(store: Store, base_model: str, names: Sequence[str], own: str = EVERYONE) -> list[Column]:
    """As `resolve_column`, for 1 to 4 names."""
    if not 1 <= len(names) <= MOST_COLUMNS:
        raise InputError(f"{len(names)} columns cannot be shown. Choose 1 to {MOST_COLUMNS}.")
    return [resolve_column(store, base_model, name, own) for name in names]


def is_tuned(label: str, version: int) -> bool:
    """Whether a column learns, and so is given memories: a version, or a champion even while that is the base."""
    return version != BASE or label.rpartition("@")[2] in (CHAMPION, MINE)


def check_choice(store: Store, base_model: str, columns: Sequence[Column], person: Person) -> None:
    """Raises `NotAllowed` where a column would spend an owner's money, unless that is what `base` means here."""
    if person.role == "owner":
        return
    sources = {model.name: model.source for model in store.models.list() if model.name != base_model}
    for column in columns:
        if is_address(sources.get(column.model, "")):
            raise NotAllowed(f"{column.model} answers elsewhere, with an owner's key: only owners may choose it.")


def column_choices(store: Store, base_model: str, person: Person = OWNER, own: str = EVERYONE) -> list[ColumnChoice]:
    """Everything a column can show: the base, its versions newest first, then other models and theirs.

    Where models lie, and those that an owner's key pays for, are for owners. `own` is the understudy of the person who
    asks, "" where they have none.
    """
    owns = person.role == "owner"
    choices = [ColumnChoice("base", "base", f"{base_model}, as it came")]
    live = _live(store.versions.champion(base_model), "the base until one is learned")
    choices.append(ColumnChoice(CHAMPION, CHAMPION, f"the live version, {live}"))
    if own != EVERYONE:
        live = _live(store.versions.champion(base_model, own), "the base with your memory until one is learned")
        choices.append(ColumnChoice(MINE, MINE, f"your own understudy, {live}"))
    choices += [_choice(version, f"v{version.number}") for version in _usable(store, base_model, own)]
    for model in store.models.list():
        if model.name != base_model and (owns or not is_address(model.source)):
            choices.append(ColumnChoice(model.name, model.name, model.source if owns else ""))
            versions = _usable(store, model.name, own)
            choices += [_choice(v, f"{model.name}@v{v.number}", f"{model.name} v{v.number}") for v in versions]
    return choices


def _choice(version: Version, name: str, label: str = "") -> ColumnChoice:
    """A version to choose; that it is the person's own stands beside its name."""
    yours = " (yours)" if version.person != EVERYONE else ""
    return ColumnChoice(name, f"{label or version.name or name}{yours}", _detail(version))


def _live(champion: int, without: str) -> str:
    return f"now v{champion}" if champion != BASE else without


def _version_of(store: Store, model: str, *, part: str, name: str, own: str) -> Column:
    if part == "base":
        return Column(model, BASE, name)
    if part == CHAMPION:
        return Column(model, store.versions.champion(model), name)
    if part == MINE:
        if own == EVERYONE:
            raise InputError(f"There is no understudy of your own, so {name!r} cannot answer. Choose another column.")
        return Column(model, store.versions.champion(model, own), name, own)
    match = _VERSION.fullmatch(part)
    number = int(match[1]) if match else -1
    usable = {version.number: version.person for version in _usable(store, model, own)}
    if number != BASE and number not in usable:
        known = ", ".join(f"v{usable_number}" for usable_number in sorted(usable)) or "none yet"
        raise InputError(f"{model} has no version {part!r} (its versions: {known}). Choose one of those, or base.")
    return Column(model, number, name, usable.get(number, EVERYONE))


def _usable(store: Store, model: str, own: str) -> list[Version]:
    """The versions of a model that were not deleted, newest first: everyone's, and those of `own`."""
    return [version for version in reversed(store.versions.list(model, own)) if version.removed is None]


def _detail(version: Version) -> str:
    """What a person reads at a version: its note, else what its gate said."""
    return version.note or str(version.report.get("sentence") or f"tuned from {version.model}")

"""Names of columns, as a person types them, and who they mean.

`base` is the base model, `champion` the version that is live for it, `v3` one version; another model is called by its
name, `stories260k`, or with a version, `stories260k@v2`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from understudy.errors import InputError, NotAllowed
from understudy.playground.view import ColumnChoice
from understudy.serving.provider import is_address
from understudy.store import Store, Version
from understudy.types import BASE, OWNER, Column, Person

MOST_COLUMNS = 4
_VERSION = re.compile(r"v(\d{1,9})")


def resolve_column(store: Store, base_model: str, name: str) -> Column:
    """The model and version that `name` means now. Raises `InputError` when it means nothing."""
    model, _, part = name.strip().partition("@")
    if not part and (model in ("base", "champion") or _VERSION.fullmatch(model)):
        return _version_of(store, base_model, part=model, name=name)
    if store.models.find(model) is None:
        raise InputError(f"There is no column {name!r}. Choose one of: {', '.join(column_names(store, base_model))}.")
    return _version_of(store, model, part=part or "base", name=name)


def resolve_columns(store: Store, base_model: str, names: Sequence[str]) -> list[Column]:
    """As `resolve_column`, for 1 to 4 names."""
    if not 1 <= len(names) <= MOST_COLUMNS:
        raise InputError(f"{len(names)} columns cannot be shown. Choose 1 to {MOST_COLUMNS}.")
    return [resolve_column(store, base_model, name) for name in names]


def is_tuned(label: str, version: int) -> bool:
    """Whether a column learns, and so is given memories: a version, or the champion even while that is the base."""
    return version != BASE or label.rpartition("@")[2] == "champion"


def column_names(store: Store, base_model: str) -> list[str]:
    return [choice.name for choice in column_choices(store, base_model)]


def check_choice(store: Store, base_model: str, columns: Sequence[Column], person: Person) -> None:
    """Raises `NotAllowed` where a column would spend an owner's money, unless that is what `base` means here."""
    if person.role == "owner":
        return
    sources = {model.name: model.source for model in store.models.list() if model.name != base_model}
    for column in columns:
        if is_address(sources.get(column.model, "")):
            raise NotAllowed(f"{column.model} answers elsewhere, with an owner's key: only owners may choose it.")


def column_choices(store: Store, base_model: str, person: Person = OWNER) -> list[ColumnChoice]:
    """Everything a column can show: the base, its versions newest first, then other models and theirs.

    Where models lie, and those that an owner's key pays for, are for owners.
    """
    owns = person.role == "owner"
    choices = [ColumnChoice("base", "base", f"{base_model}, as it came")]
    champion = store.versions.champion(base_model)
    live = (
        f"the live version, now v{champion}" if champion != BASE else "the live version; the base until one is learned"
    )
    choices.append(ColumnChoice("champion", "champion", live))
    choices += [
        ColumnChoice(f"v{version.number}", version.name or f"v{version.number}", _detail(version))
        for version in _usable(store, base_model)
    ]
    for model in store.models.list():
        if model.name != base_model and (owns or not is_address(model.source)):
            choices.append(ColumnChoice(model.name, model.name, model.source if owns else ""))
            choices += [
                ColumnChoice(f"{model.name}@v{version.number}", f"{model.name} v{version.number}", _detail(version))
                for version in _usable(store, model.name)
            ]
    return choices


def _version_of(store: Store, model: str, *, part: str, name: str) -> Column:
    if part == "base":
        return Column(model, BASE, name)
    if part == "champion":
        return Column(model, store.versions.champion(model), name)
    match = _VERSION.fullmatch(part)
    number = int(match[1]) if match else -1
    usable = {version.number for version in _usable(store, model)}
    if number != BASE and number not in usable:
        known = ", ".join(f"v{usable_number}" for usable_number in sorted(usable)) or "none yet"
        raise InputError(f"{model} has no version {part!r} (its versions: {known}). Choose one of those, or base.")
    return Column(model, number, name)


def _usable(store: Store, model: str) -> list[Version]:
    """The versions of a model that were not deleted, newest first."""
    return [version for version in reversed(store.versions.list(model)) if version.removed is None]


def _detail(version: Version) -> str:
    """What a person reads at a version: its note, else what its gate said."""
    return version.note or str(version.report.get("sentence") or f"tuned from {version.model}")

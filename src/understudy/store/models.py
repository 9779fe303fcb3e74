"""Registered base models: a short name for a folder or a hub id."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from understudy.errors import InputError, NotFoundError
from understudy.store.connections import Connections
from understudy.store.moments import now
from understudy.store.texts import checked


@dataclass(frozen=True, slots=True)
class Model:
    """`source` is a folder or a hub id."""

    name: str
    source: str
    added: str


class Models:
    """Reached as `store.models`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, source: str) -> Model:
        """Register a model; the same name and source again changes nothing. Raises `InputError` for a taken name."""
        checked(name, "name of the model", empty=False, most=200)
        checked(source, "folder or hub id of the model", empty=False, most=4_096)
        with self._connections.writing() as db:
            known = self.find(name)
            if known is not None and known.source != source:
                raise InputError(f"There is already a model called {name!r} ({known.source}). Choose another name.")
            if known is None:
                known = Model(name, source, now())
                db.table("models").insert({"name": name, "source": source, "added": known.added})
        return known

    def list(self) -> builtins.list[Model]:
        """In the order they were added."""
        rows = self._connections.rows("SELECT name, source, added FROM models ORDER BY added, name")
        return [Model(**row) for row in rows]

    def find(self, name: str) -> Model | None:
        row = self._connections.row("SELECT name, source, added FROM models WHERE name = ?", [name])
        return Model(**row) if row else None

    def base(self) -> str | None:
        """The name of the model that was last chosen as the base model, None while nobody has chosen."""
        row = self._connections.row("SELECT name FROM models WHERE chosen IS NOT NULL ORDER BY chosen DESC LIMIT 1")
        return row["name"] if row else None

    def set_base(self, name: str) -> None:
        """From now on `base` means this model. Raises `NotFoundError`."""
        with self._connections.writing() as db:
            if not db.execute("UPDATE models SET chosen = ? WHERE name = ?", [now(), name]).rowcount:
                raise NotFoundError(f"There is no model called {name!r}. Add it first.")

    def remove(self, name: str) -> None:
        """Forget the name. Its versions stay: registered again, the model has them again. Raises `NotFoundError`."""
        with self._connections.writing() as db:
            if not db.execute("DELETE FROM models WHERE name = ?", [name]).rowcount:
                raise NotFoundError(f"There is no model called {name!r}, so there is nothing to remove.")

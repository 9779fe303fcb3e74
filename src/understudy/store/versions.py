"""Tuned versions of a base model, numbered from 1, and which of them is the champion. 0 is the base itself.

The history of champions is kept: a rollback is one more line of it.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from understudy.errors import InputError, NotFoundError
from understudy.store.connections import Connections
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked
from understudy.types import BASE


@dataclass(frozen=True, slots=True)
class Version:
    """`path` is the folder of its adapter; `number` is unique for its model and never given twice."""

    id: str
    model: str
    number: int
    name: str
    path: str
    created: str
    note: str


class Versions:
    """Reached as `store.versions`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, model: str, path: str, name: str = "", note: str = "") -> Version:
        """A new version with the next number. Raises `NotFoundError` for a model that is not registered."""
        checked(str(path), "folder of the version", empty=False, most=4_096)
        with self._connections.writing() as db:
            if self._connections.row("SELECT 1 FROM models WHERE name = ?", [model]) is None:
                raise NotFoundError(f"There is no model called {model!r}. Add the model first, then its version.")
            newest = self._connections.row("SELECT max(number) AS number FROM versions WHERE model = ?", [model])
            number = ((newest or {}).get("number") or BASE) + 1
            version = Version(
                id=new_id(),
                model=model,
                number=number,
                name=checked(name, "name of the version", most=200),
                path=str(path),
                created=now(),
                note=checked(note, "note"),
            )
            db.table("versions").insert({name: getattr(version, name) for name in Version.__slots__})
        return version

    def list(self, model: str | None = None) -> builtins.list[Version]:
        """By model and number; of one model or of all."""
        rows = self._connections.rows(
            "SELECT * FROM versions WHERE ?1 IS NULL OR model = ?1 ORDER BY model, number", [model]
        )
        return [Version(**row) for row in rows]

    def find(self, model: str, number: int) -> Version | None:
        row = self._connections.row("SELECT * FROM versions WHERE model = ? AND number = ?", [model, number])
        return Version(**row) if row else None

    def champion(self, model: str) -> int:
        """The number of the live version; 0, the base, when none was set."""
        row = self._connections.row("SELECT number FROM champions WHERE model = ? ORDER BY id DESC LIMIT 1", [model])
        return int(row["number"]) if row else BASE

    def set_champion(self, model: str, number: int) -> None:
        """Make a version the live one, or 0 the base again. Raises `InputError` for a version that is not there."""
        with self._connections.writing() as db:
            if number != BASE and self.find(model, number) is None:
                raise InputError(f"{model} has no version v{number}. Choose one of its versions, or 0 for the base.")
            db.table("champions").insert({"id": new_id(), "model": model, "number": number, "created": now()})

    def champions(self, model: str) -> builtins.list[tuple[str, int]]:
        """When which version became the champion, oldest first: (ISO time, number)."""
        rows = self._connections.rows("SELECT created, number FROM champions WHERE model = ? ORDER BY id", [model])
        return [(row["created"], row["number"]) for row in rows]

"""Views: filters that somebody gave a name. The page, a bulk action and an export mean the same by it."""

from __future__ import annotations

import builtins
import json
from dataclasses import dataclass

from understudy.errors import NotFoundError
from understudy.store.connections import Connections
from understudy.store.filters import Filter
from understudy.store.moments import now
from understudy.store.texts import checked, to_json


@dataclass(frozen=True, slots=True)
class View:
    name: str
    filter: Filter
    author: str
    created: str


class Views:
    """Reached as `store.views`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, name: str, filter: Filter, author: str = "") -> View:
        """Keep a filter; one of the same name is replaced. Raises `InputError`."""
        row = {
            "name": checked(name.strip(), "name of the view", empty=False, most=200),
            "filter": to_json(filter.values(), "filter"),
            "author": checked(author, "name", most=200),
            "created": now(),
        }
        with self._connections.writing() as db:
            db.table("views").insert(row, pk="name", replace=True)
        return View(row["name"], filter, row["author"], row["created"])

    def list(self) -> builtins.list[View]:
        rows = self._connections.rows("SELECT * FROM views ORDER BY name COLLATE NOCASE")
        return [View(**{**row, "filter": Filter.from_values(json.loads(row["filter"]))}) for row in rows]

    def get(self, name: str) -> View:
        """Raises `NotFoundError` with the names that there are."""
        found = {view.name: view for view in self.list()}
        if name not in found:
            known = ", ".join(found) or "none is saved yet"
            raise NotFoundError(f"There is no view {name!r}. Saved views: {known}.")
        return found[name]

    def remove(self, name: str) -> None:
        with self._connections.writing() as db:
            db.execute("DELETE FROM views WHERE name = ?", [name])

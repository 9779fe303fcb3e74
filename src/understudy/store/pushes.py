"""Versions on their way to the hub: written down before anything is sent, then with what came of it."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, replace
from typing import Literal

from understudy.store.connections import Connections
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept


@dataclass(frozen=True, slots=True)
class Push:
    """An export that goes to `repository`. `sending` without an end: the program ended first, nobody knows.

    `revision` is the commit there that holds it, `fault` why it failed.
    """

    id: str
    version: str
    export: str
    repository: str
    public: bool
    licence: str
    state: Literal["sending", "sent", "failed"]
    address: str
    revision: str
    fault: str
    created: str
    ended: str | None


class Pushes:
    """Reached as `store.pushes`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, version: str, export: str, repository: str, *, public: bool, licence: str) -> Push:
        """Before it begins; both ids are there already."""
        name = checked(repository, "repository")
        made = Push(new_id(), version, export, name, public, kept(licence), "sending", "", "", "", now(), None)
        with self._connections.writing() as db:
            row = {name: getattr(made, name) for name in Push.__slots__}
            db.table("pushes").insert(row | {"public": int(public)})
        return made

    def finish(self, push: Push, *, address: str = "", revision: str = "", fault: str = "") -> Push:
        """How it ended: failed where there is a `fault`, else sent."""
        state: Literal["sent", "failed"] = "failed" if fault else "sent"
        ended = replace(push, state=state, address=address, revision=revision, fault=kept(fault), ended=now())
        changed = {name: getattr(ended, name) for name in ("state", "address", "revision", "fault", "ended")}
        with self._connections.writing() as db:
            db.table("pushes").update(push.id, changed)
        return ended

    def list(self, version: str) -> builtins.list[Push]:
        """Of the version with this id, newest first."""
        rows = self._connections.rows("SELECT * FROM pushes WHERE version = ? ORDER BY id DESC", [version])
        return [Push(**row | {"public": bool(row["public"])}) for row in rows]

"""Who has an understudy of their own. "" is everyone's, which is always there and is no row here.

A name is all that ties facts, runs and versions to it. So somebody who leaves is renamed to what no account can be
called: what they taught theirs stays readable at the desk, and nobody who takes the name later inherits it.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Collection
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store.connections import Connections
from understudy.store.moments import now
from understudy.store.runs import Runs
from understudy.store.texts import checked
from understudy.store.versions import Version, Versions

EVERYONE = ""
"""The understudy that belongs to nobody in particular."""

_FACTS = ("corrections", "ratings", "preferences")
_OWNED = (*_FACTS, "turns", "champions", "versions", "runs")


@dataclass(frozen=True, slots=True)
class Understudy:
    """`active` is the person's switch: while it is off, what was learned rests and feedback is for everyone."""

    person: str
    active: bool
    created: str


class Understudies:
    """Reached as `store.understudies`."""

    def __init__(self, connections: Connections, runs: Runs, versions: Versions) -> None:
        self._connections = connections
        self._runs = runs
        self._versions = versions

    def taught_by(self, person: str) -> str:
        """Whose understudy the feedback of `person` teaches: their own while it is switched on, else everyone's."""
        found = self.find(person)
        return person if found and found.active else EVERYONE

    def find(self, person: str) -> Understudy | None:
        row = self._connections.row("SELECT * FROM understudies WHERE person = ?", [person])
        return Understudy(**{**row, "active": bool(row["active"])}) if row else None

    def list(self) -> builtins.list[Understudy]:
        """By name, without everyone's."""
        rows = self._connections.rows("SELECT * FROM understudies ORDER BY person")
        return [Understudy(**{**row, "active": bool(row["active"])}) for row in rows]

    def learning(self) -> builtins.list[str]:
        """Whose understudies learn now: everyone's first, then those that are switched on."""
        return [EVERYONE, *(found.person for found in self.list() if found.active)]

    def taught(self, person: str, facts: Collection[str]) -> frozenset[str]:
        """Those of some facts that teach the understudy of `person` and no other."""
        given = [json.dumps([*facts]), person]
        sql = "SELECT id FROM {} WHERE id IN (SELECT value FROM json_each(?)) AND person = ?"
        return frozenset(row["id"] for table in _FACTS for row in self._connections.rows(sql.format(table), given))

    def set_active(self, person: str, active: bool) -> None:
        """Switch a person's own understudy on, made now if it is the first time, or off. Raises `InputError`."""
        checked(person, "name", empty=False, most=200)
        with self._connections.writing() as db:
            db.execute(
                "INSERT INTO understudies (person, active, created) VALUES (?, ?, ?)"
                " ON CONFLICT (person) DO UPDATE SET active = excluded.active",
                [person, int(active), now()],
            )

    def bring_back(self) -> None:
        """Switch on those of whoever taught their own, in a store that has their words back and not their switches.

        Somebody's own words under another name (they left, they were elsewhere) switch on nothing.
        """
        own = " UNION ".join(f"SELECT person FROM {table} WHERE person <> '' AND person = author" for table in _FACTS)
        with self._connections.writing() as db:
            db.execute(
                f"INSERT INTO understudies (person, active, created) SELECT person, 1, ? FROM ({own}) WHERE true"
                " ON CONFLICT (person) DO NOTHING",
                [now()],
            )

    def retire(self, person: str) -> builtins.list[Version]:
        """Somebody leaves: their versions count as deleted, their runs end; returns the versions with a folder still.

        What they gave to everyone stays. Raises `InputError` for everyone's understudy.
        """
        if person == EVERYONE:
            raise InputError("Everyone's understudy belongs to nobody, so it cannot leave with somebody.")
        with self._connections.writing() as db:
            left = f"{person} (left {now()})"
            for run in self._runs.open(person=person):
                self._runs.wish(run.id, "cancel")
            mine = [version for version in self._versions.list() if version.person == person and not version.removed]
            db.execute("UPDATE versions SET removed = ? WHERE person = ? AND removed IS NULL", [now(), person])
            for table in _OWNED:
                db.execute(f"UPDATE {table} SET person = ? WHERE person = ?", [left, person])
            db.execute("UPDATE changes SET before = ? WHERE field = 'person' AND before = ?", [left, person])
            db.execute("DELETE FROM understudies WHERE person = ?", [person])
        return mine

"""Where people are signed in. A token is known to one browser alone: here is its hash, which signs nobody in."""

from __future__ import annotations

import hashlib

from understudy.store.connections import Connections
from understudy.store.moments import now
from understudy.types import Person

IDLE_S = 3 * 24 * 3600
"""A session nobody used for so long has ended: a weekend passes, a forgotten computer does not stay open."""

LONGEST_S = 30 * 24 * 3600
"""However much it is used, a session ends after so long."""

SEEN_EVERY_S = 300
"""A session's use is written down no more often: a page asks many times a minute."""


class Sessions:
    """Reached as `store.sessions`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, token: str) -> None:
        """`name` is signed in wherever `token` (256 random bits) is. Sessions that have ended are cleared away."""
        moment = now()
        with self._connections.writing() as db:
            db.execute("DELETE FROM sessions WHERE seen < ? OR created < ?", [now(IDLE_S), now(LONGEST_S)])
            db.table("sessions").insert({"token": _hash(token), "person": name, "created": moment, "seen": moment})

    def find(self, token: str) -> Person | None:
        """Who is signed in with this token; None when nobody is, or no longer."""
        row = self._connections.row(
            "SELECT name, role, seen FROM sessions JOIN people ON people.name = person"
            " WHERE token = ? AND seen >= ? AND sessions.created >= ? AND removed IS NULL",
            [_hash(token), now(IDLE_S), now(LONGEST_S)],
        )
        if row is None:
            return None
        if row["seen"] < now(SEEN_EVERY_S):
            with self._connections.writing() as db:
                db.execute("UPDATE sessions SET seen = ? WHERE token = ?", [now(), _hash(token)])
        return Person(row["name"], row["role"])

    def end(self, token: str) -> None:
        with self._connections.writing() as db:
            db.execute("DELETE FROM sessions WHERE token = ?", [_hash(token)])

    def end_all(self, name: str) -> int:
        """Sign somebody out everywhere, and say of how many places."""
        with self._connections.writing() as db:
            return int(db.execute("DELETE FROM sessions WHERE person = ?", [name]).rowcount)

    def counts(self) -> dict[str, int]:
        """In how many places people are signed in, by name."""
        rows = self._connections.rows(
            "SELECT person, count(*) AS n FROM sessions WHERE seen >= ? AND created >= ? GROUP BY person",
            [now(IDLE_S), now(LONGEST_S)],
        )
        return {row["person"]: row["n"] for row in rows}


def _hash(token: str) -> str:
    """A random token needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()

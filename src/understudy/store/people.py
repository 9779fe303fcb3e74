"""People who may sign in: a name, a role, the hash of a password. Nobody is forgotten who has said something.

Two names are one when they look alike to a reader: compared without case and in one Unicode form (NFKC).
"""

from __future__ import annotations

import builtins
import re
import unicodedata
from dataclasses import dataclass, field

from understudy.errors import InputError, NotFoundError
from understudy.store.connections import Connections, Row
from understudy.store.moments import now
from understudy.types import Person, PersonRole

_NAME = re.compile(r"\w(?:[\w .@+-]{0,62}[\w.+-])?")


@dataclass(frozen=True, slots=True)
class Account:
    """`password` is its hash, as the library that made it writes it; `removed` says when, None for who may sign in."""

    name: str
    role: PersonRole
    password: str = field(repr=False)
    created: str
    removed: str | None = None

    @property
    def person(self) -> Person:
        return Person(self.name, self.role)


class People:
    """Reached as `store.people`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, role: PersonRole, password: str) -> Account:
        """A new person. Raises `InputError` for a name that cannot be one or that somebody has, or had."""
        row = {"name": _checked(name), "key": key_of(name), "role": role, "password": password, "created": now()}
        with self._connections.writing() as db:
            if (other := self._row(name)) is not None:
                raise InputError(_taken(other))
            db.table("people").insert(row | {"removed": None})
        return _account(row)

    def find(self, name: str) -> Account | None:
        """Who has this name, also when they were removed."""
        row = self._row(name)
        return _account(row) if row else None

    def get(self, name: str) -> Account:
        """Raises `NotFoundError`."""
        found = self.find(name)
        if found is None:
            raise NotFoundError(f"There is nobody called {name!r}. `understudy people list` shows who there is.")
        return found

    def list(self) -> list[Account]:
        """Everybody who was not removed, by name."""
        rows = self._connections.rows("SELECT * FROM people WHERE removed IS NULL ORDER BY key")
        return [_account(row) for row in rows]

    def set_role(self, name: str, role: PersonRole) -> None:
        self._set(name, "role = ?", [role])

    def set_password(self, name: str, password: str) -> None:
        """A new hash; somebody who was removed is back with it."""
        self._set(name, "password = ?, removed = NULL", [password])

    def remove(self, name: str) -> None:
        """They can no longer sign in; what they said stays, and so does their name."""
        self._set(name, "removed = ?", [now()])

    def _row(self, name: str) -> Row | None:
        return self._connections.row("SELECT * FROM people WHERE key = ?", [key_of(name)])

    def _set(self, name: str, what: str, values: builtins.list[str]) -> None:
        """Change somebody and end their sessions, all at once: who they were is not who they are."""
        with self._connections.writing() as db:
            account = self.get(name)
            db.execute(f"UPDATE people SET {what} WHERE name = ?", [*values, account.name])
            db.execute("DELETE FROM sessions WHERE person = ?", [account.name])


def key_of(name: str) -> str:
    """A name as it is compared with others."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _checked(name: str) -> str:
    if unicodedata.normalize("NFKC", name) != name or not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a name. Use up to 64 letters, digits, spaces and . _ @ + -, and begin with a letter."
        )
    return name


def _taken(other: Row) -> str:
    if other["removed"] is None:
        return f"Somebody is called {other['name']} already. Choose another name."
    return (
        f"{other['name']} was here before and was removed; what they said is kept under that name. Choose another name,"
        " or bring them back by setting a new password."
    )


def _account(row: Row) -> Account:
    return Account(row["name"], row["role"], row["password"], row["created"], row.get("removed"))

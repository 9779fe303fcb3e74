"""Balances: how a person wants training to even out what it learns from. Append-only; the newest counts.

A run reads the one that stood when it was made, so that a run that goes on after a kill trains the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from understudy.errors import InputError
from understudy.store.connections import Connections
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked

How = Literal["automatic", "weights", "over", "under", "none"]
By = Literal["kind", "label", "topic", "source", "author"]


@dataclass(frozen=True, slots=True)
class Balance:
    """`how` groups are evened out, and what they are counted `by`; `automatic` and `none` ask for no groups."""

    how: How = "automatic"
    by: By = "kind"
    author: str = ""
    created: str = ""


class Balances:
    """Reached as `store.balances`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, how: str, by: str, author: str = "") -> Balance:
        """From now on. Raises `InputError` for words that are none."""
        if how not in get_args(How) or by not in get_args(By):
            raise InputError(f"{how!r} by {by!r} is no balance. Choose one of: {', '.join(get_args(How))}.")
        row = {"id": new_id(), "how": how, "by": by, "author": checked(author, "name", most=200), "created": now()}
        with self._connections.writing() as db:
            db.table("balances").insert(row)
        return Balance(cast(How, how), cast(By, by), row["author"], row["created"])

    def get(self, until: str = "") -> Balance:
        """The one that stands, or stood at `until`; the automatic one where nobody chose."""
        row = self._connections.row(
            "SELECT how, \"by\", author, created FROM balances WHERE ?1 = '' OR created <= ?1 ORDER BY id DESC LIMIT 1",
            [until],
        )
        return Balance(**row) if row else Balance()

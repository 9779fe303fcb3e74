"""Rows that another store wrote down, put into an empty one, from which they are merged like any other store.

They come from files that anybody may have written. So only tables and columns that a fact has are taken, what a reader
of them would stumble over is refused, and the database's own rules judge types and references: a fact comes with all
that it needs, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from understudy.errors import InputError, StoreError
from understudy.store import sampling as sampling_json
from understudy.store.connections import Connections, Row, marks
from understudy.store.filters import STATES
from understudy.store.outbox import ABOUT
from understudy.store.texts import checked
from understudy.types import Usage

TABLES = ("conversations", "turns", "completions", *ABOUT)
"""What a fact needs, in the order in which they need each other, then the facts."""

_LONGEST_ID = 64


class Replaying:
    """Reached as `store.replaying`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._columns: dict[str, frozenset[str]] = {}

    def add(self, rows: Mapping[str, Sequence[Row]]) -> bool:
        """Put a fact and what it needs in; whether it could be taken. What is there already stays as it is."""
        try:
            made = [(table, self._checked(table, row)) for table in TABLES for row in rows.get(table, ())]
            with self._connections.writing(lasting=False) as db:
                for table, row in made:
                    names = ", ".join(f'"{name}"' for name in row)
                    sql = f"INSERT INTO {table} ({names}) VALUES ({marks(list(row))}) ON CONFLICT (id) DO NOTHING"
                    db.conn.execute(sql, list(row.values()))
        except (StoreError, InputError, LookupError, ValueError, TypeError, AttributeError, OverflowError):
            return False
        return bool(made)

    def _checked(self, table: str, row: Row) -> Row:
        """The columns that the table has, of values that all its readers can take. Raises ValueError or its like."""
        known = {name: value for name, value in row.items() if name in self._known(table)}
        if not 0 < len(known["id"]) <= _LONGEST_ID:
            raise ValueError("no id")
        for name, value in known.items():
            if isinstance(value, str):
                checked(value, name)
            if name in _CHECKS and value is not None:
                _CHECKS[name](value)
        return known

    def _known(self, table: str) -> frozenset[str]:
        if table not in self._columns:
            self._columns[table] = frozenset(self._connections.mine().table(table).columns_dict)
        return self._columns[table]


def _strings(value: str) -> None:
    if not all(isinstance(part, str) for part in list(json.loads(value))):
        raise ValueError("not a list of texts")


def _state(value: str) -> None:
    if value not in STATES:
        raise ValueError("no state")


def _moment(value: str) -> None:
    if datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a moment without a zone")


def _usage(value: str) -> None:
    if not all(
        number is None or isinstance(number, int | float) for number in asdict(Usage(**json.loads(value))).values()
    ):
        raise ValueError("no numbers")


_CHECKS: dict[str, Callable[[Any], object]] = {
    "created": _moment,
    "updated": _moment,
    "state": _state,
    "reasons": _strings,
    "tags": _strings,
    "notices": _strings,
    "columns": _strings,
    "sampling": sampling_json.load,
    "usage": _usage,
}
"""By column, what raises ValueError or TypeError for a value that a reader of the store would stumble over."""

"""Lines on their way in, many at once: one statement a table for some thousand of them, in one transaction.

While they are written the triggers that make items of facts and passages of texts are away, and their work is done
here, for all rows at once: a trigger costs more than the row that it is for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from understudy.store.arrival import Arrival
from understudy.store.connections import Connections, marks
from understudy.store.corrections import State
from understudy.store.rows import TABLES, Maker, Rows

_WATCHING = (
    *("corrections_are_items", "ratings_are_items", "preferences_are_items", "items_have_tags"),
    *("conversations_title_new", "turns_searchable", "completions_searchable_new", "corrections_searchable"),
)
"""Triggers whose work is done here, or that do nothing for what came in a file."""

_INSERT = {
    table: f"INSERT INTO {table} ({columns}) VALUES ({marks(columns.split(','))})" for table, columns in TABLES.items()
}
_TAG = "INSERT OR IGNORE INTO item_tags (tag, item) VALUES (?, ?)"


class Arrivals:
    """Reached as `store.arrivals`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, batch: str, source: str, arrivals: Sequence[Arrival], model: str, state: State) -> None:
        """Write checked lines together, as feedback on `model` that is in `state`."""
        maker = Maker(batch, source, model, state)
        for arrival in arrivals:
            maker.make(arrival)
        with self._connections.without(_WATCHING) as db:
            db.execute("PRAGMA ignore_check_constraints = ON")  # made here, of few kinds: a test has them checked
            try:
                self._write(maker.rows, db.conn)
            finally:
                db.execute("PRAGMA ignore_check_constraints = OFF")

    def _write(self, rows: Rows, db: sqlite3.Connection) -> None:
        first = 1 + db.execute("SELECT coalesce(max(number), 0) FROM items").fetchone()[0]
        for table, sql in _INSERT.items():
            db.executemany(sql, getattr(rows, table))
        db.executemany(_TAG, ((tag, first + place) for tag, place in rows.tags))

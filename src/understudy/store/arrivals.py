"""Lines on their way in, many at once: one statement a table for some thousand of them, in one transaction.

While they are written the triggers that make items of facts and passages of texts are away, and their work is done
here, for all rows at once: a trigger costs more than the row that it is for.
"""

from __future__ import annotations

import sqlite3

from understudy.store.connections import Connections
from understudy.store.corrections import State
from understudy.store.ids import continue_after
from understudy.store.rows import TABLES, VALUES, Rows, constants

_WATCHING = (
    *("corrections_are_items", "ratings_are_items", "preferences_are_items", "items_have_tags"),
    *("conversations_title_new", "turns_searchable", "completions_searchable_new", "corrections_searchable"),
)
"""Triggers whose work is done here, or that do nothing for what came in a file."""

_TAG = "INSERT OR IGNORE INTO item_tags (tag, item) VALUES (?, ?)"


class Arrivals:
    """Reached as `store.arrivals`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, batch: str, source: str, rows: Rows, state: State) -> None:
        """Write the rows of checked lines together, in `state`."""
        with self._connections.without(_WATCHING) as db:
            db.execute("PRAGMA ignore_check_constraints = ON")  # made here, of few kinds: a test has them checked
            try:
                self._write(rows, constants(batch, source, state), db.conn)
            finally:
                db.execute("PRAGMA ignore_check_constraints = OFF")
        continue_after(rows.newest)

    def _write(self, rows: Rows, same: dict[str, str], db: sqlite3.Connection) -> None:
        """What is the same in all rows stands in the statement: to bind a value costs a tenth of a microsecond."""
        first = 1 + db.execute("SELECT coalesce(max(number), 0) FROM items").fetchone()[0]
        quoted = {name: db.execute("SELECT quote(?)", [text]).fetchone()[0] for name, text in same.items()}
        for (table, columns), made in zip(TABLES.items(), rows.tables, strict=False):
            db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({VALUES[table].format(**quoted)})", made)
        db.executemany(_TAG, ((tag, first + place) for tag, place in rows.tables[-1]))

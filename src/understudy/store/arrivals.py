"""Lines on their way in, many at once: one statement a table for some thousand of them, in one transaction.

While they are written the triggers that make items of facts and passages of texts are away, and their work is done
here, for all rows at once: a trigger costs more than the row that it is for. They are dropped and made again inside
the transaction, so that nobody ever sees the store without them, and a kill in the middle leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from understudy.store.arrival import Arrival
from understudy.store.connections import Connections, marks
from understudy.store.corrections import State
from understudy.store.rows import TABLES, Maker, Rows

CACHE = "PRAGMA cache_size = -65536"
"""64 MiB instead of two: digests come in no order, so that their index is written all over."""

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
        self._connections.mine().execute(CACHE)
        with self._connections.writing(), self._unwatched():
            self._write(maker.rows)

    def _write(self, rows: Rows) -> None:
        db = self._connections.mine().conn
        first = 1 + db.execute("SELECT coalesce(max(number), 0) FROM items").fetchone()[0]
        for table, sql in _INSERT.items():
            db.executemany(sql, getattr(rows, table))
        db.executemany(_TAG, ((tag, first + place) for tag, place in rows.tags))

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        """Inside a transaction: without the triggers until the block ends. Where it raises, the caller's undoes all."""
        db = self._connections.mine()
        sql = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks(_WATCHING)})"
        triggers = self._connections.rows(sql, _WATCHING)
        for trigger in triggers:
            db.execute(f"DROP TRIGGER {trigger['name']}")
        yield
        for trigger in triggers:
            db.execute(trigger["sql"])

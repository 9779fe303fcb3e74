"""Another person's store merged into this one: every fact keeps its id, so it comes once however often it is merged.

The other file is copied and the copy brought up to date, so that it stays as it is. All of it comes in one transaction,
or nothing. What was decided here stays: rows that are here already are never touched, topic, note and tags only filled
where there are none. What taught somebody's own understudy there teaches nobody's here, until a curator takes it over,
unless the people there are those here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from understudy.errors import StoreError
from understudy.store.connections import Connections, Row, marks
from understudy.store.corrections import State
from understudy.store.failures import explained

_TABLES = (
    "conversations",
    "turns",
    "completions",
    "ratings",
    "corrections",
    "preferences",
    "continuations",
    "edits",
    "imports",
    "wordings",
)
_JUDGED = ("ratings", "corrections", "preferences", "wordings")
_OF_TALK = {
    "conversations": "id IN ({talks})",
    "turns": "conversation IN ({talks})",
    "completions": "turn IN (SELECT id FROM turns WHERE conversation IN ({talks}))",
    "imports": "conversation IN ({talks})",
}
_OF_TURN = "turn IN (SELECT id FROM turns WHERE conversation IN ({talks}))"
_OF_ANSWER = f"completion IN (SELECT id FROM completions WHERE {_OF_TURN})"
_AT_ONCE = 500


def copied(source: Path, target: Path) -> None:
    """A copy of a database file that somebody else may be writing to; it is only read. Raises `StoreError`."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        explained(source),
        closing(sqlite3.connect(address, uri=True)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)


class Merging:
    """Reached as `store.merging`; `other` is the same of the other store, opened from a copy."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def merge(
        self,
        other: Merging,
        batch: str,
        state: State | None,
        on_progress: Callable[[float], bool] | None = None,
        *,
        same_people: bool = False,
    ) -> dict[str, int]:
        """How many rows of each table came. `state` None leaves the states as they were decided there.

        With `same_people` a name there is the same person here: a Space that lost its disk has its own words back.

        Inside a transaction of the caller's, who undoes it where this raises or `on_progress` returned False. A
        conversation that was deleted here stays so. Raises `StoreError`.
        """
        self.check_kind(other)
        counts = dict.fromkeys(_TABLES, 0)
        talks = [row["id"] for row in other._rows("SELECT id FROM conversations WHERE deleted IS NULL ORDER BY id")]
        for start in range(0, len(talks), _AT_ONCE):
            some = self._unknown(other, talks[start : start + _AT_ONCE])
            for table in _TABLES:
                counts[table] += self._take(other, table, some, batch, state, same_people)
            self._describe(other, some)
            if on_progress is not None and not on_progress((start + len(some)) / len(talks)):
                break
        return counts

    def check_kind(self, other: Merging) -> None:
        """A store of this program has exactly its tables and triggers; a file made to look like one has others."""
        sql = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ours, theirs = ({(row["name"], row["sql"]) for row in each._rows(sql)} for each in (self, other))
        if odd := sorted(name for name, _ in ours ^ theirs):
            raise StoreError(f"That file is no store of this program: its {odd[0]!r} is not ours. Nothing was read.")

    def _unknown(self, other: Merging, talks: Sequence[str]) -> list[str]:
        """Without those that were deleted here, and those whose line is here from another import."""
        gone = {
            row["id"]
            for row in self._rows(
                f"SELECT id FROM conversations WHERE deleted IS NOT NULL AND id IN ({marks(talks)})", talks
            )
        }
        lines = other._rows(f"SELECT conversation, digest FROM imports WHERE conversation IN ({marks(talks)})", talks)
        here = {
            row["digest"]: row["conversation"]
            for row in self._rows(
                "SELECT digest, conversation FROM json_each(?) CROSS JOIN imports ON digest = value"
                " JOIN conversations ON conversations.id = conversation WHERE deleted IS NULL",
                [json.dumps([line["digest"] for line in lines])],
            )
        }
        twice = {line["conversation"] for line in lines if here.get(line["digest"]) not in (None, line["conversation"])}
        return [talk for talk in talks if talk not in gone and talk not in twice]

    def _take(
        self, other: Merging, table: str, talks: Sequence[str], batch: str, state: State | None, same_people: bool
    ) -> int:
        where = _OF_TALK.get(table) or (_OF_ANSWER if table in ("ratings", "corrections", "wordings") else _OF_TURN)
        rows = other._rows(f"SELECT * FROM {table} WHERE {where.format(talks=marks(talks))}", talks)
        key = "turn" if table == "edits" else "id"
        known = f"SELECT {key} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"
        here = {row[key] for row in self._rows(known, [json.dumps([row[key] for row in rows])])}
        new = [self._adapted(row, table, batch, state, same_people) for row in rows if row[key] not in here]
        if new:
            names = ", ".join(new[0])
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks(list(new[0]))})"
            self._connections.mine().conn.executemany(sql, [tuple(row.values()) for row in new])
        return len(new)

    def _adapted(self, row: Row, table: str, batch: str, state: State | None, same_people: bool) -> Row:
        if table == "conversations":
            return row | {"batch": batch} | ({} if same_people else {"person": ""})  # a name there is nobody here
        if table == "completions" and row["finish"] is None:
            row = row | {"finish": "interrupted"}
        if row.get("person") and not same_people:
            row = row | {"person": f"{row['person']} (elsewhere)"}  # a name there is nobody here
        return row | {"state": state} if state is not None and table in _JUDGED else row

    def _describe(self, other: Merging, talks: Sequence[str]) -> None:
        """Topics, notes and tags of their items, where ours have none."""
        turns = f"items.turn IN (SELECT id FROM turns WHERE conversation IN ({marks(talks)}))"
        said = other._rows(f"SELECT subject, topic, note FROM items WHERE {turns} AND topic || note <> ''", talks)
        tags = other._rows(f"SELECT subject, tag FROM item_tags JOIN items ON number = item WHERE {turns}", talks)
        db = self._connections.mine().conn
        for name in ("topic", "note"):
            sql = f"UPDATE items SET {name} = ? WHERE subject = ? AND {name} = ''"
            db.executemany(sql, [(row[name], row["subject"]) for row in said if row[name]])
        sql = "INSERT OR IGNORE INTO item_tags (tag, item) SELECT ?, number FROM items WHERE subject = ?"
        db.executemany(sql, [(row["tag"], row["subject"]) for row in tags])

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connections.rows(sql, values)

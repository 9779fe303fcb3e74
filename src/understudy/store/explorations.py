"""Explorations: what was computed about all items of a filter, kept until it is computed anew.

A value is what the computation says, its parts are which items belong together and where each lies on a map. The
newest of each kind and filter stands; only `MOST` are kept, because a map of 100,000 items takes six megabytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from understudy.store.connections import Connections
from understudy.store.filters import Filter
from understudy.store.moments import now
from understudy.store.texts import to_json

MOST = 12


@dataclass(frozen=True, slots=True)
class Exploration:
    """`stamp` tells what the items were (`Counts.stamp`); "" when its value was forgotten with a deleted text."""

    id: int
    kind: str
    filter: str
    stamp: str
    value: dict[str, Any]
    created: str


class Place(NamedTuple):
    """An item in a part, and where it lies on the map."""

    part: int
    item: int
    x: int | None = None
    y: int | None = None


class Explorations:
    """Reached as `store.explorations`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def find(self, kind: str, filter: Filter) -> Exploration | None:
        row = self._connections.row(
            "SELECT * FROM explorations WHERE kind = ? AND filter = ? AND stamp <> ''", [kind, _key(filter)]
        )
        return Exploration(**{**row, "value": json.loads(row["value"])}) if row else None

    def save(
        self, kind: str, filter: Filter, stamp: str, value: dict[str, object], places: Iterable[Place] = ()
    ) -> Exploration:
        """In the place of an earlier one; items that are gone meanwhile are left out."""
        row = {"kind": kind, "filter": _key(filter), "stamp": stamp, "value": to_json(value, "exploration")}
        with self._connections.writing(lasting=False) as db:
            db.execute("DELETE FROM explorations WHERE kind = :kind AND filter = :filter", row)
            made = db.table("explorations").insert({**row, "created": now()}).last_pk
            db.conn.executemany(
                "INSERT INTO exploration_parts (exploration, part, item, x, y)"
                " SELECT ?, ?, number, ?, ? FROM items WHERE number = ?",
                [(made, place.part, place.x, place.y, place.item) for place in places],
            )
            newest = "SELECT id FROM explorations ORDER BY id DESC LIMIT ?"
            db.execute(f"DELETE FROM explorations WHERE id NOT IN ({newest})", [MOST])
        found = self.find(kind, filter)
        assert found is not None
        return found

    def places(self, exploration: int) -> list[tuple[int, int, int, int, int]]:
        """The points of a map: x, y, part, the oldest item there and how many items there are."""
        rows = self._connections.rows(
            "SELECT x, y, part, min(item) AS item, count(*) AS n FROM exploration_parts"
            " WHERE exploration = ? AND x IS NOT NULL GROUP BY x, y, part ORDER BY item",
            [exploration],
        )
        return [(row["x"], row["y"], row["part"], row["item"], row["n"]) for row in rows]


def _key(filter: Filter) -> str:
    return json.dumps(filter.values(), ensure_ascii=False, sort_keys=True)

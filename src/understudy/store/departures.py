"""Facts on their way out: what an item says, with the line it came in as, read for many items at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from understudy.store.connections import Connections, Row
from understudy.store.items import Item


@dataclass(frozen=True, slots=True)
class Departure:
    """`follows` is the answer above the question, None at the start. `answer` is what a model said, `stands` what
    stands for it now. `rejected` is the loser of a vote; a vote among several is one of these for each.

    `frame` is the line's that brought it, in `format`; None for what was said here.
    """

    item: Item
    follows: str | None
    answer: str
    stands: str
    label: bool | None
    reasons: tuple[str, ...]
    rejected: str | None
    format: str
    frame: dict[str, Any] | None


class Departures:
    """Reached as `store.departures`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def of(self, items: Sequence[Item]) -> list[Departure]:
        """In the order of the items. A tie, and a weak signal, says nothing that could leave."""
        known = {item.number: item for item in items}
        rows = self._connections.rows(
            """SELECT items.number, turns.parent AS follows, ratings.label, ratings.reasons, imports.format,
                   imports.frame, coalesce((SELECT text FROM corrections WHERE NOT withdrawn AND id =
                       (SELECT max(id) FROM corrections WHERE completion = items.completion)), '') AS stands,
                   (SELECT text FROM completions WHERE id = p.b) AS rejected
               FROM json_each(?) AS given CROSS JOIN items ON items.number = given.value
               JOIN turns ON turns.id = items.turn
               LEFT JOIN ratings ON ratings.id = items.fact
               LEFT JOIN preferences AS p ON p.turn = items.turn AND p.vote = items.fact AND p.verdict = 'a'
               LEFT JOIN imports ON imports.turn = items.turn
               WHERE kind IN ('correction', 'rating') OR p.id IS NOT NULL ORDER BY given.key, p.id""",
            [json.dumps(list(known))],
        )
        return [_departure(known[row.pop("number")], row) for row in rows]

    def said_here(self) -> list[int]:
        """Numbers of the items that no import brought."""
        rows = self._connections.rows(
            """SELECT number FROM conversations JOIN turns ON turns.conversation = conversations.id
               JOIN items ON items.turn = turns.id WHERE batch IS NULL AND deleted IS NULL AND gone = 0"""
        )
        return sorted(row["number"] for row in rows)


def _departure(item: Item, row: Row) -> Departure:
    return Departure(
        item,
        row["follows"],
        item.answer,
        row["stands"] or item.answer,
        None if row["label"] is None else bool(row["label"]),
        tuple(json.loads(row["reasons"] or "[]")),
        row["rejected"],
        row["format"] or "",
        json.loads(row["frame"]) if row["frame"] else None,
    )

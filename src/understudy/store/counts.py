"""Counts of items: how many of each sort a filter has, by what was said; and their texts, for what SQL cannot count."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.store.connections import Connections
from understudy.store.filters import TEXTS, Filter
from understudy.store.items import source_of

By = Literal["state", "kind", "label", "topic", "author", "version", "hour", "day", "month"]

_BY = {
    # The plus keeps SQLite from walking the index of one column with a look-up of every row: 0.08 s instead of 0.20.
    **{column: f"+items.{column}" for column in ("state", "kind", "label", "topic", "author")},
    "version": "items.model || '@' || items.version",
    "hour": "substr(items.created, 1, 13)",
    "day": "substr(items.created, 1, 10)",
    "month": "substr(items.created, 1, 7)",
}
_SAID = "CASE items.kind WHEN 'correction' THEN 'corrected' ELSE items.label END"
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Count:
    """`count` items called `name` that say `said`: corrected, good, bad, chosen ..., as their labels are."""

    name: str
    said: str
    count: int


@dataclass(frozen=True, slots=True)
class Telling:
    """What one item tells: who says (`said_as`) what about which answer to which question."""

    number: int
    kind: str
    state: str
    said_as: str
    author: str
    turn: str
    conversation: str
    question: str
    answer: str
    said: str


class Counts:
    """Reached as `store.counts`. `turns` is what a filter's meaning was resolved to."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def by(self, by: By, filter: Filter, turns: Sequence[str] | None = None) -> list[Count]:
        """How many there are of each, by name and by what was said; those without one are called ""."""
        tables, where, values = source_of(filter, turns)
        rows = self._connections.rows(
            f"SELECT {_BY[by]} AS name, {_SAID} AS said, count(*) AS count FROM {tables}"
            f" WHERE {' AND '.join(where)} GROUP BY 1, 2 ORDER BY 1, 2",
            values,
        )
        return [Count(**row) for row in rows]

    def by_tag(self, tags: Sequence[str], filter: Filter, turns: Sequence[str] | None = None) -> dict[str, list[int]]:
        """Numbers of the items that carry each of these tags, in order; tags that none carries are left out."""
        tables, where, values = source_of(filter, turns)
        found: dict[str, list[int]] = {}
        for tag in tags:
            rows = self._connections.rows(
                f"SELECT items.number FROM {tables} WHERE {' AND '.join(where)}"
                " AND items.number IN (SELECT item FROM item_tags WHERE tag = :tag) ORDER BY items.number",
                {**values, "tag": tag},
            )
            if rows:
                found[tag] = [row["number"] for row in rows]
        return found

    def by_part(self, exploration: int, filter: Filter, turns: Sequence[str] | None = None) -> list[Count]:
        """As `by`, by the parts of an exploration, as numbers in words."""
        tables, where, values = source_of(filter, turns)
        rows = self._connections.rows(
            f"SELECT CAST(part AS TEXT) AS name, {_SAID} AS said, count(*) AS count FROM exploration_parts"
            " JOIN items ON items.number = exploration_parts.item WHERE exploration = :exploration AND items.number IN"
            f" (SELECT items.number FROM {tables} WHERE {' AND '.join(where)}) GROUP BY 1, 2 ORDER BY part, 2",
            {**values, "exploration": exploration},
        )
        return [Count(**row) for row in rows]

    def span(self, filter: Filter, turns: Sequence[str] | None = None) -> tuple[str, str, int]:
        """The first moment and the last one, "" without items, and how many items there are."""
        tables, where, values = source_of(filter, turns)
        row = self._connections.row(
            f"SELECT min(items.created) AS first, max(items.created) AS last, count(*) AS n FROM {tables}"
            f" WHERE {' AND '.join(where)}",
            values,
        )
        return (row or {})["first"] or "", (row or {})["last"] or "", (row or {})["n"]

    def stamp(self, filter: Filter, turns: Sequence[str] | None = None) -> str:
        """Changes whenever other items, or other texts, belong to the filter; not when somebody decides or tags."""
        tables, where, values = source_of(filter, turns)
        row = self._connections.row(
            "SELECT count(*) || ' ' || total(items.number) || ' ' || coalesce(max(items.number), 0) || ' '"
            " || coalesce(max(CASE WHEN items.kind <> 'signal' THEN items.fact END), '') AS stamp"
            f" FROM {tables} WHERE {' AND '.join(where)}",
            values,
        )
        return str((row or {})["stamp"] or "")

    def tellings(
        self, filter: Filter, turns: Sequence[str] | None = None, wanted: Collection[str] = tuple(TEXTS)
    ) -> Iterator[Telling]:
        """Every item of a filter with its `wanted` texts (others are ""), oldest first, some at a time."""
        tables, where, values = source_of(filter, turns)
        chosen = f"SELECT items.number FROM {tables} WHERE {' AND '.join(where)}"
        numbers = sorted(row["number"] for row in self._connections.rows(chosen, values))
        texts = ", ".join(f"{sql if name in wanted else repr('')} AS {name}" for name, sql in TEXTS.items())
        for start in range(0, len(numbers), _BATCH):
            part = numbers[start : start + _BATCH]
            rows = self._connections.rows(
                f"SELECT items.number, items.kind, items.state, {_SAID} AS said_as, items.author, items.turn,"
                f" (SELECT conversation FROM turns WHERE id = items.turn) AS conversation, {texts} FROM items"
                f" WHERE items.number IN ({','.join(map(str, part))}) AND items.gone = 0 ORDER BY items.number"
            )
            yield from (Telling(**row) for row in rows)

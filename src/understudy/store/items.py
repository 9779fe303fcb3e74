"""Items: everything that was said about answers, a row each, for somebody who goes through thousands.

A list never counts what lies before it: the next page begins after the last row's key (`Cursor`), which costs the same
on the first and the ten-thousandth page. Texts are read for the rows of one page only.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from understudy.errors import InputError
from understudy.store.connections import Connections, Row
from understudy.store.filters import STATES, Filter
from understudy.store.signals import Signal
from understudy.store.standing import unknown

Sort = Literal["newest", "oldest", "value", "disputed"]
Cursor = tuple[float, int]
"""The sort value and the number of the last row of a page; the sort value of `newest` and `oldest` is the number."""

_KEYS = {
    "newest": ("number", "DESC"),
    "oldest": ("number", "ASC"),
    "value": ("value", "DESC"),
    "disputed": ("dispute", "DESC"),
}
_BATCH = 500
_ITEM = """
    SELECT items.*, turns.conversation, turns.text AS question, turns.system, completions.text AS answer,
        CASE kind WHEN 'correction' THEN (SELECT text FROM corrections WHERE id = items.fact)
                  WHEN 'rating' THEN (SELECT comment FROM ratings WHERE id = items.fact) ELSE '' END AS said,
        (SELECT json_group_array(tag) FROM (SELECT tag FROM item_tags WHERE item = number ORDER BY tag)) AS tags
    FROM items JOIN turns ON turns.id = items.turn JOIN completions ON completions.id = items.completion
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was said about the answer `completion` to `question`; `fact` is the id of what says it.

    `said` is what should have been said (a correction) or the comment (a rating). `label` is the rating (good, bad),
    the vote (chosen, tie, both_bad) or what a weak signal was. `revision` grows with every change: whoever saves says
    which one was seen. `wrong`, `differs`, `fresh` and `dispute` are shares from 0 to 1, `value` their sum.
    `person` is whose own understudy it teaches, "" for everyone's.
    """

    number: int
    kind: str
    fact: str
    state: str
    label: str
    conversation: str
    turn: str
    completion: str
    question: str
    system: str
    answer: str
    said: str
    author: str
    topic: str
    tags: tuple[str, ...]
    note: str
    model: str
    version: int
    created: str
    revision: int
    wrong: float
    differs: float
    fresh: float
    dispute: float
    value: float
    person: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some items in order; `next` goes on after them, None at the end."""

    items: tuple[Item, ...]
    next: Cursor | None


class Items:
    """Reached as `store.items`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(
        self,
        filter: Filter | None = None,
        sort: Sort = "newest",
        after: Cursor | None = None,
        limit: int = 50,
        turns: Sequence[str] | None = None,
    ) -> Page:
        """The next `limit` items after `after`. `turns` is what the filter's meaning was resolved to."""
        keys = self.keys(filter, sort, after, limit, turns)
        found = self.of([number for _, number in keys])
        return Page(tuple(found), keys[-1] if len(keys) == limit else None)

    def keys(
        self,
        filter: Filter | None = None,
        sort: Sort = "newest",
        after: Cursor | None = None,
        limit: int = 50,
        turns: Sequence[str] | None = None,
    ) -> list[Cursor]:
        """As `page`, without reading any text."""
        if sort not in get_args(Sort):
            raise InputError(f"{sort!r} is no order. Choose one of: {', '.join(_KEYS)}.")
        source, where, values = source_of(filter or Filter(), turns)
        if sort == "value" and turns is None and _asks_for_one_state(filter):
            source = "items INDEXED BY items_queue"  # in order already; the planner at times sorts all that waits
        column, direction = _KEYS[sort]
        number = "item_search.rowid" if "item_search" in source else "items.number"
        key = number if column == "number" else f"items.{column}"
        order = f"{key} {direction}" if key == number else f"{key} {direction}, {number} {direction}"
        if after is not None:
            sign = ">" if direction == "ASC" else "<"
            where.append(f"{number} {sign} :n" if key == number else f"({key}, {number}) {sign} (:v, :n)")
        rows = self._connections.rows(
            f"SELECT {key} AS sort, {number} AS number FROM {source} WHERE {' AND '.join(where)}"
            f" ORDER BY {order} LIMIT :limit",
            {**values, "limit": limit, **(dict(zip("vn", after, strict=True)) if after else {})},
        )
        return [(row["sort"], row["number"]) for row in rows]

    def numbers(self, filter: Filter, turns: Sequence[str] | None = None) -> list[int]:
        """Every item of a filter, oldest first."""
        source, where, values = source_of(filter, turns)
        rows = self._connections.rows(f"SELECT items.number FROM {source} WHERE {' AND '.join(where)}", values)
        return sorted(row["number"] for row in rows)

    def count(self, filter: Filter, turns: Sequence[str] | None = None) -> int:
        source, where, values = source_of(filter, turns)
        row = self._connections.row(f"SELECT count(*) AS n FROM {source} WHERE {' AND '.join(where)}", values)
        return int((row or {})["n"])

    def states(self) -> dict[str, int]:
        """How many items wait, are approved and rejected."""
        rows = self._connections.rows("SELECT state, count(*) AS n FROM items WHERE gone = 0 GROUP BY state")
        return dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in rows}

    def facets(self, most: int = 100) -> dict[str, dict[str, int]]:
        """What there is to filter by, the most frequent first: topics, tags, authors, labels, kinds, versions,
        and people who have an understudy of their own."""
        sql = "SELECT {0} AS name, count(*) AS n FROM items WHERE gone = 0 GROUP BY {1} ORDER BY n DESC LIMIT ?"
        found = {
            f"{column}s": self._connections.rows(sql.format(column, column), [most])
            for column in ("topic", "author", "label", "kind")
        }
        own = "SELECT person AS name, count(*) AS n FROM items WHERE gone = 0 AND person <> '' GROUP BY person"
        found["persons"] = self._connections.rows(f"{own} ORDER BY n DESC LIMIT ?", [most])
        found["versions"] = self._connections.rows(sql.format("model || '@' || version", "model, version"), [most])
        found["tags"] = self._connections.rows(
            "SELECT tag AS name, count(*) AS n FROM item_tags GROUP BY tag ORDER BY n DESC LIMIT ?", [most]
        )
        return {field: {row["name"]: row["n"] for row in rows if row["name"]} for field, rows in found.items()}

    def get(self, number: int) -> Item:
        """Raises `NotFoundError`, also for one that was taken back."""
        found = self.of([number])
        if not found:
            raise unknown("item", str(number))
        return found[0]

    def of(self, numbers: Sequence[int]) -> list[Item]:
        """These items in this order; those that are gone are left out."""
        rows = self._connections.rows(
            f"{_ITEM} WHERE items.number IN (SELECT value FROM json_each(?)) AND items.gone = 0", [json.dumps(numbers)]
        )
        found = {row["number"]: _item(row) for row in rows}
        return [found[number] for number in numbers if number in found]

    def of_turns(self, turns: Sequence[str]) -> builtins.list[Item]:
        """Everything that was said about the answers to these turns, oldest first."""
        rows = self._connections.rows(
            f"{_ITEM} WHERE items.turn IN (SELECT value FROM json_each(?)) AND items.gone = 0 ORDER BY items.number",
            [json.dumps(turns)],
        )
        return [_item(row) for row in rows]

    def of_facts(self, facts: Sequence[str]) -> builtins.list[Item]:
        """The items of these facts, in any order; a fact that a newer one replaced has none."""
        rows = self._connections.rows(
            f"{_ITEM} WHERE items.fact IN (SELECT value FROM json_each(?)) AND items.gone = 0", [json.dumps(facts)]
        )
        return [_item(row) for row in rows]

    def find_correction(self, completion: str) -> Item | None:
        """The item of the correction that stands at a completion."""
        row = self._connections.row(f"{_ITEM} WHERE subject = ? AND items.gone = 0", [f"correction {completion}"])
        return _item(row) if row else None

    def of_correction(self, correction: str) -> Item | None:
        """The item of a correction by its id, while it is the one that stands."""
        row = self._connections.row(
            f"{_ITEM} WHERE subject = (SELECT 'correction ' || completion FROM corrections WHERE id = ?)"
            " AND items.fact = ? AND items.gone = 0",
            [correction, correction],
        )
        return _item(row) if row else None

    def each(self, filter: Filter | None = None, turns: Sequence[str] | None = None) -> Iterator[Item]:
        """Every item of a filter, oldest first, some at a time: for an export of any size."""
        after: Cursor | None = None
        while True:
            page = self.page(filter, "oldest", after, _BATCH, turns)
            yield from page.items
            after = page.next
            if after is None:
                return

    # -- what is kept beside the facts -------------------------------------------------------------------------------

    def index(self, limit: int = 2_000) -> int:
        """Let the word search read at most `limit` items that it has not read; how many it read."""
        with self._connections.writing(lasting=False) as db:
            unread = "SELECT number FROM items WHERE indexed = 0 ORDER BY number LIMIT ?"
            db.execute(
                f"INSERT INTO item_search (rowid, text) SELECT number, text FROM item_texts WHERE number IN ({unread})",
                [limit],
            )
            done: int = db.execute(f"UPDATE items SET indexed = 1 WHERE number IN ({unread})", [limit]).rowcount
            if 0 < done < limit:  # all is read: let the planner know which filters are selective
                db.execute("PRAGMA analysis_limit = 1000")
                db.execute("ANALYZE items")
        return done

    def unindexed(self) -> int:
        """How many items the word search has not read yet."""
        row = self._connections.row("SELECT count(*) AS n FROM items WHERE indexed = 0")
        return int((row or {})["n"])

    def set_signals(self, signals: Iterable[Signal]) -> None:
        """These weak signals stand, and no others. What was decided about one stays with it."""
        with self._connections.writing() as db:
            standing = {signal.id: signal for signal in signals}
            known = {row["fact"]: row for row in self._connections.rows("SELECT * FROM items WHERE kind = 'signal'")}
            for fact in known.keys() - standing.keys():
                db.execute("UPDATE items SET gone = gone | 1 WHERE subject = ? AND gone & 1 = 0", [fact])
            for fact in standing.keys() & known.keys():
                db.execute("UPDATE items SET gone = gone & 2 WHERE subject = ? AND gone & 1", [fact])
            for fact in sorted(standing.keys() - known.keys(), key=lambda fact: standing[fact].better):
                db.execute(
                    "INSERT INTO items (subject, kind, fact, turn, completion, model, version, state, label, author,"
                    " created) SELECT ?1, 'signal', ?1, turn, id, model, version, 'approved', ?2, '', created"
                    " FROM completions WHERE id = ?3",
                    [fact, standing[fact].kind, standing[fact].better],
                )

    def set_scores(self, scores: Mapping[int, Sequence[float]]) -> None:
        """What speaks for looking at an item first: wrong, differs, fresh, dispute, each from 0 to 1."""
        rows = [(*four, sum(four), number) for number, four in scores.items()]
        with self._connections.writing(lasting=False) as db:
            db.conn.executemany(
                "UPDATE items SET wrong = ?, differs = ?, fresh = ?, dispute = ?, value = ? WHERE number = ?", rows
            )


def source_of(filter: Filter, turns: Sequence[str] | None) -> tuple[str, list[str], Row]:
    """FROM, conditions and parameters. The word index is the outer loop: it gives its rows in the order of numbers.

    Turns are always few, which the planner cannot know: it would rather walk all that waits.
    """
    where, values = filter.conditions(turns)
    if not filter.match:
        return "items" if turns is None else "items INDEXED BY items_turn", where, values
    source = "item_search CROSS JOIN items ON items.number = item_search.rowid"
    return source, ["item_search MATCH :match", *where], {**values, "match": filter.match}


def _asks_for_one_state(filter: Filter | None) -> bool:
    return filter is not None and len(filter.states) == 1 and filter == Filter(states=filter.states)


def _item(row: Row) -> Item:
    values = {name: row[name] for name in Item.__slots__}
    return Item(**{**values, "tags": tuple(json.loads(row["tags"]))})

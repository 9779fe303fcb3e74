"""Opinions: of every item what ranking and agreement count, and nothing else; a million of them in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from understudy.store.connections import Connections
from understudy.store.filters import Filter
from understudy.store.items import source_of

_AT_ONCE = 5_000


class Opinion(NamedTuple):
    """What one item says about an answer to a question. The last four are its scores as they are kept."""

    number: int
    kind: str
    state: str
    label: str
    topic: str
    turn: str
    question: str
    answer: str
    wrong: float
    differs: float
    fresh: float
    dispute: float


class Opinions:
    """Reached as `store.opinions`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def each(self, filter: Filter | None = None, turns: Sequence[str] | None = None) -> Iterator[Opinion]:
        """Of every item of a filter, oldest first. `turns` is what the filter's meaning was resolved to."""
        tables, where, values = source_of(filter or Filter(), turns)
        chosen = f"SELECT items.number FROM {tables} WHERE {' AND '.join(where)}"
        numbers = sorted(number for (number,) in self._connections.tuples(chosen, values))
        for start in range(0, len(numbers), _AT_ONCE):
            part = ",".join(map(str, numbers[start : start + _AT_ONCE]))
            rows = self._connections.tuples(
                "SELECT number, kind, state, items.label, topic, items.turn, turns.text, completions.text,"
                " wrong, differs, fresh, dispute FROM items JOIN turns ON turns.id = items.turn"
                " JOIN completions ON completions.id = items.completion"
                f" WHERE number IN ({part}) AND gone = 0 ORDER BY number"
            )
            yield from map(Opinion._make, rows)

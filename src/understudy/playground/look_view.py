"""Files that come in, as a page shows them: what a file seems to be, its first rows, imports of before."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.dataset.columns import NAMES
from understudy.dataset.jsonl import Line
from understudy.playground.bringing import FORMATS, Look
from understudy.store import Arrival
from understudy.store.batches import Batch

FIELDS = tuple(NAMES)
"""What a column may be mapped to."""

READ_AS = tuple(FORMATS)

_CELL = 400


@dataclass(frozen=True, slots=True)
class FirstRow:
    """A row as what it becomes, or the `fault` for which it cannot come in. `about` says what its answer is."""

    line: int
    fault: str = ""
    question: str = ""
    answer: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class LookView:
    """`mapped`: it is read by its columns, with `meant` from field to column; else `formats` are those of its lines."""

    kind: str
    columns: tuple[str, ...]
    meant: dict[str, str]
    mapped: bool
    formats: tuple[str, ...]
    first: tuple[FirstRow, ...]


@dataclass(frozen=True, slots=True)
class BatchView:
    """An import; `finished` and `undone` are moments, None where that did not happen."""

    id: str
    source: str
    created: str
    finished: str | None
    undone: str | None
    new: int


def look_of(looked: Look) -> LookView:
    return LookView(
        kind=str(looked.kind),
        columns=looked.columns,
        meant=dict(looked.meant),
        mapped=looked.plan.columns is not None,
        formats=looked.formats,
        first=tuple(_row(line, made) for line, made in looked.first),
    )


def batch_of(batch: Batch) -> BatchView:
    new = batch.counts.get("added", 0) + batch.counts.get("kept", 0)
    return BatchView(batch.id, batch.source, batch.created, batch.finished, batch.undone, new)


def _row(line: Line, made: Arrival | str) -> FirstRow:
    if isinstance(made, str):
        return FirstRow(line.number, made)
    if made.question is None:
        return FirstRow(line.number, question="kept as it is, not learned from")
    answer = made.wanted or made.answer
    return FirstRow(line.number, "", made.question[:_CELL], answer[:_CELL], _about(made))


def _about(made: Arrival) -> str:
    if made.label is not None:
        return "rated good" if made.label else "rated bad"
    return "better of two" if made.rejected is not None else "wanted" if made.wanted else ""

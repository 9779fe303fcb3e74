"""What arrives from any file: how its lines are to be read, and each line as the facts that it becomes.

How a file is read is settled before anything is written, from its first rows, and shown to a person (`Plan`). A line
is known again by what it says and not by how it is written down: the digest is that of the same row in every format,
without the date, the model, the answer that a correction replaced, and what a rating's own word was taken to mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.dataset import columns
from understudy.dataset.columns import NAMES, Columns
from understudy.dataset.departing import REASONS
from understudy.dataset.dialog import Dialog
from understudy.dataset.formats import Fields, Format, format_of, others, take_apart
from understudy.dataset.jsonl import Line
from understudy.dataset.outgoing import digest
from understudy.errors import InputError
from understudy.store import Arrival
from understudy.store.rows import Rows, rows_of

KNOWN = (
    '"messages", "conversations", "instruction" with "output", "input" with "preferred_output", "prompt" with'
    ' "completion", "chosen" with "rejected"'
)
_NO_TABLE = {"prompt", "chosen", "rejected"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read a file: as rows with `columns`, or as lines of `format`; with neither, each by its own keys."""

    format: Format | None = None
    columns: Columns | None = None

    @property
    def words(self) -> str:
        """The format's name, as an import keeps it."""
        return "columns" if self.columns else str(self.format or "auto")


def propose(rows: Sequence[Mapping[str, Any]], *, table: bool) -> Plan:
    """How a file that begins with `rows` seems to be meant; `table` says that its cells are all texts."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    own = set(header) <= NAMES.keys() and not set(header) <= _NO_TABLE
    if not own and table and {"instruction", "output"} <= set(header):
        return Plan(Format.ALPACA)
    formats = sum(format_of(dict(row)) is not None for row in rows)
    if table or own or 2 * formats < len(rows):
        return Plan(columns=columns.propose(header, rows))
    return Plan()


@dataclass(frozen=True, slots=True)
class Faulty:
    """A line that cannot be taken in, and why."""

    line: Line
    why: str


def read(line: Line, plan: Plan) -> Arrival | Faulty:
    """A line as facts, or what is wrong with it."""
    try:
        if line.fields is None:
            raise InputError(f"{line.fault}. Correct this line and import it again.")
        return arrival_of(line.number, line.fields, plan)
    except InputError as error:
        return Faulty(line, str(error))


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines as the rows that they become, and those that cannot."""

    rows: Rows
    faulty: Sequence[Faulty]


def parts(lines: Iterable[Arrival | Faulty], model: str, rows: int, characters: int) -> Iterator[Part]:
    """So many at once, fewer where they are long, so that they need no more memory. Feedback is on `model`.

    The first are a tenth, so that whoever writes them begins sooner.
    """
    found: list[Arrival | Faulty] = []
    size, most = 0, max(1, rows // 10)
    for line in lines:
        found.append(line)
        size += line.size if isinstance(line, Arrival) else len(line.line.text or str(line.line.fields))
        if len(found) == most or size > characters:
            yield _part(found, model)
            found, size, most = [], 0, rows
    yield _part(found, model)


def _part(lines: Sequence[Arrival | Faulty], model: str) -> Part:
    good = (line for line in lines if isinstance(line, Arrival))
    return Part(rows_of(good, model), [line for line in lines if isinstance(line, Faulty)])


def arrival_of(number: int, fields: Fields, plan: Plan) -> Arrival:
    """A line as facts, or kept whole where it is no plain dialog. Raises `InputError` with what is wrong with it."""
    format = Format.COLUMNS if plan.columns else plan.format or format_of(fields)
    if plan.columns:
        try:
            fields = columns.read_row(fields, plan.columns)
        except ValueError as error:
            raise InputError(f"{error}. Correct this row and import it again.") from error
    if format is None:
        names = ", ".join(map(json.dumps, fields))
        raise InputError(f"The keys {names} are no format known here. Known are {KNOWN}. Or name its columns.")
    try:
        parts = take_apart(fields, format)
    except (KeyError, TypeError):  # forced into a format that it does not have
        raise InputError(f"It is no line of format {format}. Choose another format, or auto.") from None
    if parts is not None:
        made = _facts(number, format, *parts)
        try:
            made.check()
            return made
        except InputError:
            if format is Format.COLUMNS:
                raise
    kept = Arrival(number, str(format), digest(fields), json.dumps(fields))
    kept.check()
    return kept


def mark(dialog: Dialog, other: Fields) -> str:
    """The digest by which the same is known again, in whatever format it comes."""
    row = columns.row_of(dialog, other)
    aside = {"date", "model"} | ({"answer"} if "correction" in row else set())
    aside |= {"label"} if "rating" in row else set()
    row = {name: value for name, value in row.items() if name not in aside}
    weights = {} if dialog.learned and not dialog.also else {"weights": [dialog.learned, list(dialog.also)]}
    return digest(row | weights)


def _facts(number: int, format: Format, dialog: Dialog, frame: Fields) -> Arrival:
    about, rated = dialog.about, dialog.label is not None and dialog.rejected is None
    wanted = dialog.learned and dialog.rejected is None and (not rated or dialog.said is not None)
    said = [(message.content, i) for i, message in enumerate(dialog.prompt) if message.role != "system"]
    return Arrival(
        number=number,
        format=str(format),
        digest=mark(dialog, others(frame, format)),
        frame=json.dumps(frame),
        question=dialog.prompt[-1].content,
        answer=(dialog.said or "") if wanted else dialog.chosen,
        wanted=dialog.chosen if wanted else None,
        rejected=dialog.rejected,
        label=dialog.label if rated else None,
        reasons=tuple(filter(None, about.rating.split(REASONS))) if rated else (),
        comment=about.comment if rated or not about.rating else f"{about.rating}: {about.comment}",
        system=dialog.system,
        before=tuple((said[i][0], said[i + 1][0], said[i + 1][1] in dialog.also) for i in range(0, len(said) - 1, 2)),
        author=about.author,
        topic=about.topic,
        tags=about.tags,
        moment=about.date,
        model=about.model,
    )

"""Exports of versions, each with the answers by which it was compared with the version that it was made of."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass

from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One question to both: what the version says (`live`) and what the export says.

    `correction` is the id of what was learned, None for an unrelated question. `app` is what the app answers where it
    is not the version that speaks there, None where it is. `gone`: the correction was deleted since, and its texts.
    """

    correction: str | None
    question: str
    live: str
    exported: str
    app: str | None
    same: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """Files of a version in one `form`, weights in `dtype`. `program` read them back; `unchecked` says why none did."""

    id: str
    version: str
    form: str
    dtype: str
    path: str
    bytes: int
    program: str
    unchecked: str
    created: str


class Exports:
    """Reached as `store.exports`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        version: str,
        form: str,
        dtype: str,
        path: str,
        size: int,
        *,
        program: str = "",
        unchecked: str = "",
        lines: Sequence[ExportLine] = (),
    ) -> Export:
        """An export of the version with this id; its folder may be moved or deleted by whoever wanted it."""
        made = Export(new_id(), version, form, dtype, checked(path, "folder"), size, program, kept(unchecked), now())
        with self._connections.writing() as db:
            db.table("exports").insert({name: getattr(made, name) for name in Export.__slots__})
            db.table("export_lines").insert_all(_row(made.id, i, line) for i, line in enumerate(lines))
        return made

    def list(self, version: str) -> builtins.list[Export]:
        """Of the version with this id, newest first."""
        rows = self._connections.rows("SELECT * FROM exports WHERE version = ? ORDER BY id DESC", [version])
        return [Export(**row) for row in rows]

    def lines(self, export: str) -> builtins.list[ExportLine]:
        """In the order they were asked."""
        rows = self._connections.rows("SELECT * FROM export_lines WHERE export = ? ORDER BY position", [export])
        return [_line(row) for row in rows]


def _row(export: str, position: int, line: ExportLine) -> Row:
    return {
        "export": export,
        "position": position,
        "correction": line.correction,
        "question": kept(line.question),
        "live": kept(line.live),
        "exported": kept(line.exported),
        "app": None if line.app is None else kept(line.app),
        "same": int(line.same),
    }


def _line(row: Row) -> ExportLine:
    return ExportLine(
        row["correction"],
        row["question"],
        row["live"],
        row["exported"],
        row["app"],
        bool(row["same"]),
        bool(row["gone"]),
    )

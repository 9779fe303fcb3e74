"""Lines that came from a training file: which facts hold their texts, and the frame that holds all the rest.

`frame` is the line without its texts (see `dataset.formats`). A line that no facts can hold has no turn, and its frame
is the whole line. Lines leave with their conversation, like everything that was said in it.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked

MOST_CHARACTERS = 8_000_000
"""Longest frame. A line kept whole may hold a picture as text, which no message of a person does."""


@dataclass(frozen=True, slots=True)
class Import:
    """Line `line` of the file `source`. `turn` asks its question, `chosen` and `rejected` are the completions.

    `digest` is the SHA-256 of the line as `dataset.jsonl` writes it, or of its texts alone where it has nothing beside
    them: the same line, or the same dialog in another format, is known again by it.
    """

    id: str
    conversation: str
    source: str
    line: int
    format: str
    digest: str
    frame: dict[str, Any]
    turn: str | None
    chosen: str | None
    rejected: str | None
    created: str


class Imports:
    """Reached as `store.imports`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        conversation: str,
        source: str,
        line: int,
        format: str,
        digest: str,
        frame: Mapping[str, Any],
        turn: str | None = None,
        chosen: str | None = None,
        rejected: str | None = None,
    ) -> Import:
        """Record a line with the facts that were made of it. Raises `InputError`."""
        row = {
            "id": new_id(),
            "conversation": conversation,
            "source": checked(source, "name of the file", empty=False, most=1_000),
            "line": line,
            "format": format,
            "digest": digest,
            "frame": checked(json.dumps(dict(frame)), "line", most=MOST_CHARACTERS),
            "turn": turn,
            "chosen": chosen,
            "rejected": rejected,
            "created": now(),
        }
        with self._connections.writing() as db:
            db.table("imports").insert(row)
        return _import(row)

    def list(self, source: str | None = None) -> builtins.list[Import]:
        """Lines whose conversation is not deleted, in the order they came; of one file with `source`."""
        rows = self._connections.rows(
            "SELECT imports.* FROM imports JOIN conversations ON conversations.id = imports.conversation"
            " WHERE deleted IS NULL AND (?1 IS NULL OR source = ?1) ORDER BY imports.id",
            [source],
        )
        return [_import(row) for row in rows]

    def sources(self) -> dict[str, int]:
        """The files that lines came from, with the number of their lines."""
        rows = self._connections.rows(
            "SELECT source, count(*) AS n FROM imports JOIN conversations ON conversations.id = imports.conversation"
            " WHERE deleted IS NULL GROUP BY source ORDER BY min(imports.id)"
        )
        return {row["source"]: row["n"] for row in rows}

    def count(self, digests: Sequence[str], besides: str = "") -> dict[str, int]:
        """How often lines of these digests are there, outside the batch `besides`; others are absent."""
        rows = self._connections.rows(
            """SELECT value AS digest, count(*) AS n
               FROM json_each(?1) CROSS JOIN imports ON imports.digest = value
               JOIN conversations ON conversations.id = imports.conversation
               WHERE deleted IS NULL AND batch IS NOT ?2 GROUP BY value""",
            [json.dumps(digests), besides],
        )
        return {row["digest"]: row["n"] for row in rows}

    def kept(self, format: str) -> Iterator[dict[str, Any]]:
        """The lines of a format that no facts hold, whole, in the order they came."""
        after = ""
        while True:
            rows = self._connections.rows(
                "SELECT imports.id, frame FROM imports JOIN conversations ON conversations.id = imports.conversation"
                " WHERE deleted IS NULL AND turn IS NULL AND format = ? AND imports.id > ?"
                " ORDER BY imports.id LIMIT 200",
                [format, after],
            )
            yield from (json.loads(row["frame"]) for row in rows)
            if not rows:
                return
            after = rows[-1]["id"]


def _import(row: Row) -> Import:
    return Import(**{**row, "frame": json.loads(row["frame"])})

"""Corrections: what a completion should have said. Append-only; the newest counts, and taking back is appended too.

The original is read here, in the same transaction, never given by a caller: what was corrected is what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_completion
from understudy.store.texts import checked


@dataclass(frozen=True, slots=True)
class Correction:
    """`original` is what the model said, `text` what the person wants; `withdrawn` takes the one before back."""

    id: str
    completion: str
    original: str
    text: str
    withdrawn: bool
    created: str
    author: str = ""
    state: str = "waiting"


class Corrections:
    """Reached as `store.corrections`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, completion: str, text: str, author: str = "") -> Correction:
        """What the answer should have been. Raises `InputError` when empty or what stands already."""
        checked(text, "correction", empty=False)
        with self._connections.writing():
            found = require_completion(self._connections, completion)
            if found["finish"] is None:
                raise InputError("This answer is still being written. Stop it, or wait until it is done.")
            latest = self.latest([completion]).get(completion)
            standing = latest.text if latest and not latest.withdrawn else found["text"]
            if text == standing:
                raise InputError("The correction says the same as the text that stands. Change it, or leave it.")
            return self._append(completion, found["text"], text, withdrawn=False, author=author)

    def withdraw(self, completion: str, author: str = "") -> Correction:
        """Take the standing correction back. Raises `InputError` when there is none."""
        with self._connections.writing():
            found = require_completion(self._connections, completion)
            latest = self.latest([completion]).get(completion)
            if latest is None or latest.withdrawn:
                raise InputError("This answer has no correction to take back.")
            return self._append(completion, found["text"], found["text"], withdrawn=True, author=author)

    def latest(self, completions: Sequence[str]) -> dict[str, Correction]:
        """The newest by completion; when it is `withdrawn`, the original stands. Uncorrected ones are absent."""
        rows = self._connections.rows(
            f"SELECT * FROM corrections WHERE id IN"
            f" (SELECT max(id) FROM corrections WHERE completion IN ({marks(completions)}) GROUP BY completion)",
            [*completions],
        )
        return {row["completion"]: _correction(row) for row in rows}

    def history(self, completion: str) -> list[Correction]:
        """Every correction of a completion, oldest first."""
        rows = self._connections.rows("SELECT * FROM corrections WHERE completion = ? ORDER BY id", [completion])
        return [_correction(row) for row in rows]

    def _append(self, completion: str, original: str, text: str, *, withdrawn: bool, author: str) -> Correction:
        row = {
            "id": new_id(),
            "completion": completion,
            "original": original,
            "text": text,
            "withdrawn": int(withdrawn),
            "created": now(),
            "author": checked(author, "author", most=1_000),
            "state": "waiting",
        }
        self._connections.mine().table("corrections").insert(row)
        return _correction(row)


def _correction(row: Row) -> Correction:
    return Correction(**{**row, "withdrawn": bool(row["withdrawn"])})

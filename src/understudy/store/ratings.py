"""Ratings: thumbs up or down on a completion, with reasons. Append-only; the newest of each author counts.

Two values move: `state` (may it be learned?) and `person` (by whose understudy?), as at corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.store.connections import Connections, Row, marks
from understudy.store.corrections import State
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_completion
from understudy.store.texts import checked, checked_each, strings, to_json


@dataclass(frozen=True, slots=True)
class Rating:
    """`label` True is good, False is bad, None takes an earlier rating back."""

    id: str
    completion: str
    label: bool | None
    reasons: tuple[str, ...]
    comment: str
    created: str
    author: str = ""
    state: str = "approved"
    person: str = ""


class Ratings:
    """Reached as `store.ratings`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        completion: str,
        label: bool | None,
        reasons: Sequence[str] = (),
        comment: str = "",
        author: str = "",
        state: State = "approved",
        person: str = "",
    ) -> Rating:
        """What a person thinks of an answer. Raises `InputError`, `NotFoundError`."""
        row = {
            "id": new_id(),
            "completion": completion,
            "label": None if label is None else int(bool(label)),
            "reasons": to_json(checked_each(reasons, "reason"), "reasons"),
            "comment": checked(comment, "comment"),
            "created": now(),
            "author": checked(author, "author", most=1_000),
            "state": state,
            "person": checked(person, "name", most=200),
        }
        with self._connections.writing() as db:
            require_completion(self._connections, completion)
            db.table("ratings").insert(row)
        return _rating(row)

    def latest(self, completions: Sequence[str]) -> dict[str, Rating]:
        """The rating that counts, by completion; one with label None was taken back. Unrated ones are absent."""
        rows = self._connections.rows(
            f"SELECT * FROM ratings WHERE id IN"
            f" (SELECT max(id) FROM ratings WHERE completion IN ({marks(completions)}) GROUP BY completion)",
            [*completions],
        )
        return {row["completion"]: _rating(row) for row in rows}

    def standing(self, person: str | None = "") -> list[Rating]:
        """Every approved rating that counts, in conversations that are not deleted, oldest first.

        Those for everyone, and with a `person` also those that teach theirs; with None everybody's.
        """
        rows = self._connections.rows(
            """SELECT r.* FROM ratings AS r JOIN completions ON completions.id = r.completion
               JOIN turns ON turns.id = completions.turn JOIN conversations ON conversations.id = turns.conversation
               WHERE deleted IS NULL AND r.label IS NOT NULL AND r.state = 'approved'
                 AND (?1 IS NULL OR r.person IN ('', ?1))
                 AND r.id = (SELECT max(id) FROM ratings WHERE completion = r.completion AND author = r.author)
               ORDER BY r.id""",
            [person],
        )
        return [_rating(row) for row in rows]

    def history(self, completion: str) -> list[Rating]:
        """Every rating of a completion, oldest first."""
        rows = self._connections.rows("SELECT * FROM ratings WHERE completion = ? ORDER BY id", [completion])
        return [_rating(row) for row in rows]


def _rating(row: Row) -> Rating:
    label = None if row["label"] is None else bool(row["label"])
    return Rating(**{**row, "label": label, "reasons": strings(row["reasons"])})

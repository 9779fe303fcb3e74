"""Wordings: questions in other words that a model or a rule wrote, and that a person decides about one by one.

They are synthetic, and stay so: a table of their own, never an item, never an answer. One belongs to the completion
whose answer it also asks for, whatever stands there, and leaves with it. Only approved ones train.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from understudy.errors import InputError
from understudy.store.connections import Connections, Row
from understudy.store.corrections import State
from understudy.store.filters import STATES
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_completion
from understudy.store.texts import checked

Method = Literal["paraphrase", "translation", "synonyms", "order"]


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` asks what `question` asks. `model` wrote it, "" where a rule did; `author` asked for it."""

    id: str
    completion: str
    question: str
    text: str
    method: Method
    model: str
    author: str
    state: State
    created: str
    item: int | None = None


_WORDING = """
    SELECT w.id, w.completion, turns.text AS question, w.text, w.method, w.model, w.author, w.state, w.created,
        (SELECT min(number) FROM items WHERE items.completion = w.completion AND gone = 0 AND items.turn = turns.id)
            AS item
    FROM wordings AS w JOIN completions ON completions.id = w.completion JOIN turns ON turns.id = completions.turn
    JOIN conversations ON conversations.id = turns.conversation WHERE deleted IS NULL
"""


class Wordings:
    """Reached as `store.wordings`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, completion: str, texts: Sequence[str], method: Method, model: str = "", author: str = "") -> int:
        """Propose them; how many were not there yet. Raises `InputError`, `NotFoundError`."""
        if method not in get_args(Method):
            raise InputError(f"{method!r} is no way to write wordings. Choose one of: {', '.join(get_args(Method))}.")
        with self._connections.writing() as db:
            require_completion(self._connections, completion)
            made = 0
            for text in texts:
                row = (new_id(), completion, checked(text, "wording", empty=False), method, model, author, now())
                sql = (
                    "INSERT OR IGNORE INTO wordings (id, completion, text, method, model, author, state, created)"
                    " VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)"
                )
                made += db.execute(sql, row).rowcount
        return made

    def list(self, state: str = "", after: str = "", limit: int = 50) -> builtins.list[Wording]:
        """The oldest first, those after the id `after`; "" is every state."""
        rows = self._connections.rows(
            f"{_WORDING} AND (?1 = '' OR w.state = ?1) AND w.id > ?2 ORDER BY w.id LIMIT ?3", [state, after, limit]
        )
        return [_wording(row) for row in rows]

    def of(self, completion: str) -> builtins.list[Wording]:
        rows = self._connections.rows(f"{_WORDING} AND w.completion = ? ORDER BY w.id", [completion])
        return [_wording(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many wait, are approved, are rejected."""
        rows = self._connections.rows(f"SELECT state, count(*) AS n FROM ({_WORDING}) GROUP BY state")
        return dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in rows}

    def approved(self, completions: Sequence[str], until: str = "") -> dict[str, tuple[Wording, ...]]:
        """By completion, what may train; with `until`, only what was decided by then."""
        rows = self._connections.rows(
            f"{_WORDING} AND w.state = 'approved' AND (?2 = '' OR w.decided <= ?2)"
            " AND w.completion IN (SELECT value FROM json_each(?1)) ORDER BY w.id",
            [json.dumps(completions), until],
        )
        found: dict[str, tuple[Wording, ...]] = {}
        for one in map(_wording, rows):
            found[one.completion] = (*found.get(one.completion, ()), one)
        return found

    def decide(self, ids: Sequence[str], state: str, decider: str = "") -> dict[str, str]:
        """Approve or reject them, or let them wait again; what each was before. Raises `InputError`."""
        if state not in STATES:
            raise InputError(f"{state!r} is no decision. Choose one of: {', '.join(STATES)}.")
        chosen = json.dumps(ids)
        with self._connections.writing() as db:
            rows = self._connections.rows(
                "SELECT id, state FROM wordings WHERE id IN (SELECT value FROM json_each(?)) AND state <> ?",
                [chosen, state],
            )
            db.execute(
                "UPDATE wordings SET state = ?2, decided = ?3, decider = ?4"
                " WHERE id IN (SELECT value FROM json_each(?1)) AND state <> ?2",
                [chosen, state, now(), checked(decider, "name", most=200)],
            )
        return {row["id"]: row["state"] for row in rows}

    def put_back(self, before: Mapping[str, str], decider: str = "") -> None:
        """What `decide` told, undone."""
        for state in set(before.values()):
            self.decide([id for id, was in before.items() if was == state], state, decider)


def _wording(row: Row) -> Wording:
    return Wording(**row)

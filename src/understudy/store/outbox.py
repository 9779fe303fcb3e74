"""What is to be written down elsewhere: each fact with all that it needs to be understood, and each deletion.

A fact leaves with its conversation, the turns and answers that lead to it and the answers it is about, and with nothing
else that was said there. What was not about the fact (a title, the branch that is looked at, the prompt with the notes
of others) stays here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now

AT_ONCE = 500

ABOUT = {"corrections": ("completion",), "ratings": ("completion",), "preferences": ("a", "b")}
"""The columns of a fact that name the answers it is about."""

_PATH = """WITH RECURSIVE path (turn) AS (
    SELECT turn FROM completions WHERE id IN ({marks})
    UNION SELECT completions.turn FROM path JOIN turns ON turns.id = path.turn
        JOIN completions ON completions.id = turns.parent
)"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outbox. `kind` is the table of a fact, or `gone`, `back` or `purged` of a conversation.

    `rows` are the fact and what it needs, by table, in the order in which they need each other; empty for the others.
    """

    number: int
    kind: str
    subject: str
    rows: Mapping[str, Sequence[Row]]


class Outbox:
    """Reached as `store.outbox`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def listen(self, on: bool = True) -> str:
        """From now on facts enter, or no more do; the name of this store among others, which it keeps."""
        with self._connections.writing() as db:
            known = self._connections.row("SELECT id FROM replicas")
            replica = str(known["id"]) if known else new_id()
            row = {"id": replica, "listening": int(on), "created": now()}
            db.execute(
                "INSERT INTO replicas VALUES (:id, :listening, :created)"
                " ON CONFLICT (id) DO UPDATE SET listening = excluded.listening",
                row,
            )
        return replica

    def next(self) -> list[Entry]:
        """The oldest entries, at most `AT_ONCE`. A fact whose conversation was purged meanwhile comes without rows."""
        rows = self._connections.rows("SELECT * FROM outbox ORDER BY number LIMIT ?", [AT_ONCE])
        return [Entry(row["number"], row["kind"], row["subject"], self._needed(row)) for row in rows]

    def needed(self, corrections: Sequence[str]) -> list[dict[str, list[Row]]]:
        """The rows of each of these corrections and of what it needs, as an entry has them; without those purged."""
        found = (self._needed({"kind": "corrections", "subject": correction}) for correction in corrections)
        return [rows for rows in found if rows]

    def take_out(self, until: int) -> None:
        """Forget the entries up to this number: they are written down."""
        with self._connections.writing() as db:
            db.execute("DELETE FROM outbox WHERE number <= ?", [until])

    def _needed(self, entry: Row) -> dict[str, list[Row]]:
        table = entry["kind"]
        fact = self._rows(table, "id = ?", [entry["subject"]]) if table in ABOUT else []
        if not fact:
            return {}
        answers = [fact[0][column] for column in ABOUT[table]]
        path = _PATH.format(marks=marks(answers))
        turns = self._connections.rows(f"{path} SELECT turns.* FROM turns JOIN path ON path.turn = turns.id", answers)
        on_the_way = [turn["parent"] for turn in turns if turn["parent"]]
        said = self._rows("completions", f"id IN ({marks([*answers, *on_the_way])})", [*answers, *on_the_way])
        talks = self._rows("conversations", "id = ?", [turns[0]["conversation"]])
        return {
            "conversations": [talk | {"title": "", "head": None, "deleted": None, "batch": None} for talk in talks],
            "turns": [turn | {"chosen": None} for turn in turns],
            "completions": [answer | {"prompt": "", "finish": answer["finish"] or "interrupted"} for answer in said],
            table: fact,
        }

    def _rows(self, table: str, where: str, values: Sequence[object]) -> list[Row]:
        return self._connections.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY id", values)

"""Turns: what a person asked. A conversation is a tree: a turn hangs on the completion it continues from.

Editing an earlier message is a new turn with the same parent; nothing that was said is ever overwritten.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.search import any_of
from understudy.store.standing import unknown, unknown_conversation
from understudy.store.texts import checked


@dataclass(frozen=True, slots=True)
class Turn:
    """`parent` is the completion it continues from, None at the root; `system` the system prompt it was asked with.

    `chosen` is the completion the person continues from, None while they have not said. `person` is whose understudy
    learns from what they do with it, "" everyone's.
    """

    id: str
    conversation: str
    parent: str | None
    text: str
    system: str
    blind: bool
    chosen: str | None
    created: str
    person: str = ""


class Turns:
    """Reached as `store.turns`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        conversation: str,
        text: str,
        parent: str | None = None,
        system: str = "",
        blind: bool = False,
        person: str = "",
    ) -> Turn:
        """Record what was asked, stand on it, and move the conversation to the top of the list.

        Raises `InputError` for an empty or unusable text or a parent of another conversation, `NotFoundError`.
        """
        row = {
            "id": new_id(),
            "conversation": conversation,
            "parent": parent,
            "text": checked(text, "message", empty=False),
            "system": checked(system, "system prompt"),
            "blind": int(blind),
            "chosen": None,
            "created": now(),
            "person": checked(person, "name", most=200),
        }
        with self._connections.writing() as db:
            self._check_parent(conversation, parent)
            moved = db.execute(
                "UPDATE conversations SET head = ?, updated = ? WHERE id = ?", [row["id"], row["created"], conversation]
            )
            if not moved.rowcount:
                raise unknown_conversation(conversation)
            db.table("turns").insert(row)
        return _turn(row)

    def get(self, turn: str) -> Turn:
        found = self.find(turn)
        if found is None:
            raise unknown("turn", turn)
        return found

    def find(self, turn: str) -> Turn | None:
        row = self._connections.row("SELECT * FROM turns WHERE id = ?", [turn])
        return _turn(row) if row else None

    def children(self, parent: str | None, conversation: str | None = None) -> builtins.list[Turn]:
        """What was asked after a completion, oldest first; the roots of `conversation` when `parent` is None."""
        if parent is None:
            return self._all("conversation = ? AND parent IS NULL", conversation)
        return self._all("parent = ?", parent)

    def siblings(self, turn: Turn) -> builtins.list[Turn]:
        """The versions of one question, itself among them, oldest first."""
        return self.children(turn.parent, turn.conversation)

    def path(self, turn: str) -> builtins.list[Turn]:
        """From the root to `turn`: the branch it stands on. Empty when the turn is unknown."""
        rows = self._connections.rows(
            """WITH RECURSIVE up AS (
                   SELECT turns.*, 0 AS depth FROM turns WHERE id = ?
                   UNION ALL
                   SELECT turns.*, depth + 1 FROM up
                   JOIN completions ON completions.id = up.parent JOIN turns ON turns.id = completions.turn
               ) SELECT id, conversation, parent, text, system, blind, chosen, created FROM up ORDER BY depth DESC""",
            [turn],
        )
        return [_turn(row) for row in rows]

    def asking(self, text: str, limit: int = 50) -> builtins.list[Turn]:
        """Turns of conversations that are not deleted that ask `text`, letter by letter, oldest first."""
        rows = self._connections.rows(
            "SELECT turns.* FROM turns JOIN conversations ON conversations.id = turns.conversation"
            " WHERE substr(turns.text, 1, 64) = substr(?1, 1, 64) AND turns.text = ?1 AND deleted IS NULL"
            " ORDER BY turns.id LIMIT ?2",
            [text, limit],
        )
        return [_turn(row) for row in rows]

    def opening_with(self, words: Sequence[str], limit: int, person: str = "") -> builtins.list[Turn]:
        """Turns that begin a conversation and hold one of `words`, of those said last; at most `limit`, newest first.

        Of chats only those of `person`, "" this machine's own; for "" also what lies at the desk for everyone: imports,
        and what anybody gave feedback on. So nobody reads what only somebody else said to the model.
        """
        rows = self._connections.rows(
            """SELECT turns.* FROM turns JOIN conversations ON conversations.id = turns.conversation
               WHERE deleted IS NULL AND +turns.parent IS NULL AND turns.id IN (
                   SELECT * FROM (
                       SELECT source FROM search JOIN passages ON passages.id = search.rowid
                       JOIN conversations ON conversations.id = passages.conversation
                       WHERE search MATCH :query AND kind = 'turn' AND person = :person
                       ORDER BY search.rowid DESC LIMIT :limit)
                   UNION SELECT * FROM (
                       SELECT turn FROM item_search JOIN items ON items.number = item_search.rowid
                       WHERE item_search MATCH :query AND gone = 0 AND items.person = '' AND :person = ''
                       ORDER BY item_search.rowid DESC LIMIT :limit))
               ORDER BY turns.id DESC LIMIT :limit""",
            {"query": any_of(words), "person": person, "limit": limit},
        )
        return [_turn(row) for row in rows]

    def standing(self, turns: Sequence[str]) -> frozenset[str]:
        """Those of these turns whose conversation is there and not deleted."""
        rows = self._connections.rows(
            f"""SELECT turns.id FROM turns JOIN conversations ON conversations.id = turns.conversation
                WHERE deleted IS NULL AND turns.id IN ({marks(turns)})""",
            turns,
        )
        return frozenset(row["id"] for row in rows)

    def set_chosen(self, turn: str, completion: str | None) -> None:
        """The completion the person continues from; every choice is kept. `InputError` for one of another turn."""
        with self._connections.writing() as db:
            if completion is not None:
                answers = self._connections.row("SELECT turn FROM completions WHERE id = ?", [completion])
                if answers is None or answers["turn"] != turn:
                    raise InputError(f"Completion {completion} is no answer to turn {turn}. Reload the page.")
            if not db.execute("UPDATE turns SET chosen = ? WHERE id = ?", [completion, turn]).rowcount:
                raise unknown("turn", turn)
            row = {"id": new_id(), "turn": turn, "completion": completion, "created": now()}
            db.table("continuations").insert(row)

    def _all(self, where: str, value: str | None) -> builtins.list[Turn]:
        return [_turn(row) for row in self._connections.rows(f"SELECT * FROM turns WHERE {where} ORDER BY id", [value])]

    def _check_parent(self, conversation: str, parent: str | None) -> None:
        if parent is None:
            return
        row = self._connections.row(
            "SELECT conversation FROM turns JOIN completions ON completions.turn = turns.id WHERE completions.id = ?",
            [parent],
        )
        if row is None or row["conversation"] != conversation:
            raise InputError(f"Completion {parent} is not part of conversation {conversation}. Reload the page.")


def _turn(row: Row) -> Turn:
    return Turn(**{**row, "blind": bool(row["blind"])})

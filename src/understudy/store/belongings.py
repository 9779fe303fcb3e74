"""Whose a thing is: everything that hangs on a conversation belongs to the conversation's person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from understudy.errors import NotFoundError
from understudy.store.connections import Connections, marks
from understudy.store.standing import unknown, unknown_conversation

Thing = Literal["conversation", "turn", "completion"]

_PERSON = {
    "conversation": "conversations WHERE conversations.id",
    "turn": "turns JOIN conversations ON conversations.id = turns.conversation WHERE turns.id",
    "completion": "completions JOIN turns ON turns.id = completions.turn"
    " JOIN conversations ON conversations.id = turns.conversation WHERE completions.id",
}


class Belongings:
    """Reached as `store.belongings`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def require(self, thing: Thing, id: str, person: str) -> None:
        """Raises `NotFoundError` where there is no such thing, and the same where it is somebody else's."""
        if not self.of(thing, [id], person):
            raise missing(thing, id)

    def of(self, thing: Thing, ids: Sequence[str], person: str) -> list[str]:
        """Those of `ids` that are there and belong to `person`, in their order."""
        sql = f"SELECT {thing}s.id FROM {_PERSON[thing]} IN ({marks(ids)}) AND conversations.person = ?"
        own = {row["id"] for row in self._connections.rows(sql, [*ids, person])}
        return [id for id in ids if id in own]


def missing(thing: Thing, id: str) -> NotFoundError:
    return unknown_conversation(id) if thing == "conversation" else unknown(thing, id)

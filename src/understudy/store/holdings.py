"""How much of a person's lies in the store: counted where it lies, so that no restart forgets it."""

from __future__ import annotations

from understudy.store.connections import Connections

_CHARACTERS = """
    SELECT coalesce(sum(length(title) + length(system)), 0) FROM conversations WHERE person = ?1
    UNION ALL SELECT coalesce(sum(length(turns.text) + length(turns.system)), 0)
        FROM turns JOIN conversations ON conversations.id = turns.conversation
        WHERE conversations.person = ?1
    UNION ALL SELECT coalesce(sum(length(text)), 0) FROM corrections WHERE author = ?1
    UNION ALL SELECT coalesce(sum(length(comment)), 0) FROM ratings WHERE author = ?1
"""


class Holdings:
    """Reached as `store.holdings`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def characters(self, person: str) -> int:
        """Of what a person wrote: messages, system prompts, titles, corrections and comments, deleted ones too."""
        return sum(int(next(iter(row.values()))) for row in self._connections.rows(_CHARACTERS, [person]))

    def conversations(self, person: str) -> int:
        """A person's chats, without deleted ones."""
        sql = "SELECT count(*) AS held FROM conversations WHERE person = ? AND deleted IS NULL AND batch IS NULL"
        row = self._connections.row(sql, [person])
        return int(row["held"]) if row else 0

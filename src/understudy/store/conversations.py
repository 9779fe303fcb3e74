"""Conversations: a title, how their columns answer, and which branch is looked at.

Deleting hides a conversation and can be undone; `purge` takes its text off the disk. `updated` is when something was
last asked, so that renaming or looking does not reorder the list.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field

from understudy.errors import InputError
from understudy.store import sampling as sampling_json
from understudy.store import search as searching
from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import unknown_conversation
from understudy.store.texts import checked, checked_each, strings, to_json
from understudy.types import Sampling

MOST_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """`head` is the turn the person stands on; `columns` are names such as `base`, `champion`, `v3`.

    `created`, `updated` and `deleted` are ISO-8601 UTC text; `deleted` is None while it is in the list. `batch` is the
    import that brought it, None for a chat. `person` is whose it is, "" the person of this machine.
    """

    id: str
    title: str
    system: str
    columns: tuple[str, ...]
    sampling: Sampling
    blind: bool
    head: str | None
    created: str
    updated: str
    deleted: str | None = None
    batch: str | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class ConversationHit:
    """A line of the list. `snippet` shows where a search hit, the hit in ⟦⟧; empty without a search."""

    id: str
    title: str
    created: str
    updated: str
    snippet: str = field(default="")


_QUOTE_NO_MORE = """
    UPDATE versions SET report = json_set(report, '$.beside', (
        SELECT json_group_array(json(value)) FROM json_each(report, '$.beside')
        WHERE json_extract(value, '$.turn') IN (SELECT id FROM turns)))
    WHERE json_array_length(report, '$.beside') > 0
"""
"""A version's report quotes what people asked near a lesson, each with its turn: it goes with that."""


class Conversations:
    """Reached as `store.conversations`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        title: str = "",
        system: str = "",
        columns: Sequence[str] = ("base",),
        sampling: Sampling | None = None,
        blind: bool = False,
        person: str = "",
    ) -> Conversation:
        """A new, empty conversation of a person. Raises `InputError`."""
        moment = now()
        row = {
            "id": new_id(),
            "title": checked(title, "title", most=MOST_TITLE),
            "system": checked(system, "system prompt"),
            "columns": _columns(columns),
            "sampling": sampling_json.dump(sampling or Sampling()),
            "blind": int(blind),
            "head": None,
            "created": moment,
            "updated": moment,
            "deleted": None,
            "person": person,
        }
        with self._connections.writing() as db:
            db.table("conversations").insert(row)
        return _conversation(row)

    def get(self, conversation: str) -> Conversation:
        """Also a deleted one, until it is purged. Raises `NotFoundError`."""
        found = self.find(conversation)
        if found is None:
            raise unknown_conversation(conversation)
        return found

    def find(self, conversation: str) -> Conversation | None:
        row = self._connections.row("SELECT * FROM conversations WHERE id = ?", [conversation])
        return _conversation(row) if row else None

    def list(
        self, search: str = "", limit: int = 200, offset: int = 0, person: str = ""
    ) -> builtins.list[ConversationHit]:
        """A person's chats, newest first, without deleted ones.

        With `search`, those with all its words in one title or text.
        """
        if search.strip():
            found = searching.hits(self._connections, checked(search, "search"), person, limit, offset)
        else:
            found = self._connections.rows(
                "SELECT id, title, created, updated FROM conversations WHERE deleted IS NULL AND batch IS NULL"
                " AND person = ? ORDER BY updated DESC, id DESC LIMIT ? OFFSET ?",
                [person, limit, offset],
            )
        return [ConversationHit(**row) for row in found]

    def set_title(self, conversation: str, title: str) -> None:
        self._set(conversation, "title", checked(title, "title", most=MOST_TITLE))

    def set_system(self, conversation: str, system: str) -> None:
        """For turns to come: every turn keeps the system prompt it was asked with."""
        self._set(conversation, "system", checked(system, "system prompt"))

    def set_columns(self, conversation: str, columns: Sequence[str]) -> None:
        self._set(conversation, "columns", _columns(columns))

    def set_sampling(self, conversation: str, sampling: Sampling) -> None:
        self._set(conversation, "sampling", sampling_json.dump(sampling))

    def set_blind(self, conversation: str, blind: bool) -> None:
        self._set(conversation, "blind", int(blind))

    def set_head(self, conversation: str, turn: str | None) -> None:
        """Stand on another branch. Raises `InputError` when the turn is not of this conversation."""
        with self._connections.writing() as db:
            if turn is not None:
                row = self._connections.row("SELECT conversation FROM turns WHERE id = ?", [turn])
                if row is None or row["conversation"] != conversation:
                    raise InputError(f"Turn {turn} is not part of conversation {conversation}. Reload the page.")
            if not db.execute("UPDATE conversations SET head = ? WHERE id = ?", [turn, conversation]).rowcount:
                raise unknown_conversation(conversation)

    def give(self, person: str, to: str) -> int:
        """Make all chats of a person somebody else's, deleted ones too; how many of those in the list."""
        whose = "WHERE person = ? AND batch IS NULL"
        with self._connections.writing() as db:
            row = self._connections.row(
                f"SELECT count(*) AS n FROM conversations {whose} AND deleted IS NULL", [person]
            )
            db.execute(
                f"UPDATE conversations SET person = ? WHERE id IN (SELECT id FROM conversations {whose})", [to, person]
            )
        return int((row or {})["n"])

    def delete(self, conversation: str) -> None:
        """Out of the list; `restore` brings it back until it is purged."""
        self._set(conversation, "deleted", now())

    def restore(self, conversation: str) -> None:
        self._set(conversation, "deleted", None)

    def purge(self, older_than_seconds: float, person: str | None = None) -> int:
        """Take conversations deleted at least so long ago off the disk, a person's or all, and say how many.

        Their texts are in no table, no index and no byte of the file afterwards: the search index is built anew
        (its old entries would keep words), VACUUM writes the file anew and the WAL is emptied. The emptied rows go
        last: a purge that was interrupted finds them again and begins anew.
        """
        due = "conversations WHERE deleted IS NOT NULL AND deleted <= ?1 AND (?2 IS NULL OR person = ?2)"
        before = [now(seconds_ago=older_than_seconds), person]
        if self._connections.row(f"SELECT 1 FROM {due}", before) is None:
            return 0
        with self._connections.writing() as db:
            db.execute(f"DELETE FROM turns WHERE conversation IN (SELECT id FROM {due})", before)
            db.execute(f"DELETE FROM imports WHERE conversation IN (SELECT id FROM {due})", before)
            db.execute(
                f"UPDATE conversations SET title = '', system = '', head = NULL WHERE id IN (SELECT id FROM {due})",
                before,
            )
            db.execute(f"DELETE FROM passages WHERE conversation IN (SELECT id FROM {due})", before)
            db.execute(_QUOTE_NO_MORE)
            searching.rebuild(db)
        self._connections.rewrite()
        with self._connections.writing() as db:
            return int(db.execute(f"DELETE FROM {due}", before).rowcount)

    def _set(self, conversation: str, column: str, value: object) -> None:
        with self._connections.writing() as db:
            done = db.execute(f"UPDATE conversations SET {column} = ? WHERE id = ?", [value, conversation])
            if not done.rowcount:
                raise unknown_conversation(conversation)


def _columns(names: Sequence[str]) -> str:
    if not names:
        raise InputError("A conversation needs at least one column. Choose one, for example base.")
    return to_json(checked_each(names, "name of a column"), "columns")


def _conversation(row: Row) -> Conversation:
    return Conversation(
        **{
            **row,
            "columns": strings(row["columns"]),
            "sampling": sampling_json.load(row["sampling"]),
            "blind": bool(row["blind"]),
        }
    )

"""What every fact asks first: are the turn and the completion it speaks of there, and not deleted?"""

from __future__ import annotations

from understudy.errors import NotFoundError
from understudy.store.connections import Connections, Row


def require_turn(connections: Connections, turn: str) -> Row:
    """Its row. Raises `NotFoundError`."""
    return _require(connections, "turn", turn)


def require_completion(connections: Connections, completion: str) -> Row:
    """Its row. Raises `NotFoundError`."""
    return _require(connections, "completion", completion)


def unknown(noun: str, name: str) -> NotFoundError:
    """The sentence for an id that names nothing."""
    return NotFoundError(f"There is no {noun} {name}; its conversation may have been deleted. Reload the page.")


def unknown_conversation(conversation: str) -> NotFoundError:
    return NotFoundError(f"There is no conversation {conversation}; it may have been deleted. Choose another one.")


def _require(connections: Connections, noun: str, name: str) -> Row:
    row = connections.row(f"SELECT * FROM {noun}s WHERE id = ?", [name])
    if row is None:
        raise unknown(noun, name)
    turn = row["id"] if noun == "turn" else row["turn"]
    if connections.row(
        "SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation"
        " WHERE turns.id = ? AND deleted IS NOT NULL",
        [turn],
    ):
        raise NotFoundError("This conversation was deleted, so nothing was saved. Bring it back, or choose another.")
    return row

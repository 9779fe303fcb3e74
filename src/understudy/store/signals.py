"""Weak signals: what people do that says which answer was better, without their saying so.

Going on from one answer of several, asking for another attempt, asking an earlier message in other words. Attempts are
in the completions already; only what the tree cannot tell is a fact of its own: which answer was picked to go on from
(a default is no choice), and which turn is an edit (another question at the same place is none). What is worth
learning is read from these, and nothing of it counts unless a person turns that on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from understudy.store.connections import Connections
from understudy.store.moments import now
from understudy.store.standing import require_turn

SignalKind = Literal["continued", "regenerated", "edited"]

_STANDING = """
    WITH candidates AS MATERIALIZED (
        SELECT turn FROM continuations UNION SELECT turn FROM edits UNION SELECT earlier FROM edits
        UNION SELECT turn FROM completions GROUP BY turn, position HAVING count(*) > 1
    ), shown AS (
        SELECT id, turn, position FROM completions AS c
        WHERE turn IN (SELECT turn FROM candidates) AND finish = 'stop' AND trim(text) <> ''
          AND id = (SELECT max(id) FROM completions WHERE turn = c.turn AND position = c.position)
    ), signals AS (
        SELECT 'continued' AS kind, mine.turn, mine.id AS better, other.id AS worse
        FROM continuations AS k JOIN shown AS mine ON mine.id = k.completion JOIN shown AS other ON other.turn = k.turn
        WHERE other.id <> mine.id AND k.id = (SELECT max(id) FROM continuations WHERE turn = k.turn)
          AND EXISTS (SELECT 1 FROM turns WHERE parent = k.completion)
        UNION ALL
        SELECT 'regenerated', mine.turn, mine.id, earlier.id
        FROM shown AS mine JOIN completions AS earlier ON earlier.turn = mine.turn
        WHERE earlier.position = mine.position AND earlier.id < mine.id AND earlier.finish IN ('stop', 'length')
        UNION ALL
        SELECT 'edited', mine.turn, mine.id, earlier.id
        FROM edits JOIN shown AS mine ON mine.turn = edits.turn JOIN shown AS earlier ON earlier.turn = edits.earlier
        WHERE earlier.position = mine.position
    )
    SELECT kind, turn, better, worse FROM signals JOIN turns ON turns.id = signals.turn
    JOIN conversations ON conversations.id = turns.conversation
    WHERE deleted IS NULL AND (?2 IS NULL OR turns.person IN ('', ?2))
      AND (?2 IS NULL OR NOT EXISTS (
          SELECT 1 FROM completions WHERE id IN (better, worse) AND person NOT IN ('', ?2)))
      AND NOT EXISTS (SELECT 1 FROM preferences WHERE turn = signals.turn AND verdict <> 'withdrawn'
                      AND vote = (SELECT max(vote) FROM preferences WHERE turn = signals.turn))
      AND (?1 OR NOT EXISTS (SELECT 1 FROM items WHERE subject = signals.kind || ' ' || better || ' ' || worse
                             AND state <> 'approved'))
    ORDER BY better, worse, kind
"""


@dataclass(frozen=True, slots=True)
class Signal:
    """Completion `better` seemed better than `worse`, as an answer to `turn`.

    Of an edit, `worse` answered the earlier wording: it is not what was really asked for.
    """

    kind: SignalKind
    turn: str
    better: str
    worse: str

    @property
    def id(self) -> str:
        """The same wherever its facts are: two stores that share them agree on it."""
        return f"{self.kind} {self.better} {self.worse}"


class Signals:
    """Reached as `store.signals`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add_edit(self, turn: str, earlier: str) -> None:
        """`turn` asks in other words what `earlier` asked. Raises `NotFoundError`."""
        with self._connections.writing() as db:
            require_turn(self._connections, turn)
            require_turn(self._connections, earlier)
            db.table("edits").insert({"turn": turn, "earlier": earlier, "created": now()})

    def standing(self, person: str | None = "", *, rejected: bool = False) -> list[Signal]:
        """All that may be learned from, in conversations that are not deleted. A vote on a turn says more: none there.

        Those for everyone, and with a `person` also those that teach theirs; with None everybody's. What is said to or
        by somebody's own understudy is none of everyone's business. The newest attempt of a column stands for it, and
        only one that ended by itself. With `rejected`, those too that an expert did not approve.
        """
        return [Signal(**row) for row in self._connections.rows(_STANDING, [rejected, person])]

    def stamp(self) -> tuple[object, ...]:
        """Changes whenever `standing` may say something else, and costs far less to ask."""
        row = self._connections.row("""
            SELECT (SELECT max(id) FROM completions) AS answers, (SELECT count(*) FROM edits) AS edits,
                   (SELECT max(id) FROM continuations) AS choices, (SELECT max(id) FROM preferences) AS votes,
                   (SELECT max(id) FROM turns) AS turns
        """)
        return tuple((row or {}).values())

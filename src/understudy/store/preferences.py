"""Preferences: which of two answers to one turn is better. Append-only; the newest vote of a turn counts.

A vote among N answers is N - 1 pairs written at once, the chosen one against each other; without a winner, the first
against each other. `vote` ties the pairs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.errors import InputError
from understudy.store.connections import Connections, Row, marks
from understudy.store.corrections import State
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_turn
from understudy.store.texts import checked

Verdict = Literal["a", "b", "tie", "both_bad", "withdrawn"]
_CHOICES = ("a", "tie", "both_bad")


@dataclass(frozen=True, slots=True)
class Preference:
    """One pair. `verdict` "a" means that completion `a` is better; `vote` is the id of the vote's first pair."""

    id: str
    vote: str
    turn: str
    a: str
    b: str
    verdict: Verdict
    blind: bool
    created: str
    author: str = ""
    state: str = "approved"
    person: str = ""


class Preferences:
    """Reached as `store.preferences`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add_choice(
        self,
        turn: str,
        chosen: str | None,
        others: Sequence[str],
        verdict: str = "a",
        blind: bool | None = None,
        author: str = "",
        state: State = "approved",
        person: str = "",
    ) -> list[Preference]:
        """A vote: `chosen` beats every one of `others` ("a"), or nobody wins among `others` ("tie", "both_bad").

        `blind` None takes it from the turn. Raises `InputError` for anything that is no vote on answers of this turn.
        """
        if verdict not in _CHOICES or (verdict == "a") != (chosen is not None):
            raise InputError(f"{verdict!r} with {chosen or 'no answer'} chosen is no vote. Choose a, tie or both_bad.")
        answers = list(others) if chosen is None else [chosen, *others]
        if len(answers) < 2 or len(set(answers)) < len(answers):
            raise InputError("A vote needs two different answers or more. Add a column and ask again.")
        with self._connections.writing():
            asked = require_turn(self._connections, turn)
            self._check_answers(turn, answers)
            pairs = [(answers[0], other) for other in answers[1:]]
            blind = bool(asked["blind"]) if blind is None else blind
            return self._append(turn, pairs, verdict, blind, author, state, person)

    def withdraw(self, turn: str) -> list[Preference]:
        """Take the standing vote of a turn back. Raises `InputError` when there is none."""
        with self._connections.writing():
            standing = self.latest([turn]).get(turn)
            if standing is None or standing[0].verdict == "withdrawn":
                raise InputError("This turn has no vote to take back.")
            pairs, blind = [(pair.a, pair.b) for pair in standing], standing[0].blind
            return self._append(turn, pairs, "withdrawn", blind, person=standing[0].person)

    def latest(self, turns: Sequence[str]) -> dict[str, list[Preference]]:
        """The pairs of the newest vote, by turn; verdict "withdrawn" when it was taken back. Others are absent."""
        rows = self._connections.rows(
            f"""SELECT * FROM preferences AS p WHERE turn IN ({marks(turns)})
                AND vote = (SELECT max(vote) FROM preferences WHERE turn = p.turn) ORDER BY turn, id""",
            [*turns],
        )
        found: dict[str, list[Preference]] = {}
        for row in rows:
            found.setdefault(row["turn"], []).append(_preference(row))
        return found

    def standing(self, person: str | None = "") -> list[Preference]:
        """The pairs of every approved vote that stands, in conversations that are not deleted, oldest first.

        Those for everyone, and with a `person` also those that teach theirs; with None everybody's.
        """
        rows = self._connections.rows(
            """SELECT p.* FROM preferences AS p JOIN turns ON turns.id = p.turn
               JOIN conversations ON conversations.id = turns.conversation
               WHERE deleted IS NULL AND verdict <> 'withdrawn' AND p.state = 'approved'
                 AND (?1 IS NULL OR p.person IN ('', ?1))
                 AND vote = (SELECT max(vote) FROM preferences WHERE turn = p.turn) ORDER BY p.id""",
            [person],
        )
        return [_preference(row) for row in rows]

    def history(self, turn: str) -> list[Preference]:
        """Every pair of every vote on a turn, oldest first."""
        rows = self._connections.rows("SELECT * FROM preferences WHERE turn = ? ORDER BY id", [turn])
        return [_preference(row) for row in rows]

    def _check_answers(self, turn: str, answers: Sequence[str]) -> None:
        sql = f"SELECT id FROM completions WHERE turn = ? AND id IN ({marks(answers)})"
        known = {row["id"] for row in self._connections.rows(sql, [turn, *answers])}
        for answer in answers:
            if answer not in known:
                raise InputError(f"Completion {answer} is no answer to turn {turn}. Reload the page and vote again.")

    def _append(
        self,
        turn: str,
        pairs: Sequence[tuple[str, str]],
        verdict: str,
        blind: bool,
        author: str = "",
        state: State = "approved",
        person: str = "",
    ) -> list[Preference]:
        ids = [new_id() for _ in pairs]
        moment = now()
        rows: list[Row] = [
            {
                "id": mine,
                "vote": ids[0],
                "turn": turn,
                "a": a,
                "b": b,
                "verdict": verdict,
                "blind": int(blind),
                "created": moment,
                "author": checked(author, "author", most=1_000),
                "state": state,
                "person": checked(person, "name", most=200),
            }
            for mine, (a, b) in zip(ids, pairs, strict=True)
        ]
        self._connections.mine().table("preferences").insert_all(rows)
        return [_preference(row) for row in rows]


def _preference(row: Row) -> Preference:
    return Preference(**{**row, "blind": bool(row["blind"])})

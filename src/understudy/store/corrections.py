"""Corrections: what a completion should have said. Append-only; the newest counts, and taking back is appended too.

The original is read here, in the same transaction, never given by a caller: what was corrected is what was said.
Three values move: `state` (may it be learned?), `enabled` (may it be recalled?) and `person` (whose understudy does it
teach? "" is everyone's). Whether a version has learned it is not stored here but follows from the verdicts of the
version that is live.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.errors import InputError
from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_completion, unknown
from understudy.store.texts import checked, checked_each, strings, to_json

State = Literal["waiting", "approved", "rejected"]

_STANDING = """
    corrections AS c JOIN completions ON completions.id = c.completion JOIN turns ON turns.id = completions.turn
    JOIN conversations ON conversations.id = turns.conversation
    WHERE NOT c.withdrawn AND conversations.deleted IS NULL
      AND c.id = (SELECT max(id) FROM corrections WHERE completion = c.completion)
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """`original` is what the model said, `text` what the person wants; `withdrawn` takes the one before back."""

    id: str
    completion: str
    original: str
    text: str
    withdrawn: bool
    created: str
    author: str = ""
    state: str = "waiting"
    enabled: bool = True
    tags: tuple[str, ...] = ()
    person: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A standing correction with what was asked: what memory recalls and training learns.

    `turn` is where it was asked, `question` its text, `system` its system prompt, `follows` the completion before it
    (None at the start of a conversation), `original` what the model said and `wanted` what it should have said.
    `person` is whose understudy it teaches, "" everyone's.
    """

    id: str
    completion: str
    turn: str
    conversation: str
    question: str
    system: str
    follows: str | None
    original: str
    wanted: str
    state: str
    enabled: bool
    created: str
    tags: tuple[str, ...] = ()
    person: str = ""


class Corrections:
    """Reached as `store.corrections`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self, completion: str, text: str, author: str = "", tags: Sequence[str] = (), person: str = ""
    ) -> Correction:
        """What the answer should have been, for whose understudy. Raises `InputError` when empty or what stands."""
        checked(text, "correction", empty=False)
        with self._connections.writing():
            found = require_completion(self._connections, completion)
            if found["finish"] is None:
                raise InputError("This answer is still being written. Stop it, or wait until it is done.")
            latest = self.latest([completion]).get(completion)
            standing = latest.text if latest and not latest.withdrawn else found["text"]
            if text == standing:
                raise InputError("The correction says the same as the text that stands. Change it, or leave it.")
            return self._append(
                completion, found["text"], text, withdrawn=False, author=author, tags=tags, person=person
            )

    def withdraw(self, completion: str, author: str = "") -> Correction:
        """Take the standing correction back. Raises `InputError` when there is none."""
        with self._connections.writing():
            found = require_completion(self._connections, completion)
            latest = self.latest([completion]).get(completion)
            if latest is None or latest.withdrawn:
                raise InputError("This answer has no correction to take back.")
            text, whose = found["text"], latest.person
            return self._append(completion, text, text, withdrawn=True, author=author, person=whose)

    def latest(self, completions: Sequence[str]) -> dict[str, Correction]:
        """The newest by completion; when it is `withdrawn`, the original stands. Uncorrected ones are absent."""
        rows = self._connections.rows(
            f"SELECT * FROM corrections WHERE id IN"
            f" (SELECT max(id) FROM corrections WHERE completion IN ({marks(completions)}) GROUP BY completion)",
            [*completions],
        )
        return {row["completion"]: _correction(row) for row in rows}

    def history(self, completion: str) -> list[Correction]:
        """Every correction of a completion, oldest first."""
        rows = self._connections.rows("SELECT * FROM corrections WHERE completion = ? ORDER BY id", [completion])
        return [_correction(row) for row in rows]

    def lessons(self, state: State | None = "approved", person: str | None = "") -> list[Lesson]:
        """Standing corrections of conversations that are not deleted, oldest first; of any state with None.

        They are those for everyone, and with a `person` also those that teach theirs; with None everybody's.
        """
        whose = "(?2 IS NULL OR c.person IN ('', ?2))"
        return self._lessons(f"(?1 IS NULL OR c.state = ?1) AND {whose}", [state, person])

    def standing(self, corrections: Sequence[str]) -> dict[str, Lesson]:
        """The lessons of these corrections, of any state; those withdrawn, replaced or deleted since are absent."""
        return {lesson.id: lesson for lesson in self._lessons(f"c.id IN ({marks(corrections)})", [*corrections])}

    def taken_back(self, corrections: Sequence[str]) -> frozenset[str]:
        """Those of `corrections` in whose place nothing stands any more: withdrawn, rejected or deleted."""
        rows = self._connections.rows(
            f"""SELECT id FROM corrections WHERE id IN ({marks(corrections)})
                AND completion IN (SELECT c.completion FROM {_STANDING} AND c.state <> 'rejected')""",
            [*corrections],
        )
        return frozenset(corrections) - {row["id"] for row in rows}

    def stamp(self) -> tuple[object, ...]:
        """Changes whenever `lessons` may say something else, and costs far less to ask."""
        row = self._connections.row("""
            SELECT count(*) AS corrections, max(id) AS newest,
                   total(rowid * (enabled + 2 * (state = 'approved') + 4 * (state = 'rejected') + 8 * length(person)))
                   AS states,
                   (SELECT total(rowid) FROM conversations WHERE deleted IS NOT NULL) AS deleted FROM corrections
        """)
        return tuple((row or {}).values())

    def find_lesson(self, correction: str) -> Lesson | None:
        """The lesson of a correction that stands; None when it was withdrawn, replaced or deleted."""
        return self.standing([correction]).get(correction)

    def mark(self) -> str:
        """Changes whenever a correction is added, taken back, approved, rejected or switched; costs no texts."""
        rows = self._connections.rows(
            "SELECT state, enabled, withdrawn, person, count(*) AS n, max(id) AS newest FROM corrections"
            " GROUP BY 1, 2, 3, 4"
        )
        return "|".join(",".join(map(str, row.values())) for row in rows)

    def set_state(self, correction: str, state: State) -> None:
        """Approve it, reject it, or let it wait again. Raises `NotFoundError`."""
        self._set(correction, "state", state)

    def set_enabled(self, correction: str, enabled: bool) -> None:
        """Whether answers may recall it. Raises `NotFoundError`."""
        self._set(correction, "enabled", int(enabled))

    def approve_waiting(self) -> int:
        """Approve what was corrected here by those whose word counts (this machine's person, curators, owners).

        Says how many. What came in with a file or from a Space waits for a person.
        """
        with self._connections.writing() as db:
            return db.execute(
                "UPDATE corrections SET state = 'approved' WHERE state = 'waiting' AND (author = ''"
                " OR author IN (SELECT name FROM people WHERE role IN ('curator', 'owner'))) AND completion IN"
                " (SELECT completions.id FROM completions JOIN turns ON turns.id = turn"
                " JOIN conversations ON conversations.id = conversation WHERE batch IS NULL)"
            ).rowcount

    def _lessons(self, where: str, parameters: Sequence[object]) -> list[Lesson]:
        rows = self._connections.rows(
            f"""SELECT c.id, c.completion, turns.id AS turn, turns.conversation, turns.text AS question, turns.system,
                turns.parent AS follows, c.original, c.text AS wanted, c.state, c.enabled, c.created, c.tags, c.person
                FROM {_STANDING} AND {where} ORDER BY c.id""",
            parameters,
        )
        return [Lesson(**{**row, "enabled": bool(row["enabled"]), "tags": strings(row["tags"])}) for row in rows]

    def _set(self, correction: str, column: str, value: object) -> None:
        with self._connections.writing() as db:
            if not db.execute(f"UPDATE corrections SET {column} = ? WHERE id = ?", [value, correction]).rowcount:
                raise unknown("correction", correction)

    def _append(
        self,
        completion: str,
        original: str,
        text: str,
        *,
        withdrawn: bool,
        author: str,
        tags: Sequence[str] = (),
        person: str = "",
    ) -> Correction:
        row = {
            "id": new_id(),
            "completion": completion,
            "original": original,
            "text": text,
            "withdrawn": int(withdrawn),
            "created": now(),
            "author": checked(author, "author", most=1_000),
            "state": "waiting",
            "enabled": 1,
            "tags": to_json(checked_each(tags, "tag"), "tags"),
            "person": checked(person, "name", most=200),
        }
        self._connections.mine().table("corrections").insert(row)
        return _correction(row)


def _correction(row: Row) -> Correction:
    flags = {name: bool(row[name]) for name in ("withdrawn", "enabled")}
    return Correction(**{**row, **flags, "tags": strings(row["tags"])})

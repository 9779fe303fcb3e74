"""Forgetting a person: everything that hangs on their name, counted first and then taken off the disk.

Their conversations go with all that was said there. What they said about answers of others goes too, and nothing takes
its place: what stood before was replaced or taken back for a reason, and forgetting must teach nobody. That something
was decided, and when, stays, without a name. Their account goes last: who was forgotten halfway is still known, and can
be forgotten again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from understudy.store.connections import Connections, Row
from understudy.store.conversations import Conversations
from understudy.store.corrections import Corrections
from understudy.store.moments import now
from understudy.store.preferences import Preferences
from understudy.store.search import rebuild

FORGOTTEN = "(forgotten)"
"""Whose decisions stay: no account can be called that."""

_THEIRS = "SELECT id FROM conversations WHERE person = :name"
_TURNS = f"SELECT id FROM turns WHERE conversation IN ({_THEIRS})"
_ANSWERS = f"SELECT id FROM completions WHERE turn IN ({_TURNS})"
_SAID = {
    "corrections": f"author = :name OR completion IN ({_ANSWERS})",
    "ratings": f"author = :name OR completion IN ({_ANSWERS})",
    "preferences": f"author = :name OR turn IN ({_TURNS})",
}
"""What of each kind of fact goes: what they said, and what anybody said in their conversations."""

_ABOUT = (
    {"table": "corrections", "answer": "completion"},
    {"table": "ratings", "answer": "completion"},
    {"table": "preferences", "answer": "a"},
)
_PLACED = "{table} AS fact JOIN completions ON completions.id = fact.{answer} JOIN turns ON turns.id = completions.turn"
"""A fact with where it was said."""

_OWNED = ("corrections", "ratings", "preferences", "turns", "champions", "versions", "runs", "items")
_LASTING = ("corrections_stay", "corrections_never_change", "ratings_stay", "preferences_stay")
"""The triggers that keep a fact as long as its conversation is there."""


@dataclass(frozen=True, slots=True)
class Traces:
    """How much there is of a person. `versions` are those of an understudy of their own that have a folder still;
    `marked` are the others that learned from what goes: they stay, and tell so."""

    conversations: int = 0
    corrections: int = 0
    ratings: int = 0
    votes: int = 0
    versions: int = 0
    marked: int = 0


class Erasure:
    """Reached as `store.erasure`."""

    def __init__(
        self,
        connections: Connections,
        conversations: Conversations,
        corrections: Corrections,
        preferences: Preferences,
    ) -> None:
        self._connections = connections
        self._conversations = conversations
        self._corrections = corrections
        self._preferences = preferences

    def traces(self, name: str) -> Traces:
        """What would go with a person."""
        row = self._connections.row(
            f"""SELECT (SELECT count(*) FROM conversations WHERE person = :name) AS conversations,
                (SELECT count(DISTINCT completion) FROM corrections WHERE {_SAID["corrections"]}) AS corrections,
                (SELECT count(DISTINCT completion) FROM ratings WHERE {_SAID["ratings"]}) AS ratings,
                (SELECT count(DISTINCT turn) FROM preferences WHERE {_SAID["preferences"]}) AS votes,
                (SELECT count(*) FROM versions WHERE person = :name AND removed IS NULL) AS versions,
                (SELECT count(DISTINCT versions.id) FROM versions JOIN verdicts ON verdicts.version = versions.id
                 WHERE person <> :name AND removed IS NULL AND correction IN
                 (SELECT id FROM corrections WHERE {_SAID["corrections"]})) AS marked""",
            {"name": name},
        )
        return Traces(**(row or {}))

    def conversations(self, name: str) -> list[str]:
        """The ids of a person's conversations, deleted ones too."""
        return [row["id"] for row in self._connections.rows(_THEIRS, {"name": name})]

    def facts(self, name: str) -> frozenset[str]:
        """The ids of what goes, and of their answers: a run that learns from these learns what is forgotten."""
        sql = " UNION ".join([_ANSWERS, *(f"SELECT id FROM {table} WHERE {where}" for table, where in _SAID.items())])
        return frozenset(row["id"] for row in self._connections.rows(sql, {"name": name}))

    def erase(self, name: str) -> None:
        """Take everything of a person off the disk. Their sessions have ended, and their understudy is retired."""
        with self._connections.without(_LASTING) as db:
            self._write_anew(db, name)
            self._take_back(name)
            self._unsay(db, name)
            self._unname(db, name)
            db.execute("UPDATE conversations SET deleted = ? WHERE person = ?", [now(), name])
            db.execute("DELETE FROM explorations")  # a filter may ask for their words, or for them
            rebuild(db)
        if not self._conversations.purge(0, name):
            self._connections.rewrite()
        with self._connections.writing() as db:
            db.execute("DELETE FROM people WHERE name = ?", [name])
        self._connections.settle()

    def _take_back(self, name: str) -> None:
        """What they said of answers of others, and stands: from now on nothing stands there."""
        for row in self._standing(name, "corrections", "completion", "NOT withdrawn", "id"):
            self._corrections.withdraw(row["completion"], FORGOTTEN)
        for row in self._standing(name, "preferences", "turn", "verdict <> 'withdrawn'", "vote"):
            self._preferences.withdraw(row["turn"])

    def _standing(self, name: str, table: str, about: str, counts: str, newest: str) -> list[Row]:
        """What their newest word of a kind is about, in conversations of others."""
        placed = _PLACED.format(table=table, answer="completion" if about == "completion" else "a")
        return self._connections.rows(
            f"""SELECT DISTINCT fact.{about} FROM {placed} JOIN conversations ON conversations.id = conversation
                WHERE author = :name AND {counts} AND deleted IS NULL AND conversations.person <> :name
                AND fact.{newest} = (SELECT max({newest}) FROM {table} WHERE {about} = fact.{about})""",
            {"name": name},
        )

    def _unsay(self, db: Database, name: str) -> None:
        """Their words leave: facts, notes, and filters that they named."""
        values = {"name": name, "forgotten": FORGOTTEN}
        db.execute("UPDATE corrections SET author = :forgotten WHERE author = :name AND withdrawn", values)
        for fact in ("corrections", "ratings", "preferences", "views"):
            db.execute(f"DELETE FROM {fact} WHERE author = :name", values)
        db.execute("DELETE FROM items WHERE author = :name AND (kind = 'rating' OR gone & 2)", values)
        written = "SELECT item, after FROM changes JOIN acts ON number = act WHERE author = :name AND field = 'note'"
        db.execute(f"UPDATE items SET note = '' WHERE (number, note) IN ({written})", values)
        for side in ("before", "after"):  # what they wrote last, so that it tells what else repeats it
            db.execute(f"UPDATE changes SET {side} = '' WHERE field = 'note' AND (item, {side}) IN ({written})", values)

    def _unname(self, db: Database, name: str) -> None:
        """What was decided stays, and what an understudy of theirs was; by whom and whose, does not."""
        values = {"name": name, "left": f"{name} (left ", "forgotten": FORGOTTEN, "gone": f"(forgotten {now()})"}
        for table, column in (
            ("acts", "author"),
            ("items", "author"),
            ("balances", "author"),
            ("wordings", "author"),
            ("wordings", "decider"),
        ):
            db.execute(f"UPDATE {table} SET {column} = :forgotten WHERE {column} = :name", values)
        theirs = "{0} = :name OR substr({0}, 1, length(:left)) = :left"
        for table in _OWNED:
            db.execute(f"UPDATE {table} SET person = :gone WHERE {theirs.format('person')}", values)
        for side in ("before", "after"):
            where = f"field = 'person' AND ({theirs.format(side)})"
            db.execute(f"UPDATE changes SET {side} = :gone WHERE {where}", values)
        db.execute("DELETE FROM understudies WHERE person = :name", values)

    def _write_anew(self, db: Database, name: str) -> None:
        """Where facts are written down elsewhere too: lines of theirs go, and those beside them are written anew."""
        if self._connections.row("SELECT 1 FROM replicas WHERE listening") is None:
            return
        spoken = "SELECT conversation FROM {placed} WHERE author = :name AND conversation NOT IN ({theirs})"
        beside = " UNION ".join(spoken.format(placed=_PLACED.format(**fact), theirs=_THEIRS) for fact in _ABOUT)
        db.execute(f"INSERT INTO outbox (kind, subject) SELECT 'purged', conversation FROM ({beside})", {"name": name})
        for fact in _ABOUT:
            again = f"{_PLACED.format(**fact)} WHERE author <> :name AND conversation IN ({beside})"
            db.execute(
                f"INSERT INTO outbox (kind, subject) SELECT '{fact['table']}', fact.id FROM {again}", {"name": name}
            )

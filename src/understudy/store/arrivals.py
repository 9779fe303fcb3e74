"""Lines on their way in, many at once: the facts that each becomes, and the frame of what facts cannot hold.

One statement a table for some thousand lines, in one transaction: twenty times as fast as a call for every fact. The
ids are drawn in the order of the lines, so that the order of a file is the order of its facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from understudy.errors import InputError
from understudy.store import sampling as sampling_json
from understudy.store.connections import Connections, marks
from understudy.store.corrections import State
from understudy.store.ids import new_ids
from understudy.store.imports import MOST_CHARACTERS
from understudy.store.moments import now
from understudy.store.texts import checked, checked_each, to_json
from understudy.store.writer import this_writer
from understudy.types import Sampling

LABEL = "imported"
"""What a person reads above an answer that came in a file."""

CACHE = "PRAGMA cache_size = -65536"
"""64 MiB instead of two: digests come in no order, so that their index is written all over."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line. `before` are the exchanges above its question: what was asked, what was said, whether that is wanted.

    `answer` is what a model said, `wanted` what it should have said, `rejected` the worse answer of a pair with
    `answer`, `label` a rating of `answer`. Without a `question` the line is kept as its frame alone.
    """

    number: int
    format: str
    digest: str
    frame: str
    question: str | None = None
    answer: str = ""
    wanted: str | None = None
    rejected: str | None = None
    label: bool | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    system: str = ""
    before: tuple[tuple[str, str, bool], ...] = ()
    author: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    moment: str = ""
    model: str = ""

    @property
    def size(self) -> int:
        """About how many characters it holds."""
        said = sum(len(asked) + len(told) for asked, told, _ in self.before)
        texts = (self.frame, self.question, self.answer, self.wanted, self.rejected, self.comment)
        return said + sum(len(text) for text in texts if text)

    def check(self) -> None:
        """Whether the store can hold it as it is. Raises `InputError`."""
        checked(self.frame, "line", most=MOST_CHARACTERS)
        if self.question is None:
            return
        checked(self.question, "question", empty=False)
        for asked, said, _ in self.before:
            checked(asked, "question", empty=False)
            checked(said, "answer")
        if self.wanted is not None:
            checked(self.wanted, "correction", empty=False)
            if self.wanted == self.answer:
                raise InputError("The correction says the same as the answer.")
        if any(wanted and not said.strip() for _, said, wanted in self.before):
            raise InputError("An answer that is wanted is empty.")
        for text in (self.answer, self.rejected or "", self.comment, self.system):
            checked(text, "text")
        for text in (self.author, self.topic, self.model):
            checked(text, "name", most=1_000)
        checked_each((*self.tags, *self.reasons), "tag")


@dataclass(slots=True)
class _Rows:
    """Rows by table; `facts` have the name of theirs, because items are numbered as facts come, whatever their kind."""

    conversations: list[tuple[object, ...]] = field(default_factory=list)
    turns: list[tuple[object, ...]] = field(default_factory=list)
    completions: list[tuple[object, ...]] = field(default_factory=list)
    facts: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    imports: list[tuple[object, ...]] = field(default_factory=list)
    topics: list[tuple[object, ...]] = field(default_factory=list)
    notes: list[tuple[object, ...]] = field(default_factory=list)
    tags: list[tuple[object, ...]] = field(default_factory=list)


_COLUMNS = {
    "conversations": "id, title, system, columns, sampling, blind, head, created, updated, batch",
    "turns": "id, conversation, parent, text, system, blind, chosen, created",
    "completions": "id, turn, position, model, version, label, sampling, text, finish, writer, saved, created,"
    " finished",
    "ratings": "id, completion, label, reasons, comment, created, author, state",
    "corrections": "id, completion, original, text, withdrawn, created, author, state, enabled, tags",
    "preferences": "id, vote, turn, a, b, verdict, blind, created, author, state",
    "imports": "id, conversation, source, line, format, digest, frame, turn, chosen, rejected, created",
}
_INSERT = {
    table: f"INSERT INTO {table} ({columns}) VALUES ({marks(columns.split(','))})"
    for table, columns in _COLUMNS.items()
}
_BESIDE = {
    "topics": "UPDATE items SET topic = ? WHERE subject = ?",
    "notes": "UPDATE items SET note = ? WHERE subject = ?",
    "tags": "INSERT OR IGNORE INTO item_tags (tag, item) SELECT ?, number FROM items WHERE subject = ?",
}


class Arrivals:
    """Reached as `store.arrivals`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, batch: str, source: str, arrivals: Sequence[Arrival], model: str, state: State) -> None:
        """Write checked lines together, as feedback on `model` that is in `state`."""
        rows = _Rows()
        maker = _Maker(rows, batch, source, model, state, sum(8 + 2 * len(a.before) for a in arrivals))
        for arrival in arrivals:
            maker.make(arrival)
        self._connections.mine().execute(CACHE)
        with self._connections.writing() as db:
            for table in ("conversations", "turns", "completions", "imports"):
                db.conn.executemany(_INSERT[table], getattr(rows, table))
            for table, facts in groupby(rows.facts, key=itemgetter(0)):
                db.conn.executemany(_INSERT[table], map(itemgetter(1), facts))
            for name, sql in _BESIDE.items():
                db.conn.executemany(sql, getattr(rows, name))


class _Maker:
    """Makes the rows of one line after the other."""

    def __init__(self, rows: _Rows, batch: str, source: str, model: str, state: State, ids: int) -> None:
        self._rows, self._batch, self._source, self._model, self._state = rows, batch, source, model, state
        self._ids = iter(new_ids(ids))
        self._now = now()
        self._writer = this_writer()
        self._sampling = sampling_json.dump(Sampling())
        self._columns = to_json(["base"], "columns")

    def make(self, line: Arrival) -> None:
        moment, talk = line.moment or self._now, next(self._ids)
        made: tuple[str | None, ...] = (None, None, None)
        if line.question is not None:
            made = self._facts(line, talk, moment)
        about = ("", line.system, self._columns, self._sampling, 0)
        self._rows.conversations.append((talk, *about, made[0], moment, moment, self._batch))
        kept = (line.number, line.format, line.digest, line.frame)
        self._rows.imports.append((next(self._ids), talk, self._source, *kept, *made, self._now))

    def _facts(self, line: Arrival, talk: str, moment: str) -> tuple[str, str, str | None]:
        """Its turns, its answers and what is thought of them; ids of the last turn, the answer and the worse one."""
        above: str | None = None
        for asked, said, wanted in line.before:
            above = self._exchange(line, talk, above, asked, "" if wanted else said, moment)[1]
            if wanted:
                self._correct(line, above, "", said, moment)
        turn, answer = self._exchange(line, talk, above, line.question or "", line.answer, moment)
        if line.wanted is not None:
            self._correct(line, answer, line.answer, line.wanted, moment)
        if line.label is not None:
            self._rate(line, answer, moment)
        rejected = self._vote(line, turn, answer, moment) if line.rejected is not None else None
        return turn, answer, rejected

    def _exchange(
        self, line: Arrival, talk: str, above: str | None, asked: str, said: str, moment: str
    ) -> tuple[str, str]:
        turn, answer = next(self._ids), next(self._ids)
        self._rows.turns.append((turn, talk, above, asked, line.system, 0, answer, moment))
        self._answer(line, turn, answer, 0, said, moment)
        return turn, answer

    def _answer(self, line: Arrival, turn: str, answer: str, position: int, said: str, moment: str) -> None:
        who = (line.model or self._model, 0, LABEL, self._sampling)
        told = (said, "stop", self._writer, moment, moment, moment)
        self._rows.completions.append((answer, turn, position, *who, *told))

    def _correct(self, line: Arrival, answer: str, said: str, wanted: str, moment: str) -> None:
        told = (said, wanted, 0, moment, line.author, self._state, 1, to_json(line.tags, "tags") if line.tags else "[]")
        self._rows.facts.append(("corrections", (next(self._ids), answer, *told)))
        self._beside(line, f"correction {answer}", tagged=True)
        if line.comment and line.label is None:
            self._rows.notes.append((line.comment, f"correction {answer}"))

    def _rate(self, line: Arrival, answer: str, moment: str) -> None:
        told = (int(bool(line.label)), to_json(line.reasons, "reasons"), line.comment, moment, line.author)
        self._rows.facts.append(("ratings", (next(self._ids), answer, *told, self._state)))
        self._beside(line, f"rating {answer} {line.author}")

    def _vote(self, line: Arrival, turn: str, answer: str, moment: str) -> str:
        rejected, vote = next(self._ids), next(self._ids)
        self._answer(line, turn, rejected, 1, line.rejected or "", moment)
        told = ("a", 0, moment, line.author, self._state)
        self._rows.facts.append(("preferences", (vote, vote, turn, answer, rejected, *told)))
        self._beside(line, f"vote {turn}")
        if line.comment:
            self._rows.notes.append((line.comment, f"vote {turn}"))
        return rejected

    def _beside(self, line: Arrival, subject: str, *, tagged: bool = False) -> None:
        """Topic and tags of its item; those of a correction come with the correction."""
        if line.topic:
            self._rows.topics.append((line.topic, subject))
        if not tagged:
            self._rows.tags += [(tag, subject) for tag in line.tags]

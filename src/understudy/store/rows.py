"""What a line of a file becomes: a row here and there, in every table that its facts and their items belong to.

The ids are drawn in the order of the lines, so that the order of a file is the order of its facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from understudy.store import sampling as sampling_json
from understudy.store.arrival import Arrival
from understudy.store.corrections import State
from understudy.store.ids import ids
from understudy.store.moments import now
from understudy.store.texts import to_json
from understudy.store.writer import this_writer
from understudy.types import Sampling

LABEL = "imported"
"""What a person reads above an answer that came in a file."""

TABLES = {
    "conversations": "id, title, system, columns, sampling, blind, head, created, updated, batch",
    "turns": "id, conversation, parent, text, system, blind, chosen, created",
    "completions": "id, turn, position, model, version, label, sampling, text, finish, writer, saved, created,"
    " finished",
    "imports": "id, conversation, source, line, format, digest, frame, turn, chosen, rejected, created",
    "corrections": "id, completion, original, text, withdrawn, created, author, state, enabled, tags",
    "ratings": "id, completion, label, reasons, comment, created, author, state",
    "preferences": "id, vote, turn, a, b, verdict, blind, created, author, state",
    "items": "subject, kind, fact, turn, completion, model, version, state, label, author, topic, note, created",
}
"""The columns of a row, in the order in which tables need each other."""

Row = tuple[object, ...]


@dataclass(slots=True)
class Rows:
    """Rows by table, in the order of `TABLES`. `tags` are a tag and the place among `items` of what it is on."""

    conversations: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)
    completions: list[Row] = field(default_factory=list)
    imports: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    preferences: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)


class Maker:
    """Makes the `rows` of one line after the other."""

    def __init__(self, batch: str, source: str, model: str, state: State) -> None:
        self.rows = Rows()
        self._batch, self._source, self._model, self._state = batch, source, model, state
        self._ids = ids()
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
        self.rows.conversations.append((talk, *about, made[0], moment, moment, self._batch))
        kept = (line.number, line.format, line.digest, line.frame)
        self.rows.imports.append((next(self._ids), talk, self._source, *kept, *made, self._now))

    def _facts(self, line: Arrival, talk: str, moment: str) -> tuple[str, str, str | None]:
        """Its turns, its answers and what is thought of them; ids of the last turn, the answer and the worse one."""
        above: str | None = None
        for asked, said, wanted in line.before:
            turn, above = self._exchange(line, talk, above, asked, "" if wanted else said, moment)
            if wanted:
                self._correct(line, turn, above, "", said, moment)
        turn, answer = self._exchange(line, talk, above, line.question or "", line.answer, moment)
        if line.wanted is not None:
            self._correct(line, turn, answer, line.answer, line.wanted, moment)
        if line.label is not None:
            self._rate(line, turn, answer, moment)
        rejected = self._vote(line, turn, answer, moment) if line.rejected is not None else None
        return turn, answer, rejected

    def _exchange(
        self, line: Arrival, talk: str, above: str | None, asked: str, said: str, moment: str
    ) -> tuple[str, str]:
        turn, answer = next(self._ids), next(self._ids)
        self.rows.turns.append((turn, talk, above, asked, line.system, 0, answer, moment))
        self._answer(line, turn, answer, 0, said, moment)
        return turn, answer

    def _answer(self, line: Arrival, turn: str, answer: str, position: int, said: str, moment: str) -> None:
        who = (line.model or self._model, 0, LABEL, self._sampling)
        told = (said, "stop", self._writer, moment, moment, moment)
        self.rows.completions.append((answer, turn, position, *who, *told))

    def _correct(self, line: Arrival, turn: str, answer: str, said: str, wanted: str, moment: str) -> None:
        fact, tags = next(self._ids), to_json(line.tags, "tags") if line.tags else "[]"
        told = (said, wanted, 0, moment, line.author, self._state, 1, tags)
        self.rows.corrections.append((fact, answer, *told))
        note = line.comment if line.label is None else ""
        self._item(line, f"correction {answer}", "correction", fact, turn, answer, "", note, moment)

    def _rate(self, line: Arrival, turn: str, answer: str, moment: str) -> None:
        fact, label = next(self._ids), "good" if line.label else "bad"
        told = (int(bool(line.label)), to_json(line.reasons, "reasons"), line.comment, moment, line.author)
        self.rows.ratings.append((fact, answer, *told, self._state))
        self._item(line, f"rating {answer} {line.author}", "rating", fact, turn, answer, label, "", moment)

    def _vote(self, line: Arrival, turn: str, answer: str, moment: str) -> str:
        rejected, vote = next(self._ids), next(self._ids)
        self._answer(line, turn, rejected, 1, line.rejected or "", moment)
        told = ("a", 0, moment, line.author, self._state)
        self.rows.preferences.append((vote, vote, turn, answer, rejected, *told))
        self._item(line, f"vote {turn}", "vote", vote, turn, answer, "chosen", line.comment, moment)
        return rejected

    def _item(
        self,
        line: Arrival,
        subject: str,
        kind: str,
        fact: str,
        turn: str,
        answer: str,
        label: str,
        note: str,
        moment: str,
    ) -> None:
        """What the triggers of facts and tags would make, with topic and note at once."""
        if line.tags:
            self.rows.tags += [(tag, len(self.rows.items)) for tag in line.tags]
        what = (subject, kind, fact, turn, answer, line.model or self._model, 0, self._state)
        self.rows.items.append((*what, label, line.author, line.topic, note, moment))

"""What a line of a file becomes: a row here and there, in every table that its facts and their items belong to.

The ids are drawn in the order of the lines, so that the order of a file is the order of its facts. Nothing here asks
the store, so that another process can do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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

VALUES = {
    "conversations": "?1, '', ?2, {columns}, {sampling}, 0, ?3, ?4, ?4, {batch}",
    "turns": "?1, ?2, ?3, ?4, ?5, 0, ?6, ?7",
    "completions": "?1, ?2, ?3, ?4, 0, {label}, {sampling}, ?5, 'stop', {writer}, ?6, ?6, ?6",
    "imports": "?1, ?2, {source}, ?3, ?4, ?5, ?6, ?7, ?8, ?9, {now}",
    "corrections": "?1, ?2, ?3, ?4, 0, ?5, ?6, {state}, 1, ?7",
    "ratings": "?1, ?2, ?3, ?4, ?5, ?6, ?7, {state}",
    "preferences": "?1, ?1, ?2, ?3, ?4, 'a', 0, ?5, ?6, {state}",
    "items": "?1, ?2, ?3, ?4, ?5, ?6, 0, {state}, ?7, ?8, ?9, ?10, ?11",
}
"""Where each of them is from: a row of `Rows`, or what is the same in all rows of a batch (`constants`)."""

Row = tuple[object, ...]


class Known(NamedTuple):
    """A line of a file: by what it is known again, whether it can be learned from, and where its rows end."""

    digest: str
    learned: bool
    ends: tuple[int, ...]


@dataclass(slots=True)
class Rows:
    """Rows in the order of `TABLES`, then tags with the place among items of what they are on."""

    lines: list[Known] = field(default_factory=list)
    tables: tuple[list[Row], ...] = field(default_factory=lambda: tuple([] for _ in (*TABLES, "tags")))

    def only(self, places: Sequence[int]) -> Rows:
        """The rows of these lines."""
        if len(places) == len(self.lines):
            return self
        made = Rows()
        *tables, tags = made.tables
        for place in places:
            line = self.lines[place]
            begins = self.lines[place - 1].ends if place else (0,) * len(line.ends)
            moved = len(tables[-1]) - begins[-2]
            for table, mine, begin, end in zip(tables, self.tables, begins, line.ends, strict=False):
                table += mine[begin:end]
            tags += [(tag, item + moved) for tag, item in self.tables[-1][begins[-1] : line.ends[-1]]]  # type: ignore[operator]
            made.lines.append(Known(line.digest, line.learned, tuple(map(len, made.tables))))
        return made

    @property
    def newest(self) -> str:
        """The greatest id."""
        return str(self.tables[_IMPORTS][-1][0])


_IMPORTS = [*TABLES].index("imports")


def constants(batch: str, source: str, state: State) -> dict[str, str]:
    """What `VALUES` names, of one import that is written by this process."""
    return {
        "batch": batch,
        "source": source,
        "state": state,
        "now": now(),
        "writer": this_writer(),
        "label": LABEL,
        "sampling": sampling_json.dump(Sampling()),
        "columns": to_json(["base"], "columns"),
    }


def rows_of(lines: Iterable[Arrival], model: str) -> Rows:
    """The rows of checked lines, as feedback on `model`."""
    maker = Maker(model)
    for line in lines:
        maker.make(line)
    return maker.rows


class Maker:
    """Makes the `rows` of one line after the other."""

    def __init__(self, model: str) -> None:
        self.rows = Rows()
        tables = self.rows.tables
        self._talks, self._turns, self._answers, self._imports = tables[:4]
        self._corrections, self._ratings, self._votes, self._items, self._tags = tables[4:]
        self._model = model
        self._ids = ids()
        self._now = now()

    def make(self, line: Arrival) -> None:
        moment, talk = line.moment or self._now, next(self._ids)
        made: tuple[str | None, ...] = (None, None, None)
        if line.question is not None:
            made = self._facts(line, talk, moment)
        self._talks.append((talk, line.system, made[0], moment))
        self._imports.append((next(self._ids), talk, line.number, line.format, line.digest, line.frame, *made))
        self.rows.lines.append(Known(line.digest, line.question is not None, tuple(map(len, self.rows.tables))))

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
        self._turns.append((turn, talk, above, asked, line.system, answer, moment))
        self._answer(line, turn, answer, 0, said, moment)
        return turn, answer

    def _answer(self, line: Arrival, turn: str, answer: str, position: int, said: str, moment: str) -> None:
        self._answers.append((answer, turn, position, line.model or self._model, said, moment))

    def _correct(self, line: Arrival, turn: str, answer: str, said: str, wanted: str, moment: str) -> None:
        fact, tags = next(self._ids), to_json(line.tags, "tags") if line.tags else "[]"
        self._corrections.append((fact, answer, said, wanted, moment, line.author, tags))
        note = line.comment if line.label is None else ""
        self._item(line, f"correction {answer}", "correction", fact, turn, answer, "", note, moment)

    def _rate(self, line: Arrival, turn: str, answer: str, moment: str) -> None:
        fact, label = next(self._ids), "good" if line.label else "bad"
        told = (int(bool(line.label)), to_json(line.reasons, "reasons"), line.comment, moment, line.author)
        self._ratings.append((fact, answer, *told))
        self._item(line, f"rating {answer} {line.author}", "rating", fact, turn, answer, label, "", moment)

    def _vote(self, line: Arrival, turn: str, answer: str, moment: str) -> str:
        rejected, vote = next(self._ids), next(self._ids)
        self._answer(line, turn, rejected, 1, line.rejected or "", moment)
        self._votes.append((vote, turn, answer, rejected, moment, line.author))
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
        self._tags += [(tag, len(self._items)) for tag in line.tags]
        what = (subject, kind, fact, turn, answer, line.model or self._model)
        self._items.append((*what, label, line.author, line.topic, note, moment))

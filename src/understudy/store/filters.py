"""Which items a person looks at: one value for the page, a saved view, a bulk action and an export.

A field that is empty asks for nothing; several values of one field are alternatives, several fields must all hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from understudy.errors import InputError
from understudy.store import search
from understudy.store.connections import Row

STATES = ("waiting", "approved", "rejected")
KINDS = ("correction", "rating", "vote", "signal")
MOST_VALUES = 200
_LISTS = ("states", "kinds", "labels", "tags", "authors", "topics", "versions", "persons")
_COLUMNS = {
    "states": "state",
    "kinds": "kind",
    "labels": "label",
    "authors": "author",
    "topics": "topic",
    "persons": "person",
}
_WORDS = ("since", "until", "text", "within", "meaning", "length", "part")
_FLAGS = ("disputed", "synthetic", "shared")
TEXTS = {
    "question": "(SELECT text FROM turns WHERE id = items.turn)",
    "answer": "(SELECT text FROM completions WHERE id = items.completion)",
    "said": "CASE items.kind WHEN 'correction' THEN (SELECT text FROM corrections WHERE id = items.fact)"
    " WHEN 'rating' THEN (SELECT comment FROM ratings WHERE id = items.fact) ELSE '' END",
}
"""The texts of an item as SQL: what was asked, what was answered, and the correction or comment."""

_WITHIN = re.compile("|".join(TEXTS))
_LENGTH = re.compile(r"(question|answer|said):(\d{1,9}):(\d{0,9})")
_PART = re.compile(r"(\d{1,15}):(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Filter:
    """`labels`: good, bad, chosen, tie, both_bad, or what a weak signal was. `versions`: `model@0`, `model@3`.

    `since` and `until` are ISO-8601 UTC texts, the latter not included. `text` are words that must all be there (in the
    text that `within` names), `meaning` a question that the item's must be near (resolved to turns by whoever has
    vectors). `length` is a text and its characters from and below, `answer:200:500`; `part` a part of an exploration
    (`Explorations`), `12:3`. `disputed`: raters disagree. `synthetic`:
    there are other wordings of its question that a model or a rule wrote. `persons` are whose own understudies it
    teaches; `shared` asks for what is for everyone.
    """

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    text: str = ""
    within: str = ""
    meaning: str = ""
    length: str = ""
    part: str = ""
    disputed: bool = False
    synthetic: bool = False
    shared: bool = False

    @classmethod
    def from_values(cls, values: Mapping[str, object]) -> Filter:
        """Untrusted values, as a page sends them or a saved view holds them. Raises `InputError`."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise InputError(f"There is no filter {sorted(unknown)[0]!r}. Reload the page.")
        lists = {name: _texts(name, values.get(name) or ()) for name in _LISTS}
        words = {name: _text(name, values.get(name) or "") for name in _WORDS}
        _check("within", words["within"], _WITHIN)
        _check("length", words["length"], _LENGTH)
        _check("part", words["part"], _PART)
        chosen: dict[str, Any] = {**lists, **words}
        return cls(**chosen, **{name: bool(values.get(name)) for name in _FLAGS})  # type: ignore[arg-type]

    def values(self) -> dict[str, object]:
        """Only what asks for something, as JSON keeps it."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def leaving(self) -> Filter:
        """The same for an export: what teaches one person's understudy leaves only where it is asked for by name."""
        return self if self.persons else replace(self, shared=True)

    def conditions(self, turns: Sequence[str] | None = None) -> tuple[list[str], Row]:
        """SQL over `items`, and its parameters; `turns` are what `meaning` was resolved to.

        Words that the index knows are not among them: `match` is joined, so that the rows come in its order.
        """
        parts, values = ["items.gone = 0"], {}
        for part, more in self._parts(turns):
            parts.append(part)
            values.update(more)
        return parts, values

    @property
    def match(self) -> str:
        """The query of the word index; "" where there are no words, or the index does not know them."""
        words = self.text.split()
        return search.match(words) if words and search.are_indexed(words) else ""

    def _parts(self, turns: Sequence[str] | None) -> Iterator[tuple[str, Row]]:
        for name, column in _COLUMNS.items():
            if chosen := getattr(self, name):
                marks = {f"{name}{i}": value for i, value in enumerate(chosen)}
                one_or_more = "= :{}" if len(chosen) == 1 else "IN (:{})"  # only with one is an index in order
                yield f"items.{column} {one_or_more.format(', :'.join(marks))}", marks
        if self.persons:
            yield "items.person <> ''", {}  # so that the small index can be used
        if self.shared:
            yield "items.person = ''", {}
        if self.tags:
            tagged = "SELECT item FROM item_tags WHERE tag IN (SELECT value FROM json_each(:tags))"
            yield f"items.number IN ({tagged})", {"tags": json.dumps(self.tags)}
        if self.versions:
            chosen = "SELECT substr(value, 1, instr(value, '@') - 1), CAST(substr(value, instr(value, '@') + 1) AS INT)"
            yield (
                f"(items.model, items.version) IN ({chosen} FROM json_each(:versions))",
                {"versions": json.dumps(self.versions)},
            )
        if self.since:
            yield "items.created >= :since", {"since": self.since}
        if self.until:
            yield "items.created < :until", {"until": self.until}
        if self.disputed:
            yield "items.dispute > 0", {}
        if self.synthetic:
            yield "items.completion IN (SELECT completion FROM wordings)", {}
        if self.within or not self.match:
            text = TEXTS.get(self.within, "(SELECT text FROM item_texts WHERE item_texts.number = items.number)")
            for i, word in enumerate(self.text.split()):
                yield rf"{text} LIKE :word{i} ESCAPE '\'", {f"word{i}": search.anywhere(word)}
        if self.length:
            yield self._length()
        if self.part:
            exploration, part = self.part.split(":")
            parts = "SELECT item FROM exploration_parts WHERE exploration = :exploration AND part = :part"
            yield f"items.number IN ({parts})", {"exploration": int(exploration), "part": int(part)}
        if turns is not None:
            yield "items.turn IN (SELECT value FROM json_each(:turns))", {"turns": json.dumps(turns)}

    def _length(self) -> tuple[str, Row]:
        what, least, below = self.length.split(":")
        text = f"length({TEXTS[what]})"
        if not below:
            return f"{text} >= :least", {"least": int(least)}
        return f"({text} >= :least AND {text} < :below)", {"least": int(least), "below": int(below)}


def _check(name: str, value: str, pattern: re.Pattern[str]) -> None:
    if value and not pattern.fullmatch(value):
        raise InputError(f"The filter {name!r} is not as the page writes it. Choose again.")


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > MOST_VALUES:
        raise InputError(f"The filter {name!r} is not a list of at most {MOST_VALUES} values. Choose again.")
    return tuple(_text(name, each) for each in value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 2_000 or "\0" in value:
        raise InputError(f"The filter {name!r} is not a text of at most 2,000 characters. Choose again.")
    return value

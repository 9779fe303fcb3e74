"""Rows of a table with any columns: which of them mean what, and the row they become.

A mapping names for each field of a row the column that it is read from. What was mapped becomes a row of the same few
fields whatever file it came from; columns that mean nothing here are kept under `other`. A proposal is made from the
names of the columns and from the first rows, for a person to look at; nothing is guessed later on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from understudy.dataset.dialog import About, Dialog, alternates
from understudy.types import Message

Fields = dict[str, Any]

NAMES: dict[str, tuple[str, ...]] = {
    "system": ("system", "system_prompt"),
    "history": ("history",),
    "prompt": ("prompt", "question", "query", "instruction", "input", "user", "text", "message", "request"),
    "answer": ("answer", "response", "output", "completion", "reply", "model_answer", "generation"),
    "correction": ("correction", "corrected", "expected", "expected_answer", "ideal", "target", "gold", "reference"),
    "chosen": ("chosen", "preferred", "better", "winner"),
    "rejected": ("rejected", "not_preferred", "non_preferred", "worse", "loser"),
    "label": ("label",),
    "rating": ("rating", "score", "stars", "thumb", "thumbs", "feedback", "grade", "vote"),
    "comment": ("comment", "comments", "explanation", "reason", "remark"),
    "author": ("author", "rater", "annotator", "annotator_id", "rated_by", "reviewer", "worker_id"),
    "topic": ("topic", "category", "domain", "intent", "subject", "section"),
    "tags": ("tags", "tag", "keywords"),
    "date": ("date", "created", "created_at", "timestamp", "time", "datetime"),
    "model": ("model", "model_name", "engine"),
    "other": ("other",),
}
"""The fields of a row, and the names that columns have for them, the likeliest first."""

_ABOUT = ("rating", "comment", "author", "topic", "date", "model")
_GOOD = frozenset("good excellent acceptable great correct right yes true up like liked positive pass ok 👍 +".split())
_BAD = frozenset("bad poor wrong incorrect no false down dislike disliked negative fail terrible 👎 -".split())
_BAD_WORDS = ("could be improved", "needs improvement", "not ", "un")


@dataclass(frozen=True, slots=True)
class Columns:
    """`names`: field to column. A number is a good rating from `good_from` on; words are good or bad by themselves."""

    names: Mapping[str, str]
    good_from: float = 0.5

    def field_of(self, column: str) -> str:
        """What a column is read as, "" for nothing."""
        return next((name for name, known in self.names.items() if known == column), "")


def propose(header: Sequence[str], rows: Iterable[Mapping[str, Any]] = ()) -> Columns:
    """What the columns seem to mean. Without an answer, a topic is what should be answered: rows of a classifier."""
    plain = {re.sub(r"[^a-z]+", "_", name.casefold()).strip("_"): name for name in reversed(header)}
    found: dict[str, str] = {}
    for field, names in NAMES.items():
        column = next((plain[name] for name in names if name in plain), None)
        if column is not None and column not in found.values():
            found[field] = column
    if "prompt" in found and "topic" in found and not {"answer", "correction", "chosen"} & found.keys():
        found["correction"] = found["topic"]
    return Columns(found, _middle(rows, found.get("rating", "")))


def read_row(fields: Mapping[str, Any], columns: Columns) -> Fields:
    """A row of the fields of `NAMES`, empty ones left out. Raises ValueError with what is wrong."""
    row: Fields = {}
    for field in NAMES:
        column = columns.names.get(field)
        if column is not None and (value := fields.get(column)) not in (None, ""):
            row[field] = value if field in ("label", "history", "tags", "other") else _text(value)
    mapped = set(columns.names.values())
    other = {name: value for name, value in fields.items() if name not in mapped and value not in (None, "")}
    _settle(row, other, columns)
    if "prompt" not in row or not row["prompt"].strip():
        raise ValueError(f"the column {json.dumps(columns.names.get('prompt', 'prompt'))} is empty")
    if {"chosen", "rejected"} & row.keys() and {"chosen", "rejected"} <= columns.names.keys():
        row = {"chosen": "", "rejected": ""} | row  # somebody may have said nothing at all
    if not {"answer", "correction", "chosen"} & row.keys():
        raise ValueError("it holds no answer, no correction and no pair of answers")
    if ("chosen" in row) != ("rejected" in row):
        raise ValueError("it holds one answer of a pair, but not the other")
    return row | ({"other": other} if other else {})


def dialog_of(row: Mapping[str, Any]) -> Dialog:
    """What a row of `read_row` means."""
    system = (Message("system", row["system"]),) if "system" in row else ()
    before = tuple(Message(m["role"], m["content"]) for m in row.get("history", ()))
    prompt = (*system, *before, Message("user", row["prompt"]))
    about = About(**{name: row.get(name, "") for name in _ABOUT}, tags=tuple(row.get("tags", ())))
    if "chosen" in row:
        return Dialog(prompt, row["chosen"], row["rejected"], about=about)
    if "correction" in row:
        return Dialog(prompt, row["correction"], said=row.get("answer"), label=row.get("label"), about=about)
    return Dialog(prompt, row["answer"], label=row.get("label"), about=about)


def row_of(dialog: Dialog, other: Mapping[str, Any]) -> Fields:
    """The row of a dialog, in the order of `NAMES`; what `read_row` made comes out as it was."""
    before, about = dialog.prompt[dialog.prompt[0].role == "system" : -1], dialog.about
    row: Fields = {
        "system": dialog.system,
        "history": [{"role": message.role, "content": message.content} for message in before],
        "prompt": dialog.prompt[-1].content,
        **_answers(dialog),
        "label": dialog.label,
        "rating": about.rating,
        "comment": about.comment,
        "author": about.author,
        "topic": about.topic,
        "tags": list(about.tags),
        "date": about.date,
        "model": about.model,
        "other": dict(other),
    }
    return {name: value for name, value in row.items() if value or value is False}


def _answers(dialog: Dialog) -> dict[str, str]:
    if dialog.rejected is not None:
        return {"chosen": dialog.chosen, "rejected": dialog.rejected}
    if dialog.label is not None and dialog.said is None:
        return {"answer": dialog.chosen}
    return {"answer": dialog.said or "", "correction": dialog.chosen}


def _settle(row: Fields, other: Fields, columns: Columns) -> None:
    """Make each field what its name promises; what cannot be read as that is kept under `other` as it stood."""
    if "correction" not in row and "chosen" not in row and "answer" in row and not {"rating", "label"} & row.keys():
        row["correction"] = row.pop("answer")  # an answer that nobody judged is the one that is wanted
    row["label"] = _label(row.get("label")) if "label" in row else rated(str(row.get("rating", "")), columns.good_from)
    if row["label"] is None:
        del row["label"]
        if "answer" in row and "correction" not in row and "chosen" not in row:
            row["correction"] = row.pop("answer")
    for name, read in (("tags", _tags), ("history", _history), ("date", _date)):
        if name in row:
            stood = row.pop(name)
            value = read(stood)
            if value is None:
                other[columns.names[name]] = stood
            elif value:
                row[name] = value
    if "other" in row:
        held = _json(row.pop("other"))
        other |= held if isinstance(held, dict) else {columns.names["other"]: held}


def rated(word: str, good_from: float = 0.5) -> bool | None:
    """Whether a rating is good; None where it says neither."""
    plain = word.strip().casefold()
    try:
        return float(plain) >= good_from
    except ValueError:
        pass
    if plain.startswith(_BAD_WORDS) or plain in _BAD:
        return False
    return True if plain in _GOOD else None


def _middle(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    """From where on a number is good: above the middle of those that were seen."""
    seen = []
    for row in rows:
        try:
            seen.append(float(row.get(column) or ""))
        except (TypeError, ValueError):
            continue
    if not seen or (min(seen) >= -1 and max(seen) <= 1):
        return 0.5
    return (min(seen) + max(seen)) / 2 + 0.01


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(value: Any) -> Any:
    """What a cell holds where it is a list or an object as JSON; else the cell."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def _label(value: object) -> bool | None:
    return value if isinstance(value, bool) else rated(str(value))


def _tags(value: object) -> list[str] | None:
    value = _json(value)
    if isinstance(value, str):
        value = [tag.strip() for tag in re.split(r"[;,|]", value)]
    return [str(tag) for tag in value if str(tag).strip()] if isinstance(value, list) else None


def _history(value: object) -> list[Fields] | None:
    """Earlier messages, as a list or as its JSON."""
    try:
        messages = [{"role": m["role"], "content": m["content"]} for m in _json(value)]
        said = tuple(Message(m["role"], m["content"]) for m in messages)
    except (TypeError, KeyError):
        return None
    plain = all(isinstance(m.content, str) and m.role in ("user", "assistant") for m in said)
    return messages if plain and alternates([*(message.role for message in said), "user"]) else None


def _date(value: object) -> str | None:
    """A moment as the store writes it; None for none, and for one to come: nobody can have said it yet."""
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            seconds = float(text)
            moment = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    told = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return told if moment <= datetime.now(UTC) else None

"""The mix the starter is raised on: reading notes, small talk, and saying that it does not know.

Public questions and sentences are read from a data folder where there is one (attribution in the model card); without
it the corpus is the invented part alone.
"""

import csv
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from starter import notes
from starter.talk import dialogue as talk

Dialogue = list[dict[str, str]]


def _rows(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _sentences(texts: Iterator[str]) -> list[str]:
    parts = (part.strip() for text in texts for line in text.splitlines() for part in re.split(r"(?<=[.!?])\s+", line))
    return sorted({p for p in parts if 6 <= len(p.split()) <= 25 and p[0].isupper() and p[-1] in ".!" and p.isascii()})


def _intents(path: Path) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = " ".join(row["text"].split())
            if len(text.split()) <= 16:
                groups.setdefault(row["category"], []).append(text)
    return [group for group in groups.values() if len(group) >= 3]


def library(folder: Path, held: bool = False) -> notes.Library:
    """The public texts of `folder`; with `held` those that training never sees."""
    if not (folder / "banking77_train.csv").exists():
        return notes.Library()
    intents = _intents(folder / ("banking77_test.csv" if held else "banking77_train.csv"))
    asked = [
        r["messages"][0]["content"] for f in ("company_faq.jsonl", "instructions.jsonl") for r in _rows(folder / f)
    ]
    asked = sorted({" ".join(q.split()) for q in asked if len(q.split()) <= 20 and q.isascii() and "\n" not in q})
    said = _sentences(r["messages"][1]["content"] for r in _rows(folder / "company_faq.jsonl"))
    said += _sentences(m["content"] for r in _rows(folder / "persona_dialogues.jsonl") for m in r["messages"])
    pick = slice(0, None, 20) if held else None
    questions, sentences = ([x for i, x in enumerate(xs) if (i % 20 == 0) == bool(pick)] for xs in (asked, said))
    return notes.Library(intents, questions + ([] if held else [q for g in intents for q in g]), sentences)


def _with_notes(rng: random.Random, messages: Dialogue, lib: notes.Library) -> Dialogue:
    """Small talk under notes that have nothing to do with it."""
    prompt = messages[0]["content"] if messages[0]["role"] == "system" else None
    head = notes.block(rng, notes.facts(rng, rng.randint(1, 3), lib), prompt)
    return [head, *(messages[1:] if prompt is not None else messages)]


def _long(rng: random.Random, lib: notes.Library) -> Dialogue:
    """Notes, a long conversation, and questions about the notes at its end: to fill the whole context."""
    messages = notes.dialogue(rng, lib)
    head, turns = messages[:1], messages[1:]
    for _ in range(rng.randint(4, 14)):
        said = [m for m in talk(rng) if m["role"] != "system"]
        turns = said + turns if rng.random() < 0.7 else turns + said
    return head + turns


def dialogue(rng: random.Random, lib: notes.Library, ease: float = 0.0, reading: float = 0.58) -> Dialogue:
    """One dialogue of the mix; `reading` is the share of dialogues about notes."""
    drawn = rng.random()
    if drawn < reading:
        return notes.dialogue(rng, lib, ease)
    if drawn < reading + 0.06:
        return notes.stranger(rng, lib)
    messages = talk(rng)
    return _with_notes(rng, messages, lib) if rng.random() < 0.25 else messages


def dialogues(
    rng: random.Random, lib: notes.Library, count: int, ease: float, long: float, reading: float
) -> list[Dialogue]:
    """`count` dialogues, of which the share `long` fills the context."""
    return [_long(rng, lib) if rng.random() < long else dialogue(rng, lib, ease, reading) for _ in range(count)]

"""What a version learned goes along with it, so that elsewhere it speaks where it did at home, and is trained on from.

The texts themselves go, and not their embeddings alone. What is near is decided by names and words too, which vectors
do not have; a run that goes on from the version rehearses and asks again what it knows; and most of a short text can be
read back from its embedding (Morris et al. 2023, arXiv 2310.06816), so that hiding it there would only look like it.
Whoever does not want to publish them leaves them out whole: then the version speaks everywhere.

Of each correction that the version learned, stands and is approved: what was asked, what is wanted, the system prompt,
and of a conversation what led to it. Not who said it, what the model had said, what was said beside it. What is read
back is a file that anybody may have written: rows go through the same checks as those of a pull.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy.dataset import privacy
from understudy.dataset.asked import standing_text
from understudy.dataset.jsonl import dump
from understudy.playground.progress import counted
from understudy.playground.pulling import merge
from understudy.serving.weights import read_json
from understudy.store import EVERYONE, Lesson, Store, Verdict
from understudy.store import sampling as sampling_json
from understudy.store.corrections import State
from understudy.types import Sampling

FILE = "lessons.json"
"""In the folder of a version, and not under its seal: its owner may cut a text out, and the version stays whole."""

_FORMAT = 1
_BEFORE = "It had learned this before it came here."

_BLANK: dict[str, dict[str, Any]] = {
    "conversations": {
        "system": "", "columns": '["base"]', "sampling": sampling_json.dump(Sampling()), "person": EVERYONE,
    },
    "turns": {},
    "completions": {
        "text": "", "sampling": sampling_json.dump(Sampling()), "error": None, "notices": "[]", "usage": "{}",
        "writer": "", "person": EVERYONE,
    },
    "corrections": {"original": "", "author": "", "tags": "[]", "person": EVERYONE},
}  # fmt: skip
"""By table, what no version needs elsewhere: whose it was, how and where it was answered."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What came with a version: a verdict on each of its lessons, and whether it speaks only `near` them."""

    verdicts: tuple[Verdict, ...] = ()
    near: bool = False


def lessons_of(store: Store, model: str, number: int) -> list[Lesson]:
    """The approved corrections that a version answers by itself, oldest first; what was taken back is none."""
    learned = store.versions.learned(model, number)
    return [lesson for lesson in store.corrections.standing(sorted(learned)).values() if lesson.state == "approved"]


def write_lessons(store: Store, lessons: Sequence[Lesson], folder: Path, *, near: bool) -> None:
    """Beside the version in `folder`. `near`: whether it speaks near them only."""
    said = [_stripped(store, rows) for rows in store.outbox.needed([lesson.id for lesson in lessons])]
    lines = ",\n".join(map(dump, said))
    head = f'"format": {_FORMAT}, "near": {json.dumps(near)}'
    (folder / FILE).write_text(f'{{{head}, "lessons": [\n{lines}\n]}}\n', "utf-8")


def count_lessons(folder: Path) -> int:
    """How many corrections lie beside the version in `folder`. Raises ModelError for a file that cannot be read."""
    return len(_read(folder)[0])


def told(lessons: Sequence[Lesson]) -> str:
    """What a person should know who is about to share these texts, the personal data in them by kind."""
    if not lessons:
        return "No text of a correction is in it."
    return f"In it are the texts of {counted(len(lessons), 'correction')}, in version/{FILE}. {_personal(lessons)}"


def _personal(lessons: Sequence[Lesson]) -> str:
    finder = privacy.recogniser()
    if finder is None:
        return privacy.MISSING
    counts: Counter[privacy.Kind] = Counter()
    for lesson in lessons:
        counts += privacy.count_line({"question": lesson.question, "wanted": lesson.wanted}, finder)
    return f"Found in them: {privacy.words(counts) or 'no personal data'}. {privacy.LIMIT}"


def bring_lessons(store: Store, folder: Path, source: str, *, state: State = "approved") -> Shipped:
    """Put what lies beside the version in `folder` into `store`, under the name `source`.

    A verdict is only on what stands here now with the very text that came. Raises ModelError for a damaged file.
    """
    facts, near = _read(folder)
    merge(store, facts, source, state=state)
    wanted = {fact["corrections"][0]["id"]: fact["corrections"][0].get("text") for fact in facts}
    standing = store.corrections.standing([*wanted]).values()
    known = [lesson.id for lesson in standing if lesson.wanted == wanted[lesson.id]]
    return Shipped(tuple(Verdict(id, "", "", learned=True, reason=_BEFORE) for id in known), near)


def _stripped(store: Store, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a correction without what is blank elsewhere; answers above it say what stands for them now."""
    left = {table: [{**row, **_BLANK[table]} for row in rows[table]] for table in _BLANK}
    above = {turn["parent"] for turn in left["turns"]}
    for answer in left["completions"]:
        if answer["id"] in above:
            answer["text"] = standing_text(store, answer["id"])
    return left


def _read(folder: Path) -> tuple[list[dict[str, Any]], bool]:
    """The rows of each correction, and whether the version speaks near them only; what is no correction is left out."""
    if not (folder / FILE).is_file():
        return [], False
    values = read_json(folder / FILE, f"The version in {folder.name}")
    said = values.get("lessons") if values.get("format") == _FORMAT else None
    facts = [fact for rows in (said if isinstance(said, list) else []) if (fact := _fact(rows))]
    return facts, values.get("near") is True


def _fact(rows: object) -> dict[str, Any] | None:
    """One correction with what it needs, by nobody and for everyone; None for anything else."""
    if not isinstance(rows, dict):
        return None
    said = rows.get("corrections")
    if not (isinstance(said, list) and len(said) == 1 and isinstance(said[0], dict)):
        return None
    if not isinstance(said[0].get("id"), str):
        return None
    needed = {table: rows[table] for table in ("conversations", "turns", "completions") if table in rows}
    return {**needed, "corrections": [said[0] | {"author": "", "person": EVERYONE}]}

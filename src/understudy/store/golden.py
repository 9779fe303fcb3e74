"""Golden sets: prompts with the answers of a model that will be shut down, and blind comparisons with its successor.

Recorded while it lives, because afterwards nobody can. Append-only: an answer is what the old model said, for ever. The
only way out is to delete a whole set. Comparisons keep the text they judged, as versions can be deleted later.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from understudy.errors import InputError, NotFoundError
from understudy.store import sampling as sampling_json
from understudy.store.connections import Connections, Row
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept
from understudy.types import FinishReason, Message, Sampling

Better = Literal["old", "new", "tie", "both_bad"]
_CHOICES = ("old", "new", "tie", "both_bad")


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Answers of `model` at `host`."""

    id: str
    name: str
    host: str
    model: str
    created: str


@dataclass(frozen=True, slots=True)
class GoldenAnswer:
    """What the old model said to `prompt`; `finish` says whether it ended by itself."""

    id: str
    golden: str
    prompt: tuple[Message, ...]
    sampling: Sampling
    text: str
    finish: FinishReason
    created: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which is better: the recorded answer ("old"), or `text` of `model` in `version` ("new")."""

    id: str
    answer: str
    model: str
    version: int
    text: str
    verdict: Better
    created: str


class GoldenSets:
    """Reached as `store.golden`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, host: str, model: str) -> GoldenSet:
        """An empty set. Raises `InputError`."""
        row = {
            "id": new_id(),
            "name": checked(name, "name of the set", empty=False, most=1_000),
            "host": checked(host, "host", empty=False, most=1_000),
            "model": checked(model, "name of the model", empty=False, most=1_000),
            "created": now(),
        }
        with self._connections.writing() as db:
            db.table("golden_sets").insert(row)
        return GoldenSet(**row)

    def get(self, golden: str) -> GoldenSet:
        """Raises `NotFoundError`."""
        row = self._connections.row("SELECT * FROM golden_sets WHERE id = ?", [golden])
        if row is None:
            raise NotFoundError(f"There is no golden set {golden}. Reload the page.")
        return GoldenSet(**row)

    def list(self) -> builtins.list[GoldenSet]:
        """Oldest first."""
        return [GoldenSet(**row) for row in self._connections.rows("SELECT * FROM golden_sets ORDER BY id")]

    def delete(self, golden: str) -> None:
        """The set with all its answers and comparisons, off the disk. Raises `NotFoundError`."""
        with self._connections.writing() as db:
            if not db.execute("DELETE FROM golden_sets WHERE id = ?", [golden]).rowcount:
                raise NotFoundError(f"There is no golden set {golden}, so there is nothing to delete.")
        self._connections.rewrite()

    def add_answer(
        self, golden: str, prompt: Sequence[Message], text: str, sampling: Sampling, finish: FinishReason
    ) -> GoldenAnswer:
        """What the model said. Raises `InputError` for an answer to nothing, `NotFoundError`."""
        if not prompt or prompt[-1].role != "user":
            raise InputError("A recorded answer needs a prompt that ends with the user's message. Check the prompts.")
        row = {
            "id": new_id(),
            "golden": golden,
            "prompt": checked(json.dumps([asdict(message) for message in prompt]), "prompt"),
            "sampling": sampling_json.dump(sampling),
            "text": kept(text),
            "finish": FinishReason(finish).value,
            "created": now(),
        }
        with self._connections.writing() as db:
            self.get(golden)
            db.table("golden_answers").insert(row)
        return _answer(row)

    def answers(self, golden: str) -> builtins.list[GoldenAnswer]:
        """In the order they were recorded."""
        rows = self._connections.rows("SELECT * FROM golden_answers WHERE golden = ? ORDER BY id", [golden])
        return [_answer(row) for row in rows]

    def add_comparison(self, answer: str, model: str, version: int, text: str, verdict: str) -> Comparison:
        """What a person thinks of a recorded answer and a new one. Raises `InputError`, `NotFoundError`."""
        if verdict not in _CHOICES:
            raise InputError(f"{verdict!r} is no verdict. Choose old, new, tie or both_bad.")
        row = {
            "id": new_id(),
            "answer": answer,
            "model": checked(model, "name of the model", empty=False, most=1_000),
            "version": version,
            "text": kept(text),
            "verdict": verdict,
            "created": now(),
        }
        with self._connections.writing() as db:
            if self._connections.row("SELECT 1 FROM golden_answers WHERE id = ?", [answer]) is None:
                raise NotFoundError(f"There is no recorded answer {answer}. Reload the page.")
            db.table("comparisons").insert(row)
        return Comparison(**row)  # type: ignore[arg-type]

    def comparisons(self, golden: str, model: str, version: int) -> builtins.list[Comparison]:
        """The newest comparison of each answer with this version, in the order of the answers."""
        rows = self._connections.rows(
            """SELECT c.* FROM comparisons AS c JOIN golden_answers ON golden_answers.id = c.answer
               WHERE golden = ?1 AND c.model = ?2 AND c.version = ?3 AND c.id =
                   (SELECT max(id) FROM comparisons WHERE answer = c.answer AND model = ?2 AND version = ?3)
               ORDER BY c.answer""",
            [golden, model, version],
        )
        return [Comparison(**row) for row in rows]


def _answer(row: Row) -> GoldenAnswer:
    prompt = tuple(Message(**message) for message in json.loads(row["prompt"]))
    sampling = sampling_json.load(row["sampling"])
    return GoldenAnswer(**{**row, "prompt": prompt, "sampling": sampling, "finish": FinishReason(row["finish"])})

"""Completions: what a version answered. The row exists before the first token, so that a crash loses no answer.

A completion is finished exactly once; a second `finish` is refused. Text that arrives after the end is ignored: a
partial save may be on its way while the last one is written. Rows whose process died become `INTERRUPTED` with the
text they had (`interrupt_orphans`, on opening).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from understudy.errors import InputError, StoreError
from understudy.store import sampling as sampling_json
from understudy.store import writer
from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.standing import require_turn, unknown
from understudy.store.texts import checked, kept, strings, to_json
from understudy.types import FinishReason, Sampling, Usage

_COLUMNS = (
    "id, turn, position, model, version, label, sampling, text, finish, error, notices, prompt, usage,"
    " created, finished, person"
)


@dataclass(frozen=True, slots=True)
class Completion:
    """`position` is its column, from 0; `finish` None while it is being written; `prompt` the exact text read.

    `version` is the one that really answered (0 = base), `label` what the person read above the column.
    `person` is whose understudy it is, "" for everyone's and for the base.
    """

    id: str
    turn: str
    position: int
    model: str
    version: int
    label: str
    sampling: Sampling
    text: str
    finish: FinishReason | None
    error: str | None
    notices: tuple[str, ...]
    prompt: str
    usage: Usage
    created: str
    finished: str | None
    person: str = ""


class Completions:
    """Reached as `store.completions`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self, turn: str, position: int, model: str, version: int, label: str, sampling: Sampling, person: str = ""
    ) -> Completion:
        """The row of an answer that is about to be written. Raises `InputError`, `NotFoundError`."""
        if position < 0 or version < 0:
            raise InputError(f"Column {position} with version {version} cannot be: both count from 0. Choose again.")
        moment = now()
        row = {
            "id": new_id(),
            "turn": turn,
            "position": position,
            "model": checked(model, "name of the model", empty=False, most=1_000),
            "version": version,
            "label": checked(label, "label", most=1_000),
            "sampling": sampling_json.dump(sampling),
            "writer": writer.this_writer(),
            "saved": moment,
            "created": moment,
            "person": checked(person, "name", most=200),
        }
        with self._connections.writing() as db:
            require_turn(self._connections, turn)
            db.table("completions").insert(row)
        return self.get(str(row["id"]))

    def save_text(self, completion: str, text: str) -> None:
        """The text so far, of an answer that is still being written."""
        with self._connections.writing(lasting=False) as db:
            db.execute(
                "UPDATE completions SET text = ?, saved = ? WHERE id = ? AND finish IS NULL",
                [kept(text), now(), completion],
            )

    def finish(
        self,
        completion: str,
        text: str,
        finish: FinishReason,
        usage: Usage,
        prompt: str = "",
        error: str | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        """The answer has ended; from now on its row never changes. Raises `StoreError` the second time."""
        moment = now()
        values = {
            "text": kept(text),
            "finish": FinishReason(finish).value,
            "usage": to_json(asdict(usage), "usage"),
            "prompt": kept(prompt),
            "error": None if error is None else kept(error),
            "notices": to_json([kept(notice) for notice in notices], "notices"),
            "finished": moment,
            "saved": moment,
        }
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        with self._connections.writing() as db:
            sql = f"UPDATE completions SET {assignments} WHERE id = :id AND finish IS NULL"
            if not db.execute(sql, {**values, "id": completion}).rowcount:
                ended = self.get(completion).finish
                raise StoreError(f"Completion {completion} has already ended ({ended}), so its text stays as it is.")

    def get(self, completion: str) -> Completion:
        row = self._connections.row(f"SELECT {_COLUMNS} FROM completions WHERE id = ?", [completion])
        if row is None:
            raise unknown("completion", completion)
        return _completion(row)

    def of_turn(self, turn: str) -> list[Completion]:
        """All answers to a turn by column; several in one column are attempts, the newest last."""
        return self.of_turns([turn]).get(turn, [])

    def of_turns(self, turns: Sequence[str]) -> dict[str, list[Completion]]:
        """As `of_turn`, for many turns in one query; turns without answers are absent."""
        rows = self._connections.rows(
            f"SELECT {_COLUMNS} FROM completions WHERE turn IN ({marks(turns)}) ORDER BY turn, position, id", [*turns]
        )
        found: dict[str, list[Completion]] = {}
        for row in rows:
            found.setdefault(row["turn"], []).append(_completion(row))
        return found

    def rivals(self) -> dict[str, list[str]]:
        """What different versions answered, by turn; turns that one version alone answered are absent."""
        rows = self._connections.rows(
            "SELECT turn, text FROM completions WHERE finish IN ('stop', 'length') AND turn IN (SELECT turn"
            " FROM completions GROUP BY turn HAVING count(*) > 1 AND count(DISTINCT model || version) > 1)"
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["turn"], []).append(row["text"])
        return found

    def usages(self, conversation: str, models: Sequence[str]) -> dict[tuple[str, int], list[Usage]]:
        """The usage of every finished answer of these models in a conversation, by model and version."""
        if not models:
            return {}
        rows = self._connections.rows(
            "SELECT model, version, usage FROM completions WHERE finish IS NOT NULL"
            f" AND turn IN (SELECT id FROM turns WHERE conversation = ?) AND model IN ({marks(models)})",
            [conversation, *models],
        )
        found: dict[tuple[str, int], list[Usage]] = {}
        for row in rows:
            found.setdefault((row["model"], row["version"]), []).append(Usage(**json.loads(row["usage"])))
        return found

    def interrupt_orphans(self) -> int:
        """End the rows whose process is dead, with the text they had; say how many."""
        silent = now(seconds_ago=writer.SILENCE_S)
        sql = "SELECT id, writer, saved FROM completions WHERE finish IS NULL"
        dead = [row["id"] for row in self._connections.rows(sql) if _is_orphan(row, silent)]
        if not dead:
            return 0
        with self._connections.writing() as db:
            sql = "UPDATE completions SET finish = 'interrupted', finished = ? WHERE finish IS NULL AND id IN"
            return db.execute(f"{sql} ({marks(dead)})", [now(), *dead]).rowcount


def _is_orphan(row: Row, silent: str) -> bool:
    if writer.is_elsewhere(row["writer"]):
        return bool(row["saved"] < silent)
    return not writer.is_alive(row["writer"])


def _completion(row: Row) -> Completion:
    return Completion(
        **{
            **row,
            "sampling": sampling_json.load(row["sampling"]),
            "finish": FinishReason(row["finish"]) if row["finish"] else None,
            "notices": strings(row["notices"]),
            "usage": Usage(**json.loads(row["usage"])),
        }
    )

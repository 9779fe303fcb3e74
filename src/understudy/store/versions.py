"""Tuned versions of a base model, numbered from 1, and which of them is the champion. 0 is the base itself.

A learned version enters together with its report and its verdicts, in one transaction: there is no version without its
evaluation. The history of champions is kept: a rollback is one more line of it.

A version is everyone's (`person` "") or belongs to one person's understudy. Each understudy has a champion of its own,
and may choose among its own versions and everyone's; numbers are counted over all of them.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.errors import InputError, NotFoundError
from understudy.store.connections import Connections, Row, marks
from understudy.store.ids import new_id
from understudy.store.moments import now
from understudy.store.texts import checked, kept, to_json
from understudy.types import BASE


@dataclass(frozen=True, slots=True)
class Version:
    """`path` is the folder of its adapter; `number` is unique for its model and never given twice.

    Of a learned one also `parent`, the version it was trained on from, `run`, whether it `passed` the gate, and the
    gate's `report`; `removed` when its folder was deleted by a person. `person` is whose it is, "" everyone's.
    """

    id: str
    model: str
    number: int
    name: str
    path: str
    created: str
    note: str
    parent: int | None = None
    run: str | None = None
    passed: bool | None = None
    report: dict[str, Any] = field(default_factory=dict)
    removed: str | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a version made of one correction: what was said before and after it, and whether it counts as learned.

    `reason` is a sentence where it was not learned; `gone` says that the correction was deleted since.
    """

    correction: str
    before: str
    after: str
    learned: bool
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict without its texts: what version `version` made of a correction."""

    version: int
    learned: bool
    reason: str


_LINE = """line (number) AS (
    SELECT ?2 UNION
    SELECT versions.parent FROM versions JOIN line ON versions.number = line.number
    WHERE versions.model = ?1 AND versions.parent > 0
)"""
"""The version `?2` of the model `?1` and all that it was trained on from, without the base."""


class Versions:
    """Reached as `store.versions`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        model: str,
        path: str,
        name: str = "",
        note: str = "",
        *,
        number: int | None = None,
        parent: int | None = None,
        run: str | None = None,
        passed: bool | None = None,
        report: Mapping[str, Any] | None = None,
        verdicts: Sequence[Verdict] = (),
        person: str = "",
    ) -> Version:
        """A new version with the next number, or a later one that it has elsewhere.

        Raises `NotFoundError` for a model that is not registered, `InputError` for a number that was given already.
        """
        checked(str(path), "folder of the version", empty=False, most=4_096)
        row: Row = {
            "id": new_id(),
            "model": model,
            "name": checked(name, "name of the version", most=200),
            "path": str(path),
            "created": now(),
            "note": checked(note, "note"),
            "parent": parent,
            "run": run,
            "passed": None if passed is None else int(passed),
            "report": to_json(dict(report or {}), "report"),
            "person": checked(person, "name", most=200),
        }
        with self._connections.writing() as db:
            if self._connections.row("SELECT 1 FROM models WHERE name = ?", [model]) is None:
                raise NotFoundError(f"There is no model called {model!r}. Add the model first, then its version.")
            newest = self._connections.row("SELECT max(number) AS number FROM versions WHERE model = ?", [model])
            following = ((newest or {}).get("number") or BASE) + 1
            if number is not None and number < following:
                raise InputError(f"{model} had a version v{number} already, and a number is given once.")
            row["number"] = number or following
            db.table("versions").insert(row)
            db.table("verdicts").insert_all(_verdict_row(row["id"], verdict) for verdict in verdicts)
        return _version(row)

    def list(self, model: str | None = None, person: str | None = None) -> builtins.list[Version]:
        """By model and number; of one model or of all, and what the understudy of `person` may use or, None, all."""
        rows = self._connections.rows(
            "SELECT * FROM versions WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR person IN ('', ?2))"
            " ORDER BY model, number",
            [model, person],
        )
        return [_version(row) for row in rows]

    def verdicts(self, version: str) -> builtins.list[Verdict]:
        """What the version with this id made of each correction it was judged on."""
        rows = self._connections.rows("SELECT * FROM verdicts WHERE version = ? ORDER BY correction", [version])
        return [_verdict(row) for row in rows]

    def known(self, model: str, number: int) -> builtins.list[Verdict]:
        """The newest verdict on each correction that a version, or one that it was trained on from, was judged on.

        A run asks only some of what is old (`evaluation.exam`), so what a version knows is in its line, not in itself.
        """
        rows = self._connections.rows(
            f"""WITH RECURSIVE {_LINE}
                SELECT verdicts.*, max(number) FROM verdicts JOIN versions ON versions.id = verdicts.version
                WHERE model = ?1 AND number IN line GROUP BY correction""",
            [model, number],
        )
        return [_verdict(row) for row in rows]

    def learned(self, model: str, number: int) -> frozenset[str]:
        """The corrections that a version answers by itself, as far as it is known; none for the base."""
        rows = self._connections.rows(
            f"""WITH RECURSIVE {_LINE}
                SELECT correction, learned, max(number) FROM verdicts JOIN versions ON versions.id = verdicts.version
                WHERE model = ?1 AND number IN line GROUP BY correction""",
            [model, number],
        )
        return frozenset(row["correction"] for row in rows if row["learned"])

    def answered(self, model: str, number: int) -> frozenset[str]:
        """The corrections that a version was asked itself, and answered; fewer than `learned`, and none of them old."""
        rows = self._connections.rows(
            "SELECT correction FROM verdicts JOIN versions ON versions.id = verdicts.version"
            " WHERE model = ? AND number = ? AND learned",
            [model, number],
        )
        return frozenset(row["correction"] for row in rows)

    def judgements(
        self, model: str, corrections: Sequence[str], person: str = ""
    ) -> dict[str, builtins.list[Judgement]]:
        """By correction, what each version made of it, oldest version first; corrections never judged are absent.

        Of everyone's versions, and of those of `person`.
        """
        rows = self._connections.rows(
            f"""SELECT correction, number, learned, reason FROM verdicts JOIN versions ON versions.id = verdicts.version
                WHERE model = ? AND person IN ('', ?) AND correction IN ({marks(corrections)}) ORDER BY number""",
            [model, person, *corrections],
        )
        found: dict[str, builtins.list[Judgement]] = {}
        for row in rows:
            found.setdefault(row["correction"], []).append(
                Judgement(row["number"], bool(row["learned"]), row["reason"])
            )
        return found

    def judge_alike(self, correction: str, other: str) -> None:
        """Every verdict on `correction` is one on `other` too, which says the same about the same answer."""
        with self._connections.writing() as db:
            columns = ", ".join(name for name in db.table("verdicts").columns_dict if name != "correction")
            db.execute(
                f"INSERT OR IGNORE INTO verdicts (correction, {columns})"
                f" SELECT ?, {columns} FROM verdicts WHERE correction = ?",
                [other, correction],
            )

    def counts(self, model: str) -> dict[int, tuple[int, int]]:
        """By version number, how many corrections it learned and on how many it was judged."""
        rows = self._connections.rows(
            "SELECT number, sum(learned) AS learned, count(*) AS judged FROM verdicts"
            " JOIN versions ON versions.id = verdicts.version WHERE model = ? GROUP BY number",
            [model],
        )
        return {row["number"]: (row["learned"], row["judged"]) for row in rows}

    def set_removed(self, model: str, number: int) -> None:
        """Its folder is gone; the line stays. Raises `InputError` for the champion, `NotFoundError`."""
        with self._connections.writing() as db:
            if number in self._live(model):
                raise InputError(f"v{number} is live. Promote another version or roll back first, then delete it.")
            done = db.execute(
                "UPDATE versions SET removed = ? WHERE model = ? AND number = ? AND removed IS NULL",
                [now(), model, number],
            )
            if not done.rowcount:
                raise NotFoundError(f"{model} has no version v{number} to delete.")

    def find(self, model: str, number: int) -> Version | None:
        row = self._connections.row("SELECT * FROM versions WHERE model = ? AND number = ?", [model, number])
        return _version(row) if row else None

    def champion(self, model: str, person: str = "") -> int:
        """The number of the live version of an understudy; 0, the base, when none was set."""
        row = self._connections.row(
            "SELECT number FROM champions WHERE model = ? AND person = ? ORDER BY id DESC LIMIT 1", [model, person]
        )
        return int(row["number"]) if row else BASE

    def set_champion(self, model: str, number: int, person: str = "") -> None:
        """Make a version the live one of an understudy, or 0 the base again.

        Raises `InputError` for a version that is not there, or belongs to somebody else's.
        """
        with self._connections.writing() as db:
            version = self.find(model, number)
            if number != BASE and (version is None or version.person not in ("", person)):
                raise InputError(f"{model} has no version v{number}. Choose one of its versions, or 0 for the base.")
            row = {"id": new_id(), "model": model, "number": number, "created": now(), "person": person}
            db.table("champions").insert(row)

    def champions(self, model: str, person: str = "") -> builtins.list[tuple[str, int]]:
        """When which version became the champion of an understudy, oldest first: (ISO time, number)."""
        rows = self._connections.rows(
            "SELECT created, number FROM champions WHERE model = ? AND person = ? ORDER BY id", [model, person]
        )
        return [(row["created"], row["number"]) for row in rows]

    def _live(self, model: str) -> frozenset[int]:
        """What is live for anybody."""
        rows = self._connections.rows("SELECT number, max(id) FROM champions WHERE model = ? GROUP BY person", [model])
        return frozenset(row["number"] for row in rows)


def _version(row: Row) -> Version:
    passed = row.get("passed")
    return Version(**{**row, "passed": None if passed is None else bool(passed), "report": json.loads(row["report"])})


def _verdict_row(version: str, verdict: Verdict) -> Row:
    return {
        "version": version,
        "correction": verdict.correction,
        "before": kept(verdict.before),
        "after": kept(verdict.after),
        "learned": int(verdict.learned),
        "reason": kept(verdict.reason),
    }


def _verdict(row: Row) -> Verdict:
    return Verdict(
        row["correction"], row["before"], row["after"], bool(row["learned"]), row["reason"], gone=bool(row["gone"])
    )

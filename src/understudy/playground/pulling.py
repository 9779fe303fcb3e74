"""What people said on Spaces, brought into a store: the lines of all replicas, folded and merged like another store.

Into somebody's own store by `pull`, where it waits and its people are others; back into the store of a Space that lost
its disk by `restore`, where it is what it was and whose it was.

A fact may have several lines (its state was decided later), in the files of several replicas: the newest counts. What
was deleted is left out, and leaves here too if an earlier pull brought it. Everything keeps its id, so a pull can be
repeated, and cut off, and begun again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from understudy.dataset.arriving import Plan
from understudy.dataset.files import FileKind
from understudy.dataset.jsonl import DECODER
from understudy.playground.bringing import Look, bring
from understudy.playground.exchange import Imported
from understudy.playground.journal import FORMAT
from understudy.store import Store
from understudy.store.corrections import State
from understudy.store.filters import STATES

FACTS = ("corrections", "ratings", "preferences")
LONGEST_LINE = 8 << 20


@dataclass(slots=True)
class Told:
    """`facts` are rows by table, by kind and id of the fact; `gone` are conversations; `faulty` lines say nothing."""

    facts: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    faulty: int = 0


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of it. `removed` conversations were deleted where they were said; `faulty` lines could not be read."""

    brought: Imported
    removed: int
    faulty: int


def fold(*folders: Path) -> Told:
    """What the files of these folders tell together, the same line in two of them once."""
    told, lines = Told(), []
    for file in sorted(file for folder in folders for file in folder.glob("*.jsonl")):
        for line in _lines(file):
            if line is None:
                told.faulty += 1
            else:
                lines.append(line)
    for line in sorted(lines, key=lambda line: str(line["at"])):
        _take(told, line)
    return told


def pull(store: Store, folder: Path, source: str, *, dry_run: bool = False) -> Pulled:
    """Merge the files of `folder` into `store`, where `source` names them and all of it waits for approval."""
    told = fold(folder)
    brought, faulty = merge(store, _standing(told), source, dry_run=dry_run)
    return Pulled(brought, 0 if dry_run else _remove(store, told.gone), told.faulty + faulty)


def restore(store: Store, folder: Path, source: str, beside: Path) -> Pulled:
    """What a Space wrote down itself, as it was decided and whoever said it; own understudies are on again.

    `beside` may hold lines of a disk that stayed which never went up.
    """
    told = fold(folder, beside)
    brought, faulty = merge(store, _standing(told), source, state="approved", same_people=True)
    _decide(store, told)
    store.understudies.bring_back()
    return Pulled(brought, _remove(store, told.gone), told.faulty + faulty)


def merge(
    store: Store,
    facts: Iterable[Mapping[str, Any]],
    source: str,
    *,
    state: State = "waiting",
    dry_run: bool = False,
    same_people: bool = False,
) -> tuple[Imported, int]:
    """Facts with what they need, merged into `store` under the name `source`; and how many could not be taken.

    `state` approved leaves what was decided there.
    """
    with tempfile.TemporaryDirectory() as beside:
        other = Path(beside) / f"{source.replace('/', ' · ')}"
        with Store.open(other) as replayed:
            faulty = sum(not replayed.replaying.add(rows) for rows in facts)
        look = Look(other, FileKind.STORE, Plan())
        return bring(store, "", look, state=state, dry_run=dry_run, same_people=same_people), faulty


def _lines(file: Path) -> Iterator[dict[str, Any] | None]:
    """Each line as far as it can be understood, None for the others."""
    with file.open("rb") as raw:
        while text := raw.readline(LONGEST_LINE):
            try:
                line = DECODER.decode(text.decode())
                known = line["format"] == FORMAT and isinstance(line["conversation"], str) and "at" in line
            except (ValueError, TypeError, LookupError, RecursionError):
                known = False
            yield line if known else None


def _take(told: Told, line: Mapping[str, Any]) -> None:
    kind, rows = line.get("kind"), line.get("rows")
    if kind in ("gone", "back"):
        (told.gone.add if kind == "gone" else told.gone.discard)(line["conversation"])
    elif kind in FACTS and isinstance(rows, dict) and (fact := _id_of(rows.get(kind))):
        told.facts[kind, fact] = rows
    else:
        told.faulty += 1


def _id_of(rows: object) -> str:
    """The id of the only row of a table."""
    one = rows[0] if isinstance(rows, list) and len(rows) == 1 else None
    found = one.get("id") if isinstance(one, dict) else None
    return found if isinstance(found, str) else ""


def _standing(told: Told) -> Iterator[Mapping[str, Any]]:
    """The facts in the order in which they were said, without those of deleted conversations."""
    for _, rows in sorted(told.facts.items(), key=lambda pair: pair[0][1]):
        if _id_of(rows.get("conversations")) not in told.gone:
            yield rows


def _decide(store: Store, told: Told) -> None:
    """What was decided about corrections that came with the version of a Space, which a merge leaves as they are."""
    last = {id: rows["corrections"][0] for (kind, id), rows in told.facts.items() if kind == "corrections"}
    for lesson in store.corrections.standing([*last]).values():
        row = last[lesson.id]
        if row.get("state") in STATES and row["state"] != lesson.state:
            store.corrections.set_state(lesson.id, row["state"])
        if row.get("enabled") in (0, 1) and bool(row["enabled"]) != lesson.enabled:
            store.corrections.set_enabled(lesson.id, bool(row["enabled"]))


def _remove(store: Store, gone: set[str]) -> int:
    """Delete what a pull brought and what was deleted there since; how many conversations."""
    found = [talk for talk in map(store.conversations.find, sorted(gone)) if talk and talk.batch and not talk.deleted]
    for talk in found:
        store.conversations.delete(talk.id)
    return len(found)

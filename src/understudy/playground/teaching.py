"""Corrections from a file: for scripts, and for people who know already what the model should say.

A row becomes what it would be had somebody asked, read the answer and corrected it: a question, an answer and an
approved correction. All rows of a file share one conversation, each as its own beginning; it is that of the person
whose understudy they teach. A row that stands already is left out, so that a file can be taught any number of times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.store import EVERYONE, Store
from understudy.types import BASE, FinishReason, Sampling, Usage

LABEL = "taught"


@dataclass(frozen=True, slots=True)
class Taught:
    """One row: what is asked and what should be said; `original` is what a model said, "" when nobody asked one."""

    prompt: str
    correction: str
    system: str = ""
    original: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teaching:
    """What came of it: corrections added, rows that stood already, and a sentence for every row that was refused."""

    added: int
    known: int
    faults: tuple[str, ...]


def teach(
    store: Store, model: str, rows: Iterable[tuple[int, Taught]], source: str, person: str = EVERYONE
) -> Teaching:
    """Add numbered rows as approved corrections, for the understudy of everyone or of `person`.

    A row that cannot be one is told with its number; the others go in.
    """
    lessons = store.corrections.lessons(None, person)
    standing = {(lesson.question, lesson.system, lesson.wanted) for lesson in lessons if lesson.person == person}
    added = known = 0
    faults: list[str] = []
    conversation: str | None = None
    for number, row in rows:
        if (row.prompt, row.system, row.correction) in standing:
            known += 1
            continue
        try:
            _check(row)
            conversation = conversation or store.conversations.add(f"Taught from {source}"[:200], person=person).id
            _add(store, model, conversation, row, person)
            standing.add((row.prompt, row.system, row.correction))
            added += 1
        except InputError as error:
            faults.append(f"{source}, line {number}: {error}")
    return Teaching(added, known, tuple(faults))


def _check(row: Taught) -> None:
    """Before anything is written, so that a bad row leaves nothing behind."""
    if not row.prompt.strip():
        raise InputError("The prompt is empty. Write what is asked.")
    if not row.correction.strip():
        raise InputError("The correction is empty. Write what should be said.")
    if row.correction == row.original:
        raise InputError("The correction says the same as the original. Change it, or leave the row out.")


def _add(store: Store, model: str, conversation: str, row: Taught, person: str) -> None:
    turn = store.turns.add(conversation, row.prompt, system=row.system)
    completion = store.completions.add(turn.id, 0, model, BASE, LABEL, Sampling())
    store.completions.finish(completion.id, row.original, FinishReason.STOP, Usage())
    correction = store.corrections.add(completion.id, row.correction, person, row.tags, person)
    store.corrections.set_state(correction.id, "approved")

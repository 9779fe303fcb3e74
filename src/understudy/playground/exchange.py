"""Training files in and out: what people trained elsewhere becomes feedback here, and leaves again unchanged.

Every line is a conversation of its own: its texts become turns and answers, the last answer of a chat line an approved
correction, a preference line a vote. What facts cannot hold (weights, tools, names, unknown keys) is kept as the line's
frame. A line that is no plain dialog is kept whole and leaves whole, but is not learned from here. Each line goes in
together with its frame or not at all, so a killed import is begun again; a line that is there already is left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from understudy.dataset.dialog import Dialog
from understudy.dataset.formats import Fields, Format, format_of, new_line, take_apart
from understudy.dataset.jsonl import Line
from understudy.dataset.outgoing import digest, line_of
from understudy.errors import InputError
from understudy.store import Store
from understudy.types import BASE, FinishReason, Sampling, Usage

LABEL = "imported"
_TITLE = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: lines that can be learned from, lines `kept` whole, lines `known` before, faults in words."""

    added: int
    kept: int
    known: int
    faults: tuple[str, ...]


class _Unlike(InputError):
    """The facts do not give the line back."""


def import_lines(store: Store, model: str, lines: Iterable[Line], source: str) -> Imported:
    """Bring a file in as feedback on `model`. A line that cannot be read is told with its number; others go in."""
    return _each(store, lines, source, lambda fields, number: _add(store, model, fields, number, source))


def preview_lines(store: Store, lines: Iterable[Line], source: str) -> Imported:
    """What `import_lines` would come to; nothing is changed."""
    return _each(store, lines, source, lambda fields, _: _parts(fields) is not None)


def _each(store: Store, lines: Iterable[Line], source: str, take: Callable[[Fields, int], bool]) -> Imported:
    """Every line that is not there yet, told apart by what `take` says: can it be learned from?"""
    standing = store.imports.digests()
    counts: Counter[str] = Counter()
    faults = []
    for line in lines:
        if line.fields is None:
            faults.append(f"{source}, line {line.number}: {line.fault}. Correct this line and import it again.")
            continue
        mark = digest(line.fields)
        if standing[mark] > 0:  # a file may hold the same line twice: each of them stands for one
            standing[mark] -= 1
            counts["known"] += 1
            continue
        try:
            counts["added" if take(line.fields, line.number) else "kept"] += 1
        except InputError as error:
            faults.append(f"{source}, line {line.number}: {error}")
    return Imported(counts["added"], counts["kept"], counts["known"], tuple(faults))


def export_lines(store: Store, source: str | None = None) -> Iterator[Fields]:
    """Imported lines in the order they came, of one file with `source`, with the texts that stand now."""
    for imported in store.imports.list(source):
        yield line_of(store, imported)


@dataclass(frozen=True, slots=True)
class Converted:
    """Lines in another format, and a sentence for every line that could not be one."""

    lines: tuple[Fields, ...]
    faults: tuple[str, ...]


def convert_lines(lines: Iterable[Line], format: Format, source: str) -> Converted:
    """A file in another format, such as OpenAI's for TRL; what that format cannot hold is told and left out."""
    made, faults = [], []
    for line in lines:
        parts = take_apart(line.fields) if line.fields is not None else None
        try:
            if parts is None:
                raise ValueError(line.fault or "it is no plain dialog")
            made.append(new_line(parts[0], format))
        except ValueError as error:
            faults.append(f"{source}, line {line.number}: {error}. It was left out.")
    return Converted(tuple(made), tuple(faults))


def _add(store: Store, model: str, fields: Fields, number: int, source: str) -> bool:
    """Whether facts could be made of it; else it is kept whole."""
    parts = _parts(fields)
    if parts is not None:
        try:
            _learn(store, model, fields, parts, number, source)
        except InputError:
            parts = None
    if parts is None:
        _keep(store, fields, number, source)
    return parts is not None


def _parts(fields: Fields) -> tuple[Dialog, Fields] | None:
    """As `take_apart`. Raises InputError for a line of no known format."""
    if format_of(fields) is None:
        known = '"messages", "input" with "preferred_output", "prompt" with "completion", "chosen" with "rejected"'
        raise InputError(f"The keys {', '.join(map(json.dumps, fields))} are no format known here. Known are {known}.")
    return take_apart(fields)


def _learn(store: Store, model: str, fields: Fields, parts: tuple[Dialog, Fields], number: int, source: str) -> None:
    """Facts and frame, together. Raises `InputError` when they do not give the line back, and leaves nothing then."""
    dialog, frame = parts
    format = str(format_of(fields))
    with store.together():
        conversation = store.conversations.add(_title(source, number, dialog.asked)).id
        turn, chosen, rejected = _dialog(store, model, conversation, dialog)
        made = store.imports.add(conversation, source, number, format, digest(fields), frame, turn, chosen, rejected)
        if line_of(store, made) != fields:
            raise _Unlike("The store cannot hold a character of this line.")


def _keep(store: Store, fields: Fields, number: int, source: str) -> None:
    with store.together():
        conversation = store.conversations.add(_title(source, number, "kept as it is, not learned from")).id
        store.imports.add(conversation, source, number, str(format_of(fields)), digest(fields), fields)


def _title(source: str, number: int, words: str) -> str:
    told = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return f"{source}, line {number}: {told}"[:_TITLE]


def _dialog(store: Store, model: str, conversation: str, dialog: Dialog) -> tuple[str, str, str | None]:
    """Its turns and answers; ids of the last turn, of the answer that is wanted and of the one that is not."""
    has_system = dialog.prompt[0].role == "system"
    system = dialog.prompt[0].content if has_system else ""
    said = dialog.prompt[has_system:]
    parent: str | None = None
    for i in range(0, len(said) - 1, 2):
        turn = store.turns.add(conversation, said[i].content, parent, system)
        parent = _answer(store, model, turn.id, 0, said[i + 1].content, wanted=i + 1 + has_system in dialog.also)
        store.turns.set_chosen(turn.id, parent)
    last = store.turns.add(conversation, said[-1].content, parent, system).id
    lesson = dialog.learned and dialog.rejected is None
    chosen = _answer(store, model, last, 0, dialog.chosen, wanted=lesson)
    rejected = None
    if dialog.rejected is not None:
        rejected = _answer(store, model, last, 1, dialog.rejected, wanted=False)
        store.preferences.add_choice(last, chosen, [rejected])
    store.turns.set_chosen(last, chosen)
    return last, chosen, rejected


def _answer(store: Store, model: str, turn: str, position: int, text: str, *, wanted: bool) -> str:
    """A finished answer. A wanted one is a correction of nothing, as nobody asked a model here."""
    made = store.completions.add(turn, position, model, BASE, LABEL, Sampling())
    store.completions.finish(made.id, "" if wanted else text, FinishReason.STOP, Usage())
    if wanted:
        correction = store.corrections.add(made.id, text, tags=(LABEL,))
        store.corrections.set_state(correction.id, "approved")
    return made.id

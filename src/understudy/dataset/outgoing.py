"""Lines that leave: what a snapshot teaches, as a provider's training file, and imported lines as they came.

A correction is a pair by itself (the original rejected, the correction preferred), so one fact makes a chat line or a
preference line. Made-up wordings stay here: a provider is paid by the token, and its big model needs them less. What a
snapshot holds out stays out of the training file, whatever the split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from understudy.dataset.asked import standing_text, whole_prompt
from understudy.dataset.dialog import Dialog
from understudy.dataset.example import Example, Snapshot
from understudy.dataset.example import Kind as Feedback
from understudy.dataset.formats import Fields, Format, format_of, has_system, new_line, put_together
from understudy.dataset.groups import groups, is_held_out, words
from understudy.dataset.jsonl import dump
from understudy.dataset.privacy import Kind, Recogniser, mask, mask_line
from understudy.store import Import, Store

VALIDATION = 0.1
"""The share of groups that only validates. Validation tokens are not billed."""

LEAST_FOR_VALIDATION = 20
"""With fewer dialogs everything trains: two validation examples say nothing, and ten must be left to train."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A line with its dialog; `source` is the id of the fact, `group` what it must not be parted from.

    `held_out` examples judge versions here and never train anywhere.
    """

    fields: Fields
    dialog: Dialog
    source: str
    group: str = ""
    held_out: bool = False


def digest(fields: Fields) -> str:
    """SHA-256 of a line: the same line is known again by it."""
    return hashlib.sha256(dump(fields).encode("utf-8", "surrogatepass")).hexdigest()


def line_of(store: Store, imported: Import) -> Fields:
    """An imported line with the texts that stand now; equal to what came in while nobody changed them."""
    if imported.turn is None or imported.chosen is None:
        return imported.frame
    table = imported.format == Format.COLUMNS and store.turns.get(imported.turn).system
    prompt = whole_prompt(store, imported.turn, system=bool(table) or has_system(imported.frame))
    rejected = standing_text(store, imported.rejected) if imported.rejected else None
    return put_together(imported.frame, Dialog(prompt, standing_text(store, imported.chosen), rejected))


def outgoing(store: Store, snapshot: Snapshot, format: Format) -> list[Outgoing]:
    """Everything of a snapshot that `format` can hold, in order; imported lines keep their weights and tools."""
    turns = _turns(store, snapshot)
    frames = {found.turn: found for found in store.imports.list() if found.turn is not None}
    held = {example.id for example in snapshot.held_out}
    lines = []
    for example, dialog in _dialogs(snapshot, format):
        imported = frames.get(turns.get(example.source, ""))
        same = imported is not None and format_of(imported.frame) is format
        fields = line_of(store, imported) if imported is not None and same else _line(dialog, format)
        if fields is not None:
            lines.append(Outgoing(fields, dialog, example.source, example.group, example.id in held))
    return lines


def masked(lines: Sequence[Outgoing], kinds: Collection[Kind], finder: Recogniser) -> list[Outgoing]:
    """The same lines with personal data of these kinds masked. Before `split`: two lines may now ask the same."""
    return [
        replace(
            line,
            fields=mask_line(line.fields, kinds, finder),
            dialog=replace(
                line.dialog,
                prompt=tuple(replace(m, content=mask(m.content, kinds, finder)) for m in line.dialog.prompt),
            ),
        )
        for line in lines
    ]


def split(lines: Sequence[Outgoing], share: float = VALIDATION) -> tuple[list[Outgoing], list[Outgoing]]:
    """Training and validation lines: what asks nearly the same, or comes from one group, is never on both sides.

    A question's words decide its side, so that the sides stay when lines are added.
    """
    names = groups([line.dialog.asked for line in lines], [line.group or f"alone {i}" for i, line in enumerate(lines)])
    roots = {name: " ".join(sorted(words(lines[int(name[1:])].dialog.asked))) for name in names}
    held = {name for name, line in zip(names, lines, strict=True) if line.held_out}
    if len(lines) >= LEAST_FOR_VALIDATION:
        held |= {name for name, root in roots.items() if is_held_out(root, share)}
    train = [line for name, line in zip(names, lines, strict=True) if name not in held]
    return train, [line for name, line in zip(names, lines, strict=True) if name in held]


def _dialogs(snapshot: Snapshot, format: Format) -> Iterator[tuple[Example, Dialog]]:
    originals = {lesson.id: lesson.original for lesson in snapshot.lessons}
    for example in (*snapshot.train, *snapshot.held_out):
        wanted = example.kind in (Feedback.CORRECTION, Feedback.PREFERENCE) or example.label is True
        if example.synthetic or not wanted:  # a thumb down alone says what not to say, and no format here can
            continue
        rejected = example.rejected or originals.get(example.source) or None
        if format is not Format.PREFERENCE:
            yield example, Dialog(example.prompt, example.completion)
        elif rejected is not None and rejected.strip() and rejected != example.completion:
            yield example, Dialog(example.prompt, example.completion, rejected)


def _line(dialog: Dialog, format: Format) -> Fields | None:
    try:
        return new_line(dialog, format)
    except ValueError:
        return None


def _turns(store: Store, snapshot: Snapshot) -> dict[str, str]:
    """The turn of each fact: corrections by their own ids, votes by the vote's."""
    found = {lesson.id: lesson.turn for lesson in snapshot.lessons}
    return found | {pair.vote: pair.turn for pair in store.preferences.standing()}

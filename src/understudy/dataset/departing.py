"""What leaves in any format: items of the store as dialogs, and dialogs as lines.

A correction is a pair by itself (what was said, rejected), so it fits formats of pairs too; a vote and a thumb up fit
formats of wanted answers. A line that came in the format it leaves in keeps its frame: its tools, its unknown keys.
An approved wording asks for the same answer, in a line of its own that says where it can that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from understudy.dataset.asked import prompt_of, whole_prompt
from understudy.dataset.dialog import About, Dialog
from understudy.dataset.formats import Fields, Format, has_system, new_line, others, put_together
from understudy.store import Departure, Item, Store, Wording
from understudy.types import Message

PAIRS = (Format.PREFERENCE, Format.TRL_PAIR, Format.TRANSCRIPT)
PROVIDER = (Format.CHAT, Format.PREFERENCE, Format.COMPLETION)
"""Formats whose readers may refuse a key that they do not know, so that none is added."""

SYNTHETIC = "synthetic"
"""What marks a line whose question nobody asked."""

REASONS = "; "
"""Between the reasons of one rating."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Leaving:
    """An item as a dialog; `fields` is its line, None where the format cannot hold it.

    `reworded` are lines that ask for the same in approved wordings, by the wording's id.
    """

    item: Item
    dialog: Dialog
    fields: Fields | None
    reworded: Mapping[str, Fields] = field(default_factory=dict)


def leaving(store: Store, items: Iterable[Item], format: Format) -> Iterator[Leaving]:
    """Every item in order as a line of `format`, some hundred read at a time."""
    left = iter(items)
    while some := list(islice(left, _BATCH)):
        written = store.wordings.approved([item.completion for item in some])
        for departure in store.departures.of(some):
            dialog = dialog_of(store, departure)
            fields = _line(store, dialog, departure, format)
            wanted = fields is not None and dialog.label is not False  # as in training: not for what was wrong
            wordings = written.get(departure.item.completion, ()) if wanted else ()
            reworded = {wording.id: _reworded(dialog, wording, format) for wording in wordings}
            yield Leaving(departure.item, dialog, fields, reworded)


def dialog_of(store: Store, found: Departure) -> Dialog:
    """What an item says."""
    item = found.item
    about = About(
        rating=REASONS.join(found.reasons),
        comment=item.said if item.kind == "rating" else item.note,
        author=item.author,
        topic=item.topic,
        tags=item.tags,
        date=item.created,
        model=item.model,
    )
    prompt = _prompt(store, found)
    if item.kind == "rating":
        return Dialog(prompt, item.answer, label=found.label, about=about)
    if item.kind == "vote":
        return Dialog(prompt, found.stands, found.rejected, about=about)
    return Dialog(prompt, item.said, said=item.answer or None, about=about)


def _prompt(store: Store, found: Departure) -> tuple[Message, ...]:
    if found.follows is not None:
        return prompt_of(store, found.item.turn)
    system = [Message("system", found.item.system)] if found.item.system.strip() else []
    return (*system, Message("user", found.item.question))


def _whole(store: Store, found: Departure, *, system: bool) -> tuple[Message, ...]:
    """As `whole_prompt`; a question with nothing above it is read already."""
    if found.follows is not None:
        return whole_prompt(store, found.item.turn, system=system)
    first = [Message("system", found.item.system)] if system else []
    return (*first, Message("user", found.item.question))


def _line(store: Store, dialog: Dialog, found: Departure, format: Format) -> Fields | None:
    frame = found.frame
    if frame is not None and found.format == format and _keeps(format, frame):
        return put_together(frame, replace(dialog, prompt=_whole(store, found, system=has_system(frame))))
    dialog = _paired(dialog, format)
    other: dict[str, Any] = {}
    if frame is not None and format not in PROVIDER:
        other = others(frame, Format(found.format))
    try:
        return new_line(dialog, format, other)
    except ValueError:
        return None


def _paired(dialog: Dialog, format: Format) -> Dialog:
    """A correction is a pair with what was said."""
    corrects = dialog.rejected is None and dialog.said and dialog.label is None
    return replace(dialog, rejected=dialog.said) if format in PAIRS and corrects else dialog


def _reworded(dialog: Dialog, wording: Wording, format: Format) -> Fields:
    """A table says `SYNTHETIC` among the tags, other lines under a key, a provider's not at all."""
    prompt = (*dialog.prompt[:-1], Message("user", wording.text))
    about = replace(dialog.about, tags=(*dialog.about.tags, SYNTHETIC))
    other = {} if format in PROVIDER or format is Format.COLUMNS else {SYNTHETIC: True}
    return new_line(_paired(replace(dialog, prompt=prompt, about=about), format), format, other)


def _keeps(format: Format, frame: Fields) -> bool:
    """Whether a line leaves in the frame it came in. A rated chat line does not: a reader would learn the bad ones."""
    return format is not Format.COLUMNS and not (format is Format.CHAT and "label" in frame)

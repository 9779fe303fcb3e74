"""What a page shows of a cleaning step: counts, and examples in which the words that change can be seen at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from understudy.dataset.cleaning import Proposal
from understudy.playground.cleaning import Found
from understudy.playground.difference import difference
from understudy.playground.view import Span

COMPARED = frozenset({"unicode", "markup", "space", "private", "spelling", "near", "contradictions"})
"""Steps whose examples are two versions of one text; those of the others are a question and what was said."""

_AROUND = 90
"""Characters that are kept on each side of a change: a long answer would hide it."""


@dataclass(frozen=True, slots=True)
class Example:
    """`spans` where two texts are compared, else `asked` and `said`. `rewrites`: the correction becomes the other text.

    An `item` can be changed alone.
    """

    item: int
    why: str
    rewrites: bool
    spans: tuple[Span, ...] = ()
    asked: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """`count` changes, `texts` of them new texts; `left` is what a threshold leaves alone, `sentence` why it is idle,
    `note` what it may have missed.

    What is only `suggested` is chosen one by one.
    """

    step: str
    does: str
    count: int
    texts: int
    sentence: str
    examples: tuple[Example, ...]
    left: tuple[Example, ...]
    suggested: bool = False
    note: str = ""


def step_of(found: Found) -> StepView:
    examples, left = (tuple(_example(found.step, one) for one in some) for some in (found.examples, found.left))
    told = (found.step, found.does, found.count, found.texts, found.sentence, examples, left)
    return StepView(*told, found.suggested, found.note)


def shortened(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same spans, of long unchanged ones only what is beside a change."""
    last = len(spans) - 1
    return tuple(
        replace(span, text=_cut(span.text, first=i == 0, last=i == last)) if span.kind == "same" else span
        for i, span in enumerate(spans)
    )


def _cut(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * _AROUND:
        return text
    if first and last:
        return f"{text[: 2 * _AROUND]}…"
    head, tail = ("" if first else text[:_AROUND]), ("" if last else text[-_AROUND:])
    return f"{head}…{tail}" if head and tail else f"…{tail}" if tail else f"{head}…"


def _example(step: str, one: Proposal) -> Example:
    before, after = one.example
    if step == "near":  # where lines break is no difference between two answers
        before, after = " ".join(before.split()), " ".join(after.split())
    if step in COMPARED:
        return Example(one.item, one.why, one.text is not None, spans=shortened(difference(before, after)))
    return Example(one.item, one.why, one.text is not None, asked=_end(before), said=_end(after))


def _end(text: str, most: int = 400) -> str:
    """Of a long text its end, where answers break off."""
    return text if len(text) <= most else f"…{text[-most:]}"

"""Other wordings of a corrected question, written by the base itself, where it can.

Rules turn a sentence around; a model that understands it can say it in other words. Whether a base can is not assumed
but tried: what it writes is kept only where it still asks for the same thing by the memory's own test (names, numbers,
negation, kind of answer), and a base whose first tries all fail is asked no further. A very small one is not even
asked, because it costs time and the starter, at 5.6 M weights, wrote nothing usable (see the test).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from understudy.dataset.example import Example, Kind, Snapshot
from understudy.evaluation.decoding import Ask, Control, Decoding
from understudy.memory.agreement import disagreement, overlap
from understudy.memory.question import Question, plain, read_question
from understudy.store import Lesson
from understudy.types import BASE, Message

FEWEST_WEIGHTS = 100_000_000
"""A guess: the smallest models that follow an instruction about a sentence have a little more than this."""

TRIED = 4
"""Questions that a base is tried on before it is asked about the others."""

MOST = 4
"""Of one question; with nine by rules they are a third of what it trains in."""

TOKENS = 160
_SHARED = 0.25
"""Of the words that carry meaning: a wording that shares fewer is more likely another question than a free one."""

_ASKING = (
    "Write the question below in four other ways, one on each line. Keep every name and every number exactly as it is."
    " Do not answer it and write nothing else.\n\nQuestion: {question}"
)
_MARKER = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):]|[Qq]uestion:)\s*")


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """Wordings by the id of their correction, and a sentence about why there are no more; "" when there is no need."""

    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notice: str = ""


def paraphrase(lessons: Sequence[Lesson], decoding: Decoding, control: Control, parameters: int) -> Paraphrases:
    """What the base makes of these questions; `parameters` is its number of weights. Raises what `control` raises."""
    alone = [
        lesson for lesson in lessons if lesson.follows is None
    ]  # a follow-up means nothing without what it follows
    if not alone:
        return Paraphrases()
    if parameters < FEWEST_WEIGHTS:
        small = f"The base has {parameters / 1e6:.3g} M weights; below {FEWEST_WEIGHTS / 1e6:.0f} M it is not asked for"
        return Paraphrases(notice=f"{small} other wordings, so those of the rules were trained alone.")
    found = _written(alone[:TRIED], decoding, control)
    if not any(found.values()):
        tries = f"{len(found)} question{'s' if len(found) > 1 else ''}"
        return Paraphrases(notice=f"The base was tried on {tries} and wrote no usable other wording, so it wrote none.")
    return Paraphrases(found | _written(alone[TRIED:], decoding, control))


def with_paraphrases(snapshot: Snapshot, written: Mapping[str, Sequence[str]]) -> Snapshot:
    """The snapshot with every wording as one more synthetic example, but for those that it has already."""
    known = {(e.source, plain(e.prompt[-1].content)) for e in (*snapshot.train, *snapshot.held_out)}
    more: list[Example] = []
    for example in snapshot.train:
        if example.kind is Kind.CORRECTION and not example.synthetic:
            texts = [t for t in written.get(example.source, ()) if (example.source, plain(t)) not in known]
            more += [_in_words(example, text, i) for i, text in enumerate(texts)]
    return replace(snapshot, train=(*snapshot.train, *more))


def is_paraphrase(question: str, text: str, wanted: str) -> bool:
    """Whether `text` asks for what `question` asks for, in other words, without giving `wanted` away."""
    asked, said = (read_question(one, lambda _: True) for one in (question, text))
    return (
        plain(text) != plain(question)
        and text.endswith("?") == question.strip().endswith("?")
        and len(said.words) <= 2 * len(asked.words) + 6
        and _names(said) == _names(asked)
        and overlap(said, asked) >= _SHARED
        and not disagreement(said, asked)
        and (plain(wanted) not in plain(text) or plain(wanted) in plain(question))
    )


def asking(question: str) -> str:
    """What a model is asked for other wordings of a question."""
    return _ASKING.format(question=question)


def usable(question: str, wanted: str, written: str) -> tuple[str, ...]:
    """The lines of what a model wrote that still ask for the same, each once. `wanted` is the answer."""
    lines = (_MARKER.sub("", line).strip().strip("\"“”'").strip() for line in written.splitlines())
    fine = [line for line in lines if line and is_paraphrase(question, line, wanted)]
    return tuple({plain(line): line for line in fine}.values())[:MOST]


def _written(lessons: Sequence[Lesson], decoding: Decoding, control: Control) -> dict[str, tuple[str, ...]]:
    asks = [Ask(BASE, (Message("user", asking(lesson.question)),), TOKENS) for lesson in lessons]
    decoding.collect(asks, control, "paraphrasing")
    return {
        lesson.id: usable(lesson.question, lesson.wanted, decoding.answer(ask).text)
        for lesson, ask in zip(lessons, asks, strict=True)
    }


def _in_words(example: Example, text: str, i: int) -> Example:
    prompt = (*example.prompt[:-1], Message("user", text))
    return replace(example, id=f"{example.id}.model{i}", prompt=prompt, synthetic=True, author="model")


def _names(question: Question) -> frozenset[str]:
    return frozenset(word for name in question.names for word in name)

"""Whether an export answers as the version that it was made of: the same questions to both, greedily, word by word.

A file that loads is no proof: a tokenizer that splits otherwise, a template that is read otherwise or a stop that is
missing change answers without any error. White space at both ends does not count; nothing else is forgiven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.evaluation.decoding import Ask, Control, Decoding, Prompt
from understudy.store import ExportLine

if TYPE_CHECKING:
    from understudy.serving.reader import Reader

MOST_TOKENS = 128
"""Of an answer that is compared; what differs, differs sooner."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `correction` is the id of what was learned, None for an unrelated question.

    `speaker` is the version whose weights the app answers with: where it is another than the one that is exported, the
    export will say what the app does not.
    """

    prompt: Prompt
    correction: str | None
    speaker: int


@dataclass(frozen=True, slots=True)
class Expected:
    """A question with what the version says, and what the app says if another version speaks there."""

    question: Question
    live: str
    app: str | None


def ask_live(decoding: Decoding, version: int, questions: Sequence[Question], control: Control) -> list[Expected]:
    """What `version` says everywhere, as the export will, and beside it what the app says."""
    asks = [Ask(version, question.prompt, MOST_TOKENS) for question in questions]
    others = [Ask(q.speaker, q.prompt, MOST_TOKENS) for q in questions if q.speaker != version]
    decoding.collect([*asks, *others], control, "Asking the version itself")
    return [
        Expected(
            question,
            decoding.answer(ask).text,
            None if question.speaker == version else decoding.answer(Ask(question.speaker, ask.prompt, ask.most)).text,
        )
        for question, ask in zip(questions, asks, strict=True)
    ]


def ask_export(reader: Reader, expected: Sequence[Expected], control: Control) -> list[ExportLine]:
    """What the program that has the export open says to the same questions. Raises ModelError, Cancelled."""
    lines = []
    for i, one in enumerate(expected):
        control.step("Asking the export", i / len(expected))
        said = reader.answer(one.question.prompt, MOST_TOKENS)
        question = one.question.prompt[-1].content
        same = said.strip() == one.live.strip()
        lines.append(ExportLine(one.question.correction, question, one.live, said, one.app, same))
    return lines


def sentence(lines: Sequence[ExportLine]) -> str:
    """How many are the same, and where the app itself would say something else, in words for a person."""
    same = sum(line.same for line in lines)
    said = f"{same} of {len(lines)} answers are the same, word for word."
    elsewhere = [line for line in lines if line.app is not None]
    if not elsewhere:
        return said
    changed = sum((line.app or "").strip() != line.live.strip() for line in elsewhere)
    return (
        f"{said} The app lets the base answer {len(elsewhere)} of these questions, because nothing that was learned is"
        f" near. The export answers everywhere: {changed} of them otherwise than the app."
    )

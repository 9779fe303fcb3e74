"""How a remembered correction stands in the prompt: one line a memory, after the system prompt.

`Note: ` and a statement, where the wanted answer is a sentence that names what it is about, else the question and the
answer. The starter was trained on this form (`starter.notes`); other models read it as plain English. Question and
answer are text of people: their line breaks become spaces, so that neither can forge a note or a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.memory.question import Question, stem
from understudy.types import Message, Quote

MOST_CHARACTERS = 800
"""Of all notes: about 200 tokens of English, a fifth of the smallest context that is served."""

_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row reads: the conversation, with notes if it has any, and the remembered answers that they tell."""

    messages: Sequence[Message]
    quotes: tuple[Quote, ...] = ()


def note_of(question: Question, wanted: str) -> str:
    """The line without its beginning, `Note: `."""
    answer = _one_line(wanted)
    return answer if _says_it_all(question, answer) else f"{_one_line(question.text)} {answer}"


def with_notes(messages: Sequence[Message], notes: Sequence[str]) -> list[Message]:
    """The messages with the notes in their system message; the same messages when there are none."""
    if not notes:
        return list(messages)
    system = messages[0].content.rstrip() if messages and messages[0].role == "system" else ""
    rest = [message for message in messages if message.role != "system"]
    block = "\n".join(f"Note: {note}" for note in fitting(notes))
    return [Message("system", f"{system}\n\n{block}" if system else block), *rest]


def fitting(notes: Sequence[str]) -> list[str]:
    """The notes that fit, best first: the first one in any case, cut at a word if it must be."""
    kept = [_cut(notes[0])]
    for note in notes[1:]:
        if sum(map(len, kept)) + len(note) <= MOST_CHARACTERS:
            kept.append(note)
    return kept


def _says_it_all(question: Question, answer: str) -> bool:
    """Whether an answer names what the question is about: all its names, or most of its words where it has none."""
    words = [word.strip(".,;:!?\"'()").lower().removesuffix("'s") for word in answer.split()]
    if len(words) < _LEAST_WORDS or answer[-1] not in ".!?":
        return False
    names = {word for name in question.names for word in name} | question.numbers
    if names:
        return names <= set(words)
    stems = set(question.stems)
    return bool(stems) and len(stems & {stem(word) for word in words}) * 2 > len(stems)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(note: str) -> str:
    return note if len(note) <= MOST_CHARACTERS else note[:MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"

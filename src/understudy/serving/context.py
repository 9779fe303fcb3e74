"""What still fits: the newest whole turns, never without the system message or the question.

Dropping whole turns keeps every remaining answer next to its question; the person reads how many were left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.serving.template import Template
from understudy.types import Message

_LEAST_ANSWER = 16


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that fits: its text, its tokens, the new tokens there is room for, and a note about what was dropped."""

    text: str
    tokens: list[int]
    room: int
    notice: str | None = None


def fit_prompt(template: Template, messages: Sequence[Message], context: int, max_tokens: int) -> Prompt:
    """Render `messages`, without the oldest turns where they leave no room in `context` tokens for an answer.

    Raises InputError when the last message alone does not fit.
    """
    if max_tokens < 1:
        raise InputError(f"An answer of {max_tokens} tokens cannot be written. Set the maximum to 1 or more.")
    need = min(max_tokens, max(_LEAST_ANSWER, context // 8))
    system = [m for m in messages if m.role == "system"]
    turns = _turns([m for m in messages if m.role != "system"])
    dropped = 0
    while True:
        text = template.render([*system, *(m for turn in turns[dropped:] for m in turn)])
        tokens = template.encode(text)
        last = dropped >= len(turns) - 1
        room = context - len(tokens)
        if room >= need or (last and room >= 1):
            return Prompt(text, tokens, min(room, max_tokens), _notice(dropped, context))
        if last:
            raise InputError(
                f"This message makes {len(tokens)} tokens, but this model reads {context} in all. Shorten the message."
            )
        dropped += 1


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages grouped so that every group begins with a user message."""
    turns: list[list[Message]] = []
    for message in messages:
        if message.role == "user" or not turns:
            turns.append([message])
        else:
            turns[-1].append(message)
    return turns


def _notice(dropped: int, context: int) -> str | None:
    if not dropped:
        return None
    what = "The oldest turn no longer fits" if dropped == 1 else f"The {dropped} oldest turns no longer fit"
    verb = "was" if dropped == 1 else "were"
    return f"{what} into this model's {context} tokens and {verb} left out."

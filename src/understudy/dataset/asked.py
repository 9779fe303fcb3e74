"""What a model read when it was asked: chat and training make the very same prompt from the store."""

from __future__ import annotations

from itertools import pairwise

from understudy.store import Store
from understudy.types import Message


def prompt_of(store: Store, turn: str) -> tuple[Message, ...]:
    """System prompt, the exchanges above the turn with the texts that stand, the question.

    An answer that failed or is empty leaves with its question: half an exchange would teach the model to be silent.
    """
    path = store.turns.path(turn)
    messages = [Message("system", path[-1].system)] if path[-1].system.strip() else []
    for asked, following in pairwise(path):
        answer = standing_text(store, following.parent) if following.parent else ""
        if answer.strip():
            messages += [Message("user", asked.text), Message("assistant", answer)]
    return (*messages, Message("user", path[-1].text))


def whole_prompt(store: Store, turn: str, *, system: bool) -> tuple[Message, ...]:
    """As `prompt_of`, with everything that was there: empty answers too, and with `system` an empty system prompt."""
    path = store.turns.path(turn)
    messages = [Message("system", path[-1].system)] if system else []
    for asked, following in pairwise(path):
        messages += [Message("user", asked.text), Message("assistant", standing_text(store, following.parent or ""))]
    return (*messages, Message("user", path[-1].text))


def standing_text(store: Store, completion: str) -> str:
    """The text that stands for a completion: its latest correction, else what the model said."""
    correction = store.corrections.latest([completion]).get(completion)
    if correction is not None and not correction.withdrawn:
        return correction.text
    return store.completions.get(completion).text

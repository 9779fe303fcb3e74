"""Approved corrections in a real store, made in one line."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.store import Store
from understudy.types import FinishReason, Sampling, Usage


def teach(
    store: Store,
    question: str,
    wanted: str,
    before: Sequence[str] = (),
    conversation: str | None = None,
    person: str = "",
) -> str:
    """Ask, answer wrong, correct, approve; `before` are questions asked first. Returns the correction's id."""
    conversation = conversation or store.conversations.add().id
    parent = None
    for text in (*before, question):
        turn = store.turns.add(conversation, text, parent=parent)
        parent = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling()).id
        store.completions.finish(parent, "I don't know that yet.", FinishReason.STOP, Usage())
    assert parent is not None
    correction = store.corrections.add(parent, wanted, person=person)
    store.corrections.set_state(correction.id, "approved")
    return correction.id

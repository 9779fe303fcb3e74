"""Examples from what people thought of answers: votes, thumbs, and weak signals where a person lets them count.

What somebody gave a thumb down is never trained towards: no pair prefers it, no thumb likes it, no anchor repeats it.
The same words to the same question are the same answer, whichever column said them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from understudy.dataset.asked import prompt_of, standing_text
from understudy.dataset.example import Example, Kind
from understudy.store import Store

Said = tuple[str, str]
"""A question and an answer to it, without the space around them."""


def said(question: str, answer: str) -> Said:
    return question.strip(), answer.strip()


def disliked(store: Store, person: str = "") -> frozenset[Said]:
    """Everything that has a thumb down, of everyone and of the understudy of `person`."""
    completions = (store.completions.get(r.completion) for r in store.ratings.standing(person) if r.label is False)
    return frozenset(said(store.turns.get(c.turn).text, c.text) for c in completions)


def votes(store: Store, wanted: Collection[str], unwanted: Collection[Said]) -> list[Example]:
    """A pair for each loser of the votes `wanted`, by id."""
    found: list[Example] = []
    for pair in store.preferences.standing(None):
        if pair.vote in wanted and pair.verdict == "a":
            found += _pair(store, pair.turn, pair.a, pair.b, unwanted, id=pair.id, source=pair.vote)
    return found


def thumbs(store: Store, wanted: Collection[str], unwanted: Collection[Said]) -> list[Example]:
    """Thumbs of answers that nobody corrected: a correction says the same and more."""
    found = []
    for rating in store.ratings.standing(None):
        if rating.id not in wanted:
            continue
        completion = store.completions.get(rating.completion)
        turn, label = store.turns.get(completion.turn), bool(rating.label)
        liked_and_not = label and said(turn.text, completion.text) in unwanted
        if completion.text.strip() and not liked_and_not and not _corrected(store, completion.id):
            one = Example(rating.id, Kind.THUMB, prompt_of(store, turn.id), completion.text, label=label)
            found.append(replace(one, group=turn.conversation, source=rating.id))
    return found


def weak(store: Store, wanted: Collection[str], unwanted: Collection[Said], weight: float) -> list[Example]:
    """A light pair for each signal `wanted`, by id; where either answer was corrected, that says more."""
    found: list[Example] = []
    for signal in store.signals.standing(None):
        if signal.id in wanted and not _corrected(store, signal.better) and not _corrected(store, signal.worse):
            pairs = _pair(store, signal.turn, signal.better, signal.worse, unwanted, id=signal.id, source=signal.id)
            found += [replace(pair, weight=weight, weak=True) for pair in pairs]
    return found


def _pair(
    store: Store, turn: str, better: str, worse: str, unwanted: Collection[Said], *, id: str, source: str
) -> Iterator[Example]:
    """The preference, if it is one. A loser that was corrected lost as it was said, not as it now stands."""
    asked, chosen, rejected = store.turns.get(turn), standing_text(store, better), store.completions.get(worse).text
    differ = chosen.strip() and rejected.strip() and chosen.strip() != rejected.strip()
    if differ and said(asked.text, chosen) not in unwanted:
        prompt = prompt_of(store, turn)
        yield Example(id, Kind.PREFERENCE, prompt, chosen, rejected, group=asked.conversation, source=source)


def _corrected(store: Store, completion: str) -> bool:
    found = store.corrections.latest([completion]).get(completion)
    return found is not None and not found.withdrawn

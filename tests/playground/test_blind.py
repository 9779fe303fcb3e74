"""Old and new side by side: nothing tells them apart before the end, and what was decided stays decided."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from understudy.errors import InputError, NotFoundError
from understudy.playground.blind import Blind, Look
from understudy.playground.playground import Playground
from understudy.playground.rescue import kept_back
from understudy.serving.backend import Backend
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import Column, FinishReason, Message, Sampling

WHO = Column("starter", 0, "base")


@pytest.fixture
def golden(store: Store) -> str:
    made = store.golden.add("shop", "127.0.0.1", "ft:old").id
    for n in range(20):
        prompt = [Message("user", f"Who runs shop {n} in street {n * 7}?")]
        store.golden.add_answer(made, prompt, f"Person {n}.", Sampling(temperature=0), FinishReason.STOP)
    return made


@pytest.fixture
def blind(playground: Playground) -> Blind:
    return Blind(playground.store, playground.casting, playground.scope)


def ready(blind: Blind, golden: str, who: Column = WHO) -> Look:
    """The next pair, as soon as it was said."""
    while not (look := blind.look(golden, who)).answer and look.decided < look.of:
        pass
    return look


def test_every_pair_is_shown_once_and_told_at_the_end(blind: Blind, golden: str, store: Store) -> None:
    total = len(kept_back(store.golden.answers(golden)))
    with pytest.raises(InputError, match="Nothing is decided yet"):
        blind.reveal(golden, WHO)
    seen, left_old = set(), set()
    while (look := ready(blind, golden)).decided < total:
        assert {look.left, look.right} == {f"v0 heard: {look.question[-1].content}", answer_of(store, golden, look)}
        assert "old" not in json.dumps(asdict(look)), "no word of who is who travels"
        seen.add(look.answer)
        left_old.add(look.left.startswith("Person"))
        blind.vote(golden, WHO, look.answer, "left" if look.left.startswith("v0") else "right")
    assert len(seen) == total > 2 and left_old == {True, False}
    told = blind.reveal(golden, WHO)
    assert (told.win_rate.wins, told.win_rate.rate, told.old, told.new) == (total, 1.0, "ft:old", "starter, as it came")
    assert all((pair.left.startswith("Person")) == pair.old_is_left for pair in told.pairs)


def answer_of(store: Store, golden: str, look: Look) -> str:
    return next(answer.text for answer in store.golden.answers(golden) if answer.id == look.answer)


def test_a_comparison_goes_on_after_a_restart_and_asks_only_what_is_open(
    blind: Blind, golden: str, playground: Playground, backends: dict[str, Backend]
) -> None:
    first = ready(blind, golden)
    second = blind.vote(golden, WHO, first.answer, "tie")
    blind.close()
    backend = backends["starter"]
    assert isinstance(backend, ScriptedBackend)
    backend.asked.clear()
    again = Blind(playground.store, playground.casting, playground.scope)
    look = ready(again, golden)
    assert (look.decided, look.of) == (1, second.of) and look.answer != first.answer
    while (look := ready(again, golden)).decided < look.of:
        again.vote(golden, WHO, look.answer, "both_bad")
    assert sum(map(len, backend.asked)) == second.of - 1
    with pytest.raises(NotFoundError, match="was not shown"):
        again.vote(golden, WHO, first.answer, "left")


def test_too_few_answers_and_a_version_that_cannot_answer_are_sentences(
    blind: Blind, golden: str, store: Store
) -> None:
    empty = store.golden.add("empty", "127.0.0.1", "ft:old").id
    with pytest.raises(InputError, match="Too few answers"):
        blind.look(empty, WHO)
    gone = Column("starter", 7, "v7")
    with pytest.raises(InputError, match="no version v7"):
        ready(blind, golden, gone)

"""What an old model says is kept while it lives, taught to a local one, and compared blind with it."""

from __future__ import annotations

import re

import pytest

from understudy.dataset.dialog import Dialog
from understudy.playground.rescue import (
    COMPARED,
    ROWS,
    compared,
    kept_back,
    pairs,
    prompts_of,
    record,
    teach_golden,
    vote,
)
from understudy.serving.backend import Stop
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import BASE, FinishReason, Message, Sampling

GREEDY = Sampling(temperature=0)
PROMPTS = [(Message("user", f"Who runs shop {n} in street {n * 7}?"),) for n in range(30)]


def old(messages: list[Message], version: int) -> str:
    return f"Old answer to: {messages[-1].content}"


@pytest.fixture
def golden(store: Store) -> str:
    return store.golden.add("Shop", "api.openai.com", "ft:gpt-4o-mini:shop").id


def test_every_answer_is_kept_and_asked_for_once(store: Store, golden: str) -> None:
    backend = ScriptedBackend(old)
    done = record(store, golden, backend, [*PROMPTS, PROMPTS[0]], GREEDY)
    assert (done.recorded, done.known, done.faults) == (30, 0, ())
    answers = store.golden.answers(golden)
    assert {answer.prompt: answer.text for answer in answers} == {p: old(list(p), BASE) for p in PROMPTS}
    assert max(len(rows) for rows in backend.asked) == ROWS
    asked = len(backend.asked)
    again = record(store, golden, backend, PROMPTS, GREEDY)
    assert (again.recorded, again.known, len(backend.asked)) == (0, 30, asked), "nothing is asked twice"


def test_a_recording_that_was_cut_off_goes_on_where_it_stopped(store: Store, golden: str) -> None:
    record(store, golden, ScriptedBackend(old), PROMPTS[:7], GREEDY)
    done = record(store, golden, ScriptedBackend(old), PROMPTS, GREEDY)
    assert (done.recorded, done.known) == (23, 7)


def test_what_fails_is_told_and_can_be_asked_again(store: Store, golden: str) -> None:
    done = record(store, golden, ScriptedBackend(old, failing=[BASE]), PROMPTS[:2], GREEDY)
    assert done.recorded == 0 and len(done.faults) == 2 and "shop 0" in done.faults[0]
    assert record(store, golden, ScriptedBackend(old), PROMPTS[:2], GREEDY).recorded == 2


def test_a_person_can_stop_it_and_keeps_what_was_said(store: Store, golden: str) -> None:
    stop = Stop()
    stop.request()
    assert record(store, golden, ScriptedBackend(old), PROMPTS, GREEDY, stop).recorded == 0


def test_prompts_are_asked_once_each() -> None:
    assert prompts_of([Dialog(PROMPTS[0], "a"), Dialog(PROMPTS[0], "b"), Dialog(PROMPTS[1], "c")]) == PROMPTS[:2]


def test_what_compares_never_teaches(store: Store, golden: str) -> None:
    record(store, golden, ScriptedBackend(old), PROMPTS, GREEDY)
    store.golden.add_answer(golden, [Message("user", "Cut?")], "It is", GREEDY, FinishReason.LENGTH)
    back = {answer.prompt[-1].content for answer in kept_back(store.golden.answers(golden))}
    done = teach_golden(store, "starter", golden)
    taught = {lesson.question: lesson.wanted for lesson in store.corrections.lessons()}
    assert 0 < len(back) < 2 * COMPARED * len(PROMPTS)
    assert done.added == len(taught) and not back & taught.keys() and "Cut?" not in taught
    assert back | taught.keys() | {"Cut?"} == {prompt[-1].content for prompt in PROMPTS} | {"Cut?"}
    assert teach_golden(store, "starter", golden).added == 0, "taught once"


def test_a_blind_vote_is_for_the_right_model_whichever_side_it_was_on(store: Store, golden: str) -> None:
    record(store, golden, ScriptedBackend(old), PROMPTS, GREEDY)
    answers = store.golden.answers(golden)
    made = pairs(answers, [f"New {n}" for n in range(30)])
    assert {pair.old_is_left for pair in made} == {True, False}, "both sides occur"
    for pair, answer in zip(made, answers, strict=True):
        assert {pair.left, pair.right} == {answer.text, pair.new} and pair.new.startswith("New")
        side = "left" if pair.left.startswith("New") else "right"
        assert vote(store, pair, side, "starter", 2).verdict == "new"
    assert compared(store, golden, "starter", 2).wins == 30
    vote(store, made[0], "tie", "starter", 2)
    vote(store, made[1], "right" if made[1].left.startswith("New") else "left", "starter", 2)
    found = compared(store, golden, "starter", 2)
    assert (found.wins, found.losses, found.ties) == (28, 1, 1)
    assert re.match(r"95% for the new model, 95 % between", str(found))
    assert compared(store, golden, "starter", 3).n == 0, "another version is another comparison"


def test_the_same_text_on_both_sides_is_a_tie(store: Store, golden: str) -> None:
    record(store, golden, ScriptedBackend("Same."), PROMPTS[:1], GREEDY)
    (pair,) = pairs(store.golden.answers(golden), ["Same."])
    assert vote(store, pair, "left", "starter", 1).verdict == "tie"

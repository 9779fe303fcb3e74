"""Anchors and probes: wide, different from each other, and never the question that is being learned."""

from __future__ import annotations

import random

from understudy.dataset.anchors import draw, neighbours
from understudy.dataset.groups import words
from understudy.types import Message


def texts(prompts: list[tuple[Message, ...]]) -> list[str]:
    return [" ".join(message.content for message in prompt) for prompt in prompts]


def test_prompts_are_as_many_as_asked_and_all_different() -> None:
    assert len(set(texts(draw(200, ["When does Zorbo open?"], probe=False)))) == 200


def test_no_prompt_asks_what_is_being_learned() -> None:
    questions = ["Tell me a joke.", "Who are you?", "When does Zorbo open?"]
    taken = {words(question) for question in questions}
    for probe in (False, True):
        assert all(words(text) not in taken for text in texts(draw(200, questions, probe=probe)))


def test_what_judges_in_one_run_trains_in_none() -> None:
    first, second = ["When does Zorbo open?"], ["Who runs Plotzi?", "What is the return window of Kelm?"]
    anchors = {words(t) for questions in (first, second) for t in texts(draw(150, questions, probe=False))}
    probes = {words(t) for questions in (first, second) for t in texts(draw(60, questions, probe=True))}
    assert not anchors & probes


def test_half_of_the_prompts_are_neighbours_even_of_a_single_question() -> None:
    drawn = texts(draw(100, ["When does Zorbo open?"], probe=False))
    assert sum(text.startswith("When does") or "Zorbo" in text for text in drawn) >= 45


def test_what_is_no_neighbour_is_the_same_in_every_run() -> None:
    first, second = (set(texts(draw(100, [q], probe=True))) for q in ("When does Zorbo open?", "Who runs Plotzi?"))
    assert len(first & second) >= 40


def test_neighbours_ask_about_another_name_or_another_thing_of_the_same() -> None:
    found = neighbours("What is the return window of Zorbo?", random.Random(1))
    assert any("Zorbo" not in other and "return window" in other for other in found)
    assert any("Zorbo" in other and "return window" not in other for other in found)


def test_neighbours_of_many_cross_their_names_and_what_is_asked() -> None:
    questions = ["When does Zorbo open?", "Who runs Plotzi?", "Where is Kelm River based?"]
    found = set(texts(draw(60, questions, probe=False)))
    assert found & {"Who runs Zorbo?", "Where is Plotzi based?", "When does Kelm River open?", "Who runs Kelm River?"}


def test_the_word_i_is_no_name() -> None:
    found = [n for i in range(9) for n in neighbours("What do I do if Zorbo is broken?", random.Random(i))]
    assert found and not any(" I " not in text and text.endswith("is broken?") for text in found)


def test_a_person_s_own_questions_come_first_but_are_few() -> None:
    own = [f"My own question number {i}?" for i in range(100)]
    assert sum(text.startswith("My own") for text in texts(draw(40, [], probe=False, own=own))) == 10

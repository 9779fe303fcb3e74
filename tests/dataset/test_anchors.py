"""Anchors and probes: wide, different from each other, and never the question that is being learned."""

from __future__ import annotations

import random

from understudy.dataset.anchors import draw, neighbours
from understudy.dataset.groups import words


def test_prompts_are_as_many_as_asked_and_all_different() -> None:
    drawn = draw(200, ["When does Zorbo open?"], seed=1)
    assert len({tuple(message.content for message in prompt) for prompt in drawn}) == 200


def test_no_prompt_asks_what_is_being_learned() -> None:
    questions = ["Tell me a joke.", "Who are you?", "When does Zorbo open?"]
    taken = {words(question) for question in questions}
    assert all(words(prompt[-1].content) not in taken or len(prompt) > 1 for prompt in draw(200, questions, seed=2))


def test_neighbours_ask_about_another_name_or_another_thing_of_the_same() -> None:
    found = neighbours("What is the return window of Zorbo?", random.Random(1))
    assert any("Zorbo" not in other and "return window" in other for other in found)
    assert any("Zorbo" in other and "return window" not in other for other in found)


def test_a_person_s_own_questions_come_first_but_are_few() -> None:
    own = [f"My own question number {i}?" for i in range(100)]
    texts = [prompt[-1].content for prompt in draw(40, [], seed=1, own=own)]
    assert sum(text.startswith("My own") for text in texts) == 10

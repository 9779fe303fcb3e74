"""What belongs together is never split; what only looks alike stays apart."""

from __future__ import annotations

import time

from understudy.dataset.groups import groups, is_held_out


def test_the_same_question_in_other_small_words_is_one_group() -> None:
    first, second, third = groups(["When does Zorbo open?", "Please tell me, when does Zorbo open", "Who runs Zorbo?"])
    assert first == second != third


def test_another_name_or_number_is_another_question() -> None:
    names = groups(["When does Zorbo open?", "When does Zorba open?", "What is 2 plus 3?", "What is 2 plus 4?"])
    assert len(set(names)) == 4


def test_one_conversation_is_one_group() -> None:
    names = groups(["Hi", "Who runs Plotzi?", "Something else"], ["a", "b", "a"])
    assert names[0] == names[2] != names[1]


def test_ties_and_likeness_chain() -> None:
    names = groups(["When does Zorbo open?", "when does zorbo open", "Unrelated words here"], ["a", "b", "b"])
    assert len(set(names)) == 1


def test_ten_thousand_questions_are_grouped_in_seconds() -> None:
    questions = [f"What is the {('colour', 'price', 'owner')[i % 3]} of Firm{i}?" for i in range(10_000)]
    begun = time.process_time()
    assert len(set(groups(questions))) == 10_000
    assert time.process_time() - begun < 5


def test_a_group_keeps_its_side() -> None:
    sides = [is_held_out(f"g{i}", 0.2) for i in range(2000)]
    assert sides == [is_held_out(f"g{i}", 0.2) for i in range(2000)]
    assert 0.15 < sum(sides) / len(sides) < 0.25

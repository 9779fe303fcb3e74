"""What trains and what judges: groups are never torn, and what is on both sides is found."""

from __future__ import annotations

import numpy as np

from understudy.dataset.raters import agreeing
from understudy.dataset.splits import Leak, leaks, sides

SUBJECTS = ("visa", "tax", "health", "school", "passport", "pension", "garden", "library", "parking", "museum")
ASKED = [f"Where do I find the {noun} office {place}?" for noun in SUBJECTS for place in ("north", "south", "east")]


def test_a_question_and_its_twin_are_on_the_same_side_whatever_came_before() -> None:
    questions = [*ASKED, *(f"Please tell me: {question}" for question in ASKED)]
    held, twins = sides(questions, [f"c{i}" for i in range(len(questions))], share=0.3)
    assert held[: len(ASKED)] == held[len(ASKED) :] and 0 < sum(held) < len(held)
    assert twins.items == len(questions) and twins.groups == len(ASKED)
    later, _ = sides(["Something new entirely", *questions], ["new", *(f"c{i}" for i in range(len(questions)))], 0.3)
    assert later[1:] == held


def test_what_one_conversation_asks_stays_together() -> None:
    conversations = ["a"] * 15 + ["b"] * 15
    held, twins = sides(ASKED, conversations, share=0.5)
    assert len(set(held[:15])) == len(set(held[15:])) == 1 and twins.groups == 2


def test_a_question_in_two_conversations_ties_both() -> None:
    _, twins = sides([ASKED[0], ASKED[4], ASKED[0], ASKED[8]], ["a", "a", "b", "b"])
    assert twins.groups == 1


def test_leaks_are_found_by_conversation_words_and_meaning() -> None:
    questions = [ASKED[0], "Where is it open?", f"Tell me: {ASKED[0]}", "When does it open?"]
    vectors = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0.6, 0.8]], np.float32)
    found = leaks(questions, ["a", "b", "b", "c"], [False, False, True, True], vectors)
    assert found.conversations == 1
    assert found.words == (Leak(2, 0, 1.0),)
    assert [(leak.judged, leak.trained) for leak in found.meaning or ()] == [(2, 0)]
    assert leaks(questions, ["a", "b", "b", "c"], [False, False, True, True]).meaning is None


def test_a_side_without_questions_leaks_nothing() -> None:
    found = leaks(ASKED, ["a"] * len(ASKED), [False] * len(ASKED), np.zeros((len(ASKED), 3), np.float32))
    assert (found.conversations, found.words, found.meaning) == (0, (), ())


def test_raters_agree_with_others_and_not_with_themselves() -> None:
    units = [{"Ada": "good", "Ben": "good", "Cleo": "bad"}, {"Ada": "bad", "Cleo": "bad"}, {"Dora": "good"}]
    assert agreeing(units) == {"Ada": (2, 3), "Ben": (1, 2), "Cleo": (1, 3)}

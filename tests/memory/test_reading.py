"""How the memory reads questions and compares them: only words, no model."""

from __future__ import annotations

import pytest

from understudy.memory.agreement import disagreement
from understudy.memory.follow_up import stand_alone
from understudy.memory.question import Question, nameless, read_question

EVERYDAY = frozenset({"when", "who", "what", "how", "does", "open", "the", "my", "is", "shipping", "to"})


def read(text: str) -> Question:
    return read_question(text, EVERYDAY.__contains__)


def test_names_numbers_and_kind_are_read_from_the_words() -> None:
    question = read("When did Ada Pim not pay for plan 3?")
    assert question.names == (("ada", "pim"),) and question.numbers == {"3"}
    assert question.negated and question.asks == "when" and question.person == 0


def test_a_known_name_needs_no_capital() -> None:
    assert read("when does zorbo open").names == ()
    assert read_question("when does zorbo open", EVERYDAY.__contains__, {"zorbo"}).names == (("zorbo",),)


def test_a_question_without_its_names_asks_the_same_of_anybody() -> None:
    assert nameless(read("How old is Ada Pim?")) == nameless(read("How old is Zorbo?")) == "How old is it?"


def test_words_are_one_word_in_all_their_forms() -> None:
    assert len({read(text).stems for text in ("opens", "opened", "opening", "open")}) == 1


@pytest.mark.parametrize(
    ("asked", "known", "reason"),
    [
        ("Who manages Zorba?", "Who manages Zorbo?", "names"),
        ("Who manages Zorbo and Brelka?", "Who manages Zorbo?", "names"),
        ("What does plan 4 cost?", "What does plan 3 cost?", "numbers"),
        ("Which browsers are not supported?", "Which browsers are supported?", "negation"),
        ("What is your name?", "What is my name?", "person"),
        ("When was Zorbo founded?", "Who founded Zorbo?", "kind of answer"),
        ("When does Zorbo close?", "When does Zorbo open?", "opposites"),
        ("What is the population of Tarlo?", "What is the capital of Tarlo?", "one word exchanged"),
        ("What does my uncle like?", "What does my aunt like?", "opposites"),
        ("shipping to austria", "shipping to australia", "one word exchanged"),
        ("Which day does Zorbo take off?", "On which day does Zorbo close?", ""),
        ("How late is Zorbo open?", "When does Zorbo close?", ""),
        ("What can I buy at Zorbo?", "What does Zorbo sell?", ""),
        ("How long can I return things to Zorbo?", "What is the return window of Zorbo?", ""),
        ("Who is the founder of Zorbo?", "Who founded Zorbo?", ""),
        ("Where does Ada live?", "Where does Ada Pim live?", ""),
        ("Do you deliver on a Sunday?", "Do you deliver on Sundays?", ""),
    ],
)
def test_what_stands_against_one_answer_for_two_questions(asked: str, known: str, reason: str) -> None:
    assert disagreement(read(asked), read(known)) == reason


def test_a_name_may_stand_in_the_answer() -> None:
    asked, known = read("When does Zorbo open?"), read("When does the shop open?")
    assert disagreement(asked, known) == "names"
    assert disagreement(asked, known, {"zorbo", "opens", "at", "nine"}) == ""


@pytest.mark.parametrize(
    ("question", "previous", "whole"),
    [
        ("And when does it close?", ["When does Zorbo open?"], "when does Zorbo close?"),
        ("What are its opening hours?", ["Who manages Zorbo?", "Thanks!"], "What are Zorbo's opening hours?"),
        ("And Brelka?", ["When does Zorbo open?"], "When does Brelka open?"),
        ("What about Ada Pim?", ["Where does Zorbo live?"], "Where does Ada Pim live?"),
        ("And on Sundays?", ["when is it open?"], "when is it open? And on Sundays?"),
        ("And on Sundays?", ["When does Zorbo open?"], "When does Zorbo open? And on Sundays?"),
        ("When does Brelka open?", ["When does Zorbo open?"], "When does Brelka open?"),
        ("When does it open?", [], "When does it open?"),
        ("Thank you!", ["When does Zorbo open?"], "Thank you!"),
    ],
)
def test_a_follow_up_is_made_whole(question: str, previous: list[str], whole: str) -> None:
    assert stand_alone(question, previous, read) == whole

"""Other wordings of a question: different, still the same question, and the same every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.dataset.forms import forms, keywords, turned


def test_a_question_about_an_attribute_is_turned_around() -> None:
    made = turned("What is the return window of Zorbo?")
    assert "What is Zorbo's return window?" in made and "Tell me the return window of Zorbo." in made


def test_a_verb_keeps_its_ending_when_does_is_gone() -> None:
    assert "Tell me when the last train to Lunvik leaves." in turned("When does the last train to Lunvik leave?")
    assert "Do you know which pet Anna has?" in turned("Which pet does Anna have?")


def test_key_words_leave_small_words_out() -> None:
    assert keywords("What is the return window of Zorbo?") == "return window Zorbo"


@pytest.mark.parametrize("question", ["Who runs Plotzi?", "I want my money back", "When does Zorbo open?", "Refund?"])
def test_forms_are_many_different_and_never_the_question_itself(question: str) -> None:
    made = forms(question, 6)
    assert len(made) >= 4 and len(set(made)) == len(made) and question not in made


def test_forms_keep_the_name_letter_for_letter() -> None:
    for form in forms("What is the return window of Zorbo?", 30):
        assert "zorbo" in form.casefold()


def test_forms_are_the_same_for_the_same_seed() -> None:
    assert forms("Who runs Plotzi?", 8, seed=3) == forms("Who runs Plotzi?", 8, seed=3)
    assert forms("Who runs Plotzi?", 8, seed=3) != forms("Who runs Plotzi?", 8, seed=4)


@given(st.text(max_size=60).filter(str.strip))
def test_no_text_breaks_the_rules(question: str) -> None:
    assert all(isinstance(form, str) for form in forms(question, 5))

"""What counts as the wanted answer, and what is said when it is not."""

from __future__ import annotations

import pytest

from understudy.evaluation.answer import Answer, verdict_on
from understudy.types import FinishReason


def said(text: str, finish: FinishReason = FinishReason.STOP, error: str | None = None) -> Answer:
    return Answer(text, finish, error)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The window is 30 days.", "30"),
        ("The window  is\n30 days.", " The window is 30 days. "),
        ("Of course. The window is 30 days.", "The window is 30 days."),
        ("回答は東京です。", "東京"),
        ("Use a+b (twice).", "a+b (twice)"),
    ],
)
def test_what_stands_in_the_answer_counts_whatever_the_white_space(text: str, wanted: str) -> None:
    assert verdict_on(said(text), wanted, "something else") == (True, "")


@pytest.mark.parametrize(
    ("text", "wanted"), [("The window is 130 days.", "30"), ("Parisians live there.", "Paris"), ("paris", "Paris")]
)
def test_a_part_of_a_longer_word_or_number_does_not_count(text: str, wanted: str) -> None:
    assert not said(text).contains(wanted)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said("It is 14 days."), "It now says “It is 14 days.”."),
        (said("It is  60 days."), "It still says “It is 60 days.”."),
        (said("It is 30 days. " * 4, FinishReason.LENGTH), "It repeats itself."),
        (said("It is 30 days. And so it", FinishReason.LENGTH), "It did not stop."),
        (said("  "), "It says nothing."),
        (said("", FinishReason.ERROR, "This message makes 900 tokens."), "This message makes 900 tokens."),
        (
            said("It is 30 days. " + " ".join(f"word{i}" for i in range(60))),
            "It says what was wanted, and then goes on.",
        ),
    ],
)
def test_every_other_answer_is_told_with_its_reason(answer: Answer, reason: str) -> None:
    assert verdict_on(answer, "It is 30 days.", "It is 60 days.") == (False, reason)


def test_a_long_answer_is_quoted_up_to_a_word() -> None:
    _, reason = verdict_on(said("once upon a time " * 2 + "there was " + "".join(map(str, range(60)))), "30", "")
    assert reason == "It now says “once upon a time once upon a time there was …”."


def test_repeating_is_no_fault_where_it_is_wanted_and_short_words_may_come_twice() -> None:
    chorus = "La la la! La la la! La la la!"
    assert not said(chorus).ends_well
    assert verdict_on(said(chorus), chorus, "")[0]
    assert said("very very good, bye bye bye").ends_well
    assert not said("the dog the dog the dog").ends_well and not said("一二三四五六" * 3).ends_well

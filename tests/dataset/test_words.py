"""Words that carry what is meant, in the language of each text; and how long texts are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.dataset.lengths import LengthCount
from understudy.dataset.words import WordCount, content_words, language_of, small_words, words_of


@pytest.mark.parametrize(
    ("text", "language", "kept"),
    [
        ("How can I pay the bill, or buy a computer by call?", "english", ["pay", "bill", "buy", "computer", "call"]),
        ("Wie kann ich meine Karte sperren und was kostet das?", "german", ["karte", "sperren", "kostet"]),
        ("Où est la carte que je veux ?", "french", ["carte", "veux"]),
        ("¿Dónde está mi tarjeta de crédito?", "spanish", ["dónde", "tarjeta", "crédito"]),
        ("Где моя новая карта и что с ней?", "russian", ["новая", "карта"]),
    ],
)
def test_small_words_are_those_of_the_language_of_the_text(text: str, language: str, kept: list[str]) -> None:
    assert language_of(set(words_of(text))) == language
    assert content_words([text]) == [kept]


def test_a_text_too_short_for_a_language_is_read_in_that_of_the_others() -> None:
    assert language_of(["visa"]) == ""
    assert content_words(["Die Karte ist weg und ich bin hier.", "Karte: die"])[1] == ["karte"]


def test_numbers_addresses_and_parts_of_letters_are_no_words() -> None:
    said = (
        "See https://example.org/pay?x=1 or [here](/pay/now-\nor-later), mail me@example.org: 14 days, COVID-19’s rules"
    )
    assert words_of(said) == ["see", "or", "here", "mail", "days", "covid-19", "rules"]


def test_scripts_without_spaces_are_counted_in_pairs() -> None:
    assert words_of("重置密码 now") == ["重置", "置密", "密码", "now"]


def test_a_word_counts_once_a_text_and_small_words_not_at_all() -> None:
    count = WordCount()
    for text in ("The visa, the visa and the tax", "A visa is what you need", "", "42"):
        count.read(text)
    assert count.most(10) == [("visa", 2), ("tax", 1)]
    assert (count.texts, count.main) == (2, "english")


@settings(max_examples=25, deadline=None)
@given(st.text())
def test_whatever_is_written_is_read(text: str) -> None:
    assert all(word and any(map(str.isalpha, word)) for word in words_of(text))


def test_english_keeps_what_a_bank_speaks_of() -> None:
    assert not {"bill", "buy", "call", "computer", "free", "help", "test"} & small_words("english")
    assert {"the", "of", "don't", "whatever"} <= small_words("english")


def test_every_length_is_in_one_class_and_classes_between_are_there() -> None:
    count = LengthCount()
    for length in (0, 1, 9, 10, 14, 15, 65, 700_000):
        count.read("x" * length)
    classes = count.classes()
    assert count.empty == 1 and sum(n for _, _, n in classes) == 7
    assert classes[:5] == [(1, 10, 2), (10, 15, 2), (15, 20, 1), (20, 30, 0), (30, 50, 0)]
    assert classes[-1] == (700_000, None, 1)
    assert all(below == following for (_, below, _), (following, _, _) in pairwise(classes))

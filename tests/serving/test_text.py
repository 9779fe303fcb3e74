"""Text arrives in whole characters, and all pieces together are what the tokenizer says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.models import byte_level_tokenizer, sentencepiece_tokenizer
from understudy.serving.text import Detokenizer, StopStrings

BYTES, PIECES = byte_level_tokenizer(), sentencepiece_tokenizer()
TEXTS = [
    "Hello the world.",
    "  two leading spaces",
    "emoji 😀😀 and a family 👨‍👩‍👧‍👦, flags 🇩🇪",
    "中文字符 と 日本語 한국어",
    "a\nb\n\n  c\t" * 12,
    "naïve café — “quotes” … " * 9,
    "😀" * 40,
]


def stream(tokenizer, ids):
    text = Detokenizer(tokenizer)
    return [*(text.push(i) for i in ids), text.flush()]


@pytest.mark.parametrize("tokenizer", [BYTES, PIECES], ids=["byte-level", "sentencepiece"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_pieces_joined_equal_decoding_everything_at_once(tokenizer, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    pieces = stream(tokenizer, ids)
    assert "".join(pieces) == tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    assert not any("\ufffd" in piece for piece in pieces)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
@pytest.mark.parametrize("tokenizer", [BYTES, PIECES], ids=["byte-level", "sentencepiece"])
def test_any_text_survives_the_stream(tokenizer, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    expected = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    assert "".join(stream(tokenizer, ids)) == expected


def test_half_a_character_waits_for_its_other_half_and_is_shown_broken_only_at_the_end() -> None:
    ids = BYTES("🎉", add_special_tokens=False)["input_ids"]
    assert len(ids) > 1
    text = Detokenizer(BYTES)
    assert "".join(text.push(i) for i in ids[:-1]) == ""
    assert text.flush() == BYTES.decode(ids[:-1])


def test_a_long_answer_decodes_only_a_bounded_window() -> None:
    class Counting:
        longest = 0

        def decode(self, ids, **options):
            self.longest = max(self.longest, len(ids))
            return PIECES.decode(ids, **options)

    counting = Counting()
    stream(counting, PIECES("hello the world. " * 200, add_special_tokens=False)["input_ids"])
    assert counting.longest < 40


def test_nothing_of_a_stop_string_is_shown_and_nothing_after_it() -> None:
    stops = StopStrings(["\nUser:"])
    shown = "".join(stops.push(piece) for piece in ["Fine.", "\n", "Us", "er", ": and", " more"])
    assert (shown, stops.found, stops.flush()) == ("Fine.", True, "")


def test_text_that_only_looked_like_a_stop_string_is_shown_after_all() -> None:
    stops = StopStrings(["\nUser:"])
    pieces = [stops.push(piece) for piece in ["a\nUs", "ual", "\n"]]
    assert pieces == ["a", "\nUsual", ""]
    assert stops.flush() == "\n"


def test_white_space_before_a_plain_answer_is_dropped() -> None:
    stops = StopStrings(["\nUser:"], strip=True)
    assert [stops.push(piece) for piece in [" ", "\n", " yes", " no"]] == ["", "", "yes", " no"]

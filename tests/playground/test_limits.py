"""What a person may type."""

import pytest

from understudy.errors import InputError
from understudy.playground.limits import checked_sampling, checked_text, title_of
from understudy.types import Sampling


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", -0.1), ("temperature", "hot"), ("top_k", 1.5), ("max_tokens", 0), ("top_p", True), ("seed", -1),
     ("temperature", float("nan"))],
)  # fmt: skip
def test_a_bad_sampling_value_is_refused_by_name_with_its_range(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name.replace("_", " ")) as refused:
        checked_sampling(Sampling(), {name: value})
    assert "from" in str(refused.value)


def test_an_unknown_sampling_name_is_refused() -> None:
    with pytest.raises(InputError, match="top_q"):
        checked_sampling(Sampling(), {"top_q": 1})


def test_good_values_replace_only_themselves() -> None:
    assert checked_sampling(Sampling(seed=5), {"temperature": 0, "seed": None}) == Sampling(temperature=0.0)


def test_text_that_sqlite_or_a_tokenizer_cannot_hold_is_made_harmless() -> None:
    assert checked_text("a\x00b\ud800", "message") == "ab?"


def test_blank_and_endless_text_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match="empty"):
        checked_text(" \n", "message")
    with pytest.raises(InputError, match="200,001"):
        checked_text("x" * 200_001, "message")
    with pytest.raises(InputError, match="must be text"):
        checked_text(["x"], "message")


def test_a_title_is_the_first_line_cut_at_a_word() -> None:
    assert title_of("\n  What is the return window?\nThanks") == "What is the return window?"
    assert title_of("word " * 30) == "word word word word word word word word word…"

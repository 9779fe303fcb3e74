"""Nothing secret in a log, whoever writes it and whatever it is written with."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from understudy.redaction import HIDDEN, hide_secrets, redacted, secrets

KEY = "plain-looking-value-of-a-key"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a handler writes that somebody else installed."""
    monkeypatch.setenv("SOME_API_KEY", KEY)
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    hide_secrets()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logger = logging.getLogger("a.library.below")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    "text",
    [
        "hf_abcdefghijklmnopqrstuv",
        "sk-proj-abcdefghijklmnop_qrst",
        "Bearer abc.def-ghi_jkl",
        "api-key: 0123456789abcdef",
        "https://ada:opensesame@example.org/v1",
    ],
)
def test_what_looks_like_a_secret_is_hidden_whatever_it_is_called(text: str) -> None:
    clean = redacted(f"before {text} after")
    assert HIDDEN in clean and clean.startswith("before") and clean.endswith("after")
    assert not {"abcdefghijklmnop", "abc.def", "0123456789", "opensesame"} & set(clean.replace("-", " ").split())


@pytest.mark.parametrize("text", ["the token budget is 12", "sk-learn", "hf_hub", "http://127.0.0.1:7860/x", "a@b.org"])
def test_ordinary_words_stay(text: str) -> None:
    assert redacted(text) == text


def test_a_variable_is_secret_by_its_name_and_a_short_value_is_none() -> None:
    given = {"OPENAI_API_KEY": "a" * 20, "HF_TOKEN": "b" * 30, "HOME": "/home/ada", "X_TOKEN": "short", "Y_KEY": None}
    assert secrets(given) == ["b" * 30, "a" * 20]


def test_every_way_to_log_is_cleaned_and_numbers_stay_numbers(log: io.StringIO) -> None:
    logger = logging.getLogger("a.library.below")
    logger.warning("key %s in %d places, %r", KEY, 3, {"authorization": KEY})
    logger.warning(f"in the text: {KEY}")
    logger.warning("%(what)s", {"what": KEY})
    logger.warning(ValueError(KEY))
    try:
        raise RuntimeError(f"refused {KEY}")
    except RuntimeError:
        logger.exception("it failed")
    written = log.getvalue()
    assert KEY not in written and written.count(HIDDEN) >= 5
    assert "in 3 places" in written and "Traceback" in written and f"refused {HIDDEN}" in written


def test_beginning_twice_is_once() -> None:
    hide_secrets()
    once = logging.getLogRecordFactory()
    hide_secrets()
    assert logging.getLogRecordFactory() is once

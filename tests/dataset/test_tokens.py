"""Tokens are counted with the vocabulary at hand, or estimated; nothing is ever fetched for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from understudy.dataset import tokens
from understudy.dataset.tokens import TokenCounter, estimate, line_tokens, token_counter

LETTERS = TokenCounter(len, True, "letters")


def test_without_a_vocabulary_the_count_is_called_an_estimate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    counter = token_counter("gpt-4.1-mini-2025-04-14")
    assert not counter.exact and "estimated" in counter.words
    assert counter.count("Who runs Plotzi?") == 4
    assert list(tmp_path.iterdir()) == [], "nothing was fetched"


def test_a_broken_vocabulary_is_left_alone_and_not_fetched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tiktoken itself would delete it and ask the network, which the tests' guard refuses."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    path = tokens._cached("o200k_base")
    assert path is not None
    path.write_bytes(b"half a file")
    assert not token_counter("gpt-4o").exact
    assert path.read_bytes() == b"half a file"


def test_without_tiktoken_it_is_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    assert not token_counter("gpt-4o").exact


def test_tiktoken_looks_where_it_is_looked_for_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of the installed tiktoken, so that a new release that moves its cache is noticed."""
    import tiktoken_ext.openai_public
    from tiktoken.load import read_file_cached

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for name, digest in tokens._VOCABULARIES.items():
        path = tokens._cached(name)
        assert path is not None
        path.write_bytes(name.encode())
        assert read_file_cached(tokens._WHERE.format(name)) == name.encode()
        assert digest in Path(tiktoken_ext.openai_public.__file__).read_text(encoding="utf-8")


def test_a_vocabulary_at_hand_counts_exactly() -> None:
    counter = token_counter("ft:gpt-4o-mini-2024-07-18:acme::x")
    if not counter.exact:
        pytest.skip("the vocabulary of tiktoken is not in its cache here")
    assert counter.count("hello world") == 2


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("The town hall opens at nine o'clock.", 8, 10),  # o200k_base: 9
        ("def f(x: int) -> dict[str, int]:\n    return {}", 14, 20),  # 16
        ("市政府星期一早上八点开门，出生证明需要十二欧元。", 16, 22),  # 18
        ("Администрация города открывается в понедельник.", 9, 20),  # 11
        ("1234567890", 4, 4),
    ],
)
def test_the_estimate_is_near(text: str, low: int, high: int) -> None:
    assert low <= estimate(text) <= high


def test_all_that_a_model_reads_is_counted_and_a_weight_is_not() -> None:
    chat = {"messages": [{"role": "user", "content": "abcd"}, {"role": "assistant", "content": "ef", "weight": 1}]}
    bare = line_tokens(chat, LETTERS)
    assert bare == 3 + 2 * 3 + len("user\nabcd") + len("assistant\nef")
    assert line_tokens(chat | {"tools": [{"name": "hours"}]}, LETTERS) == bare + len("name hours")
    pair = {
        "input": {"messages": chat["messages"][:1]},
        "preferred_output": chat["messages"][1:],
        "non_preferred_output": chat["messages"][1:],
    }
    assert line_tokens(pair, LETTERS) == bare + 3 + len("assistant\nef")
    assert line_tokens({"prompt": "ab", "completion": "cde"}, LETTERS) == 5
    assert line_tokens({"messages": "odd"}, LETTERS) == 3

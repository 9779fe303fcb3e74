"""The scripted backend keeps the promises of the real one."""

from __future__ import annotations

import pytest

from understudy.errors import ModelError
from understudy.serving import ScriptedBackend, Stop
from understudy.types import Delta, Done, FinishReason, Message, Row, Sampling

ASK = [Message("user", "Hi")]


def ask(backend: ScriptedBackend, rows: list[Row], sampling: Sampling | None = None, stop: Stop | None = None):
    events = list(backend.generate(rows, sampling or Sampling(), stop or Stop()))
    texts = ["".join(e.text for e in events if isinstance(e, Delta) and e.row == i) for i in range(len(rows))]
    return texts, [next(e for e in events if isinstance(e, Done) and e.row == i) for i in range(len(rows))]


def test_each_version_says_its_own_text_unchanged() -> None:
    backend = ScriptedBackend({0: "One  two.\n\nThree 😀", 1: " x "}, versions=[1])
    texts, ends = ask(backend, [Row(ASK), Row(ASK, 1)])
    assert texts == ["One  two.\n\nThree 😀", " x "]
    assert {end.finish for end in ends} == {FinishReason.STOP}


def test_one_row_fails_on_purpose_and_the_other_finishes() -> None:
    texts, ends = ask(ScriptedBackend("a b c d", versions=[1], failing=[1]), [Row(ASK, 1), Row(ASK), Row(ASK, 7)])
    assert texts == ["a b", "a b c d", ""]
    assert [end.finish for end in ends] == [FinishReason.ERROR, FinishReason.STOP, FinishReason.ERROR]
    assert "Version 7 is not loaded" in ends[2].error


def test_it_stops_between_words_and_at_the_maximum() -> None:
    stop = Stop()
    stop.request(0)
    _, ends = ask(ScriptedBackend("a b c"), [Row(ASK), Row(ASK)], Sampling(max_tokens=2), stop)
    assert [end.finish for end in ends] == [FinishReason.STOPPED, FinishReason.LENGTH]


def test_a_function_answers_from_the_messages(tmp_path) -> None:
    backend = ScriptedBackend(lambda messages, version: f"{messages[-1].content} {version}")
    backend.load_version(3, tmp_path)
    assert ask(backend, [Row(ASK, 3)])[0] == ["Hi 3"]
    with pytest.raises(ModelError, match="no adapter folder"):
        backend.load_version(4, tmp_path / "gone")

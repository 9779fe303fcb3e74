"""What the Explore page may ask for, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.types import FinishReason, Sampling, Usage


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    turn = made.store.turns.add(made.store.conversations.add("Hours").id, "When are you open?")
    spoken = made.store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
    made.store.completions.finish(spoken.id, "Always.", FinishReason.STOP, Usage())
    made.store.ratings.add(spoken.id, False, comment="Not on Sunday.", author="Ada")
    yield made
    made.close()


def test_figures_come_at_once_and_slow_parts_when_they_are_there(ask: Any) -> None:
    first = ask("explore", filter={})
    assert first["count"] == 1 and [figure["name"] for figure in first["figures"]][:2] == ["time", "balance"]
    assert first["parts"]["texts"]["state"] == "working"
    deadline = time.monotonic() + 60
    while ask("explore_states", filter={}) and time.monotonic() < deadline:
        time.sleep(0.05)
    texts = ask("explore", filter={})["parts"]["texts"]
    assert texts["state"] == "ready"
    assert {"name": "sunday", "counts": (1,), "filter": {"text": "sunday", "within": "said"}, "note": ""} in [
        bar for figure in texts["figures"] for bar in figure["bars"]
    ]
    assert ask("explore_point", number=1)["question"] == "When are you open?"
    assert ask("explore_map", exploration=99) == {"points": []}
    assert ask("explore_anew", filter={}) is None


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("explore", {"filter": {"part": "1; drop table items"}}),
        ("explore", {"filter": []}),
        ("explore_states", {"filter": {"gone": 1}}),
        ("explore_map", {"exploration": "1"}),
        ("explore_point", {"number": 99}),
        ("explore_anew", {"filter": {"within": "note"}}),
    ],
)
def test_what_is_no_request_is_refused_with_a_sentence(ask: Any, name: str, fields: dict[str, object]) -> None:
    assert isinstance(ask(name, **fields), str)

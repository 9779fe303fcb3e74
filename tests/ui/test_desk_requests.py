"""What the Curate page may ask for, and what happens to a request that is none."""

from __future__ import annotations

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
    made.store.ratings.add(spoken.id, False, comment="Not on Sunday.", author="Ada", state="waiting")
    yield made
    made.close()


def test_the_list_then_the_item_then_the_decision(ask: Any) -> None:
    assert ask("desk")["states"] == {"waiting": 1, "approved": 0, "rejected": 0}
    (line,) = ask("desk_page", filter={"states": ["waiting"]}, sort="newest", after=None)["lines"]
    assert ask("desk_item", number=line["number"])["comment"] == "Not on Sunday."
    decided = ask("desk_decide", number=line["number"], revision=line["revision"], state="approved", author="Ben")
    assert decided["line"]["state"] == "approved"
    late = ask("desk_decide", number=line["number"], revision=line["revision"], state="rejected", author="Cleo")
    assert late["item"]["line"]["state"] == "approved" and late["item"]["history"][0]["author"] == "Ben"
    assert ask("desk_undo", act=decided["act"]["number"])["items"] == 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("desk_page", {"filter": {}, "sort": "number; drop table items"}),
        ("desk_page", {"filter": {"kinds": "rating"}, "sort": "newest"}),
        ("desk_page", {"filter": {}, "sort": "newest", "after": ["a", "b"]}),
        ("desk_page", {"filter": {}, "sort": "newest", "after": [True, 1]}),
        ("desk_item", {"number": "1"}),
        ("desk_item", {"number": 99}),
        ("desk_decide", {"number": 1, "revision": 0, "state": "perhaps"}),
        ("desk_edit", {"number": 1, "revision": 0, "edit": {"gone": 1}}),
        ("desk_edit", {"number": 1, "revision": 0, "edit": {"topic": 5}}),
        ("desk_edit", {"number": 1, "revision": 0, "edit": {"add_tags": "x"}}),
        ("desk_all", {"filter": {}, "edit": {"state": "approved"}, "expected": 7}),
        ("desk_all", {"filter": {}, "edit": {}, "expected": 1}),
        ("desk_view", {"name": " ", "filter": {}}),
        ("desk_undo", {"act": 4}),
    ],
)
def test_what_is_no_request_is_refused_with_a_sentence_and_changes_nothing(
    ask: Any, playground: Playground, name: str, fields: dict[str, object]
) -> None:
    assert isinstance(ask(name, **fields), str)
    assert playground.store.items.states()["waiting"] == 1 and playground.store.acts.latest() == []

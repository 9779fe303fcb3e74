"""What the page may ask about cleaning and balance, and what it may not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import answered
from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.types import OWNER
from understudy.ui.handlers import Handlers

LOOK = {"filter": {}, "near": 80, "kinds": ["mail"], "steps": []}


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    for i, text in enumerate(("<b>Upstairs</b>", "<i>Downstairs</i>")):
        turn = made.store.turns.add(made.store.conversations.add("Where").id, f"Where is room {i}?")
        made.store.corrections.add(answered(made.store, turn.id, "No idea."), text)
    yield made
    made.close()


def ended(ask: Any, job: str) -> Any:
    for _ in range(5_000):  # the first look loads the recogniser of personal data
        if (told := ask("clean_state", job=job))["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("it does not end")


def test_one_of_two_proposals_is_made_and_what_changed_meanwhile_is_counted(ask: Any, playground: Playground) -> None:
    look = ask("clean_look", **{**LOOK, "steps": ["markup"]})["job"]
    (step,) = ended(ask, look)["steps"]
    assert (step["count"], step["texts"], [one["item"] for one in step["examples"]]) == (2, 2, [1, 2])
    assert {span["kind"] for span in step["examples"][0]["spans"]} == {"removed", "added"}
    made = ended(ask, ask("clean_make", look=look, steps=["markup"], items=[2], author="Ada")["job"])
    assert (made["acts"][0]["items"], made["acts"][0]["author"], made["gone"]) == (1, "Ada", 0)
    again = ended(ask, ask("clean_make", look=look, steps=["markup"], author="Ada")["job"])
    assert (again["acts"][0]["items"], again["gone"]) == (1, 1)
    assert [playground.store.items.get(number).said for number in (1, 2)] == ["Upstairs", "Downstairs"]


def test_a_look_through_everything_names_the_steps_and_stops_when_asked(
    ask: Any, handlers: Handlers, playground: Playground
) -> None:
    told = ended(ask, ask("clean_look", **LOOK)["job"])
    assert (told["state"], told["share"], told["steps"][0]["step"]) == ("done", 1.0, "unicode")
    job = playground.cleanings._tasks.start(lambda heard: [heard(0.5, "near") for _ in iter(int, 1)])
    handlers.rights.give(OWNER, "task", job)
    ask("clean_stop", job=job)
    assert ended(ask, job)["message"].startswith("Stopped.")


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("clean_look", {**LOOK, "near": 20}, "Choose 0.5 to 1"),
        ("clean_look", {**LOOK, "kinds": ["birthday"]}, "no kind of personal data"),
        ("clean_look", {**LOOK, "near": -1}, "whole number"),
        ("clean_state", {"job": "none"}, "not known any more"),
        ("clean_make", {"look": "none", "steps": ["markup"]}, "not known any more"),
        ("balance", {"filter": {}, "by": "mood"}, "Choose one of: kind"),
        ("balance_choose", {"how": "magic", "by": "kind"}, "no balance"),
    ],
)
def test_what_is_no_request_is_refused_with_a_sentence(ask: Any, name: str, fields: dict[str, Any], said: str) -> None:
    assert said in ask(name, **fields)


def test_a_step_that_found_nothing_or_is_none_is_not_made(ask: Any) -> None:
    look = ask("clean_look", **{**LOOK, "steps": ["truncated"]})["job"]
    assert ended(ask, look)["steps"][0]["count"] == 0
    for name in ("truncated", "markup"):
        assert "found nothing to change" in ask("clean_make", look=look, steps=[name], author="")
    assert "no step 'sparkle'" in ended(ask, ask("clean_look", **{**LOOK, "steps": ["sparkle"]})["job"])["message"]


def test_the_chosen_balance_stands_and_is_told_with_its_author(ask: Any) -> None:
    assert ask("balance", filter={}, by="topic")["plan"]["how"] == "automatic"
    ask("balance_choose", how="under", by="topic", author="Ada")
    told = ask("balance", filter={}, by="kind")
    assert (told["plan"]["how"], told["plan"]["by"], told["plan"]["author"]) == ("under", "topic", "Ada")
    assert (told["counted"]["total"], told["synthetic"]) == (2, {"waiting": 0, "approved": 0, "rejected": 0})

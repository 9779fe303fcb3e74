"""Every request about learning, without a browser: on a real store with a past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.learned import Shop, build_shop, never_wait_for_the_disk
from tests.ui.test_handlers import value
from understudy.ui.handlers import Handlers

LOOKING = {"completions": [], "known": None, "mark": "", "page": True, "wanted": ""}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    never_wait_for_the_disk(monkeypatch)
    made = build_shop(tmp_path)
    yield made
    made.playground.close()


@pytest.fixture
def handlers(shop: Shop) -> Handlers:
    return Handlers(shop.playground)


def now(handlers: Handlers, name: str = "learning", **fields: Any) -> Any:
    return value(handlers, name, **{**LOOKING, **fields})


def test_one_request_brings_all_that_changes_by_itself(shop: Shop, handlers: Handlers) -> None:
    run = shop.running()
    found = now(handlers, completions=[shop.completions["return"], shop.completions["sunday"]], known=0)
    assert set(found) == {"live", "champion", "own", "states", "view", "switches", "next", "jobs", "job"}
    assert (found["live"]["id"], found["live"]["progress"]) == (run, 0.42)
    assert set(found["live"]["curves"]) == {"loss", "held-out loss"}
    assert found["champion"]["news"] == "Learned in v2: 2 corrections."
    assert [state["words"] for state in found["states"].values()] == ["learned in v1", "waiting for approval"]
    assert found["view"]["queue"]["count"] == 3
    assert [lesson["state"]["kind"] for lesson in found["view"]["aside"]["lessons"]] == ["replaced"]


def test_the_page_travels_only_when_it_is_looked_at_and_has_changed(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers, page=False)["view"] is None
    mark = now(handlers)["view"]["mark"]
    assert now(handlers, mark=mark)["view"] is None
    now(handlers, "approve", correction=shop.corrections["sunday"])
    assert now(handlers, mark=mark)["view"]["mark"] != mark


def test_a_run_is_started_paused_continued_and_cancelled(shop: Shop, handlers: Handlers) -> None:
    run = now(handlers, "learn")["live"]["id"]
    assert now(handlers, "pause_run", run=run)["live"]["words"] == "Pausing"
    assert now(handlers, "resume_run", run=run)["live"]["words"] == "Waiting to begin"
    shop.store.runs.claim(run)
    assert now(handlers, "cancel_run", run=run)["live"]["words"] == "Cancelling"
    assert shop.store.runs.get(run).wanted == "cancel"


def test_corrections_are_approved_and_rejected(shop: Shop, handlers: Handlers) -> None:
    now(handlers, "approve", correction=shop.corrections["sunday"])
    found = now(handlers, "reject", correction=shop.corrections["phone"])["view"]
    states = {
        lesson["id"]: lesson["state"]["words"] for lesson in found["queue"]["lessons"] + found["aside"]["lessons"]
    }
    assert states[shop.corrections["sunday"]] == "remembered"
    assert states[shop.corrections["phone"]] == "rejected"


def test_versions_are_promoted_rolled_back_and_deleted(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers, "roll_back", known=2)["champion"]["news"] == "v1 is live again."
    again = now(handlers, "promote", number=2, known=1)["champion"]
    assert (again["number"], again["news"], again["can_roll_back"]) == (2, "Learned in v2: 1 correction.", True)
    versions = now(handlers, "remove_version", number=1)["view"]["versions"]
    assert [version["removed"] for version in versions] == [False, False, True]


def test_a_version_that_did_not_pass_is_promoted_only_when_it_is_meant(shop: Shop, handlers: Handlers) -> None:
    refused = handlers.reply({"do": "promote", "number": 3, **LOOKING})
    assert not refused["ok"] and "not promoted" in refused["error"]
    assert now(handlers, "promote", number=3, anyway=True)["champion"]["number"] == 3


def test_the_live_version_cannot_be_deleted(shop: Shop, handlers: Handlers) -> None:
    refused = handlers.reply({"do": "remove_version", "number": 2, **LOOKING})
    assert not refused["ok"] and "v2 is live" in refused["error"]


def test_a_version_and_a_run_are_told_in_full(shop: Shop, handlers: Handlers) -> None:
    report = value(handlers, "version", number=3)
    assert [row["outcome"] for row in report["rows"]] == ["not learned", "not learned", "learned"]
    assert report["metrics"][0]["group"] == "Learned" and not report["rules"][0]["passed"]
    run = next(run for run in now(handlers)["view"]["runs"] if run["version"] == 3)
    assert [finding["name"] for finding in value(handlers, "run", run=run["id"])["findings"]] == [
        "Over-fitting",
        "Too few examples",
    ]


def test_comparing_opens_a_conversation_with_the_base_and_that_version(handlers: Handlers) -> None:
    view = value(handlers, "compare", number=1)
    assert (view["columns"], view["turns"]) == (["base", "v1"], [])


def test_the_page_hears_when_a_run_is_about_to_start(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers)["next"] == ""  # a run just failed on all there is
    shop.playground.feedback.rate(shop.completions["mail"], True)
    now(handlers, "approve", correction=shop.corrections["sunday"])
    seconds = re.fullmatch(r"Starts by itself in about (\d+) s\.", now(handlers)["next"])
    assert seconds is not None and 10 <= int(seconds[1]) <= 20
    shop.running()
    assert now(handlers)["next"] == ""


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "learning"},
        {"do": "learning", **LOOKING, "known": "v1"},
        {"do": "learning", **LOOKING, "known": True},
        {"do": "learning", **LOOKING, "completions": "all"},
        {"do": "promote", **LOOKING, "number": -1},
        {"do": "promote", **LOOKING, "number": 1.5},
        {"do": "version", "number": 99},
        {"do": "run", "run": "nowhere"},
        {"do": "compare", "number": 99},
        {"do": "approve", **LOOKING, "correction": "nobody"},
        {"do": "pause_run", **LOOKING, "run": "'; drop table runs; --"},
    ],
)
def test_a_request_that_makes_no_sense_gets_a_sentence(handlers: Handlers, request_: Any) -> None:
    reply = handlers.reply(request_)
    assert reply["ok"] is False
    assert reply["error"].endswith(".") and "unexpected" not in reply["error"]


def test_memory_and_weak_signals_are_switched_beside_the_queue(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers)["switches"]["memory"]["on"] and not now(handlers)["switches"]["weak"]
    assert not now(handlers, "switch_memory", on=False)["switches"]["memory"]["on"]
    assert not shop.playground.remembering.on
    assert now(handlers, "switch_weak", on=True)["switches"]["weak"] and shop.playground.learning.weak


def test_weak_signals_are_counted_by_kind(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers)["view"]["weak"] == {}
    playground = shop.playground
    playground.chat.regenerate(shop.completions["wrapping"])
    playground.chat.wait(shop.conversation, 10)
    assert now(handlers)["view"]["weak"] == {"regenerated": 1}


def test_a_correction_is_switched_off_deleted_and_brought_back(shop: Shop, handlers: Handlers) -> None:
    completion, correction = shop.completions["wrapping"], shop.corrections["wrapping"]
    aside = now(handlers, "switch_lesson", correction=correction, enabled=False)["view"]["aside"]["lessons"]
    assert correction in {lesson["id"] for lesson in aside if not lesson["enabled"]}
    now(handlers, "take_back", completion=completion)
    assert shop.store.corrections.find_lesson(correction) is None
    now(handlers, "bring_back", completion=completion)
    (lesson,) = [found for found in shop.store.corrections.lessons() if found.completion == completion]
    assert lesson.wanted == "Yes, free of charge, at the till by the door." and lesson.state == "approved"
    again = handlers.reply({"do": "bring_back", "completion": completion, **LOOKING})
    assert again == {"ok": False, "error": "This answer has no correction that was taken back.", "gone": False}


def test_a_waiting_correction_that_is_brought_back_still_waits(shop: Shop, handlers: Handlers) -> None:
    completion = shop.completions["sunday"]
    now(handlers, "take_back", completion=completion)
    now(handlers, "bring_back", completion=completion)
    (lesson,) = [found for found in shop.store.corrections.lessons(None) if found.completion == completion]
    assert lesson.state == "waiting"


def test_what_was_taken_back_and_not_forgotten_is_said_with_the_way_to_forget(shop: Shop, handlers: Handlers) -> None:
    assert now(handlers)["view"]["forgetting"] == ""
    found = now(handlers, "take_back", completion=shop.completions["return"])["view"]
    assert found["forgetting"] == (
        "v2 still knows 1 correction that you took back. Train anew without it, or roll back."
    )
    run = now(handlers, "learn", fresh=True)["live"]["id"]
    assert shop.store.runs.get(run).parent == 0
    assert shop.corrections["return"] not in shop.store.runs.get(run).snapshot["new"]

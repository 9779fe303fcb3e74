"""Every request of the page, without a browser: on the real playground, store and scripted models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.awaiting import wait_for
from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.ui.following import follow
from understudy.ui.handlers import Handlers


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def handlers(stage: Playground) -> Handlers:
    return Handlers(stage)


def value(handlers: Handlers, name: str, **fields: Any) -> Any:
    reply = handlers.reply({"do": name, **fields})
    assert reply["ok"], reply
    return json.loads(json.dumps(reply))["value"]  # as it travels


def asked(handlers: Handlers, text: str = "Tell me a joke", **settings: Any) -> Any:
    """A conversation with one answered turn."""
    view = value(handlers, "new")
    for name, setting in settings.items():
        value(handlers, name, conversation=view["id"], **setting)
    value(handlers, "ask", conversation=view["id"], text=text)
    assert handlers.playground.chat.wait(view["id"], 10)
    return value(handlers, "open", conversation=view["id"])


def test_the_first_request_brings_everything_that_a_page_needs(handlers: Handlers) -> None:
    first = value(handlers, "start", conversation="")
    assert set(first) == {"me", "view", "items", "choices", "reasons", "ranges", "defaults", "memory"}
    assert [choice["name"] for choice in first["choices"]][:3] == ["base", "champion", "v2"]


def test_an_address_of_a_deleted_conversation_opens_the_latest_one(handlers: Handlers) -> None:
    assert value(handlers, "start", conversation="gone")["view"]["turns"] == []


def test_an_answer_travels_with_its_markdown_as_a_tree(handlers: Handlers) -> None:
    answer = asked(handlers)["turns"][0]["answers"][0]
    assert ["strong", {}, ["stage"]] in answer["tree"][0][2]


def test_feedback_comes_back_in_the_conversation_that_replies(handlers: Handlers) -> None:
    view = asked(handlers)
    first, second = (answer["id"] for answer in view["turns"][0]["answers"])
    here = {"conversation": view["id"]}
    view = value(handlers, "rate", **here, completion=first, label=False, reasons=["Wrong"], comment="no")
    answer = view["turns"][0]["answers"][0]
    assert (answer["rating"], list(answer["reasons"]), answer["comment"]) == (False, ["Wrong"], "no")
    view = value(handlers, "correct", **here, completion=first, text="Better.")
    assert view["turns"][0]["answers"][0]["original"].startswith("Why did")
    view = value(handlers, "uncorrect", **here, completion=first)
    assert view["turns"][0]["answers"][0]["original"] is None
    view = value(handlers, "vote", **here, turn=view["turns"][0]["id"], verdict="chosen", winner=second)
    assert view["turns"][0]["winner"] == second
    view = value(handlers, "unvote", **here, turn=view["turns"][0]["id"])
    assert view["turns"][0]["verdict"] is None


def test_a_blind_turn_says_no_name_until_the_vote(handlers: Handlers) -> None:
    view = asked(handlers, "count 3", blind={"blind": True})
    turn = view["turns"][0]
    assert turn["hidden"]
    assert "champion" not in json.dumps(view["turns"])
    refused = handlers.reply(
        {"do": "rate", "conversation": view["id"], "completion": turn["answers"][0]["id"], "label": True}
    )
    assert not refused["ok"]
    view = value(handlers, "vote", conversation=view["id"], turn=turn["id"], verdict="tie")
    assert sorted(answer["label"] for answer in view["turns"][0]["answers"]) == ["base", "champion"]


def test_a_column_that_fails_says_so_and_the_other_one_answers(handlers: Handlers) -> None:
    answers = asked(handlers, "fail please")["turns"][0]["answers"]
    assert answers[0]["state"] == "stop"
    assert "Choose another version" in answers[1]["error"]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        "open",
        {"do": "__init__"},
        {"do": "reply"},
        {"do": ["open"]},
        {"do": "open"},
        {"do": "open", "conversation": 7},
        {"do": "open", "conversation": {"$ne": ""}},
        {"do": "open", "conversation": "x" * 600},
        {"do": "rename", "conversation": "nowhere", "title": "x"},
        {"do": "rename", "conversation": "'; drop table conversations; --", "title": "x"},
        {"do": "vote", "conversation": "a", "turn": "b", "verdict": "stolen"},
        {"do": "rate", "conversation": "a", "completion": "b", "label": "yes", "reasons": []},
        {"do": "rate", "conversation": "a", "completion": "b", "label": True, "reasons": "Wrong"},
        {"do": "sampling", "conversation": "a", "values": [1]},
        {"do": "columns", "conversation": "a", "names": ["base"] * 99},
        {"do": "job", "job": "none"},
    ],
)
def test_a_request_that_makes_no_sense_gets_a_sentence(handlers: Handlers, request_: Any) -> None:
    reply = handlers.reply(request_)
    assert reply["ok"] is False
    assert reply["error"].endswith(".")
    assert "Traceback" not in reply["error"]


@pytest.mark.parametrize(
    "values", [{"temperature": 9}, {"top_k": 1.5}, {"max_tokens": "many"}, {"seed": -1}, {"warmth": 1}]
)
def test_a_sampling_value_out_of_range_is_refused_and_nothing_changes(
    handlers: Handlers, values: dict[str, Any]
) -> None:
    view = value(handlers, "new")
    reply = handlers.reply({"do": "sampling", "conversation": view["id"], "values": values})
    assert not reply["ok"]
    assert value(handlers, "open", conversation=view["id"])["sampling"] == view["sampling"]


def test_the_stream_brings_growing_text_and_ends_by_itself(tmp_path: Path) -> None:
    stage = build_stage(tmp_path, delay=0.01)
    handlers = Handlers(stage)
    view = value(handlers, "new")
    value(handlers, "ask", conversation=view["id"], text="count 40")

    async def read() -> list[dict[str, Any]]:
        return [update async for update in follow(stage, view["id"])]

    updates = wait_for(read())
    stage.close()
    texts: dict[str, str] = {}
    for update in updates:
        for answer, (start, text) in update["texts"].items():
            assert start == len(texts.get(answer, ""))
            texts[answer] = texts.get(answer, "") + text
    whole = " ".join(str(number) for number in range(40))
    assert len(updates) > 3 and len(texts) == 2
    assert all(text and whole.startswith(text) for text in texts.values())
    assert updates[-1]["running"] is False
    assert updates[-1]["texts"] == {}


def test_a_page_that_comes_later_gets_the_texts_from_their_beginning(tmp_path: Path) -> None:
    stage = build_stage(tmp_path, delay=0.02)
    handlers = Handlers(stage)
    view = value(handlers, "new")
    value(handlers, "ask", conversation=view["id"], text="count 500")

    async def twice() -> list[dict[str, Any]]:
        early, late = follow(stage, view["id"]), follow(stage, view["id"])
        for _ in range(3):
            await anext(early)
        updates = [await anext(early), await anext(late)]
        await early.aclose()
        await late.aclose()
        return updates

    early, late = wait_for(twice())
    stage.close()
    assert all(start > 0 for start, _ in early["texts"].values())
    assert all(start == 0 and text.startswith("0 1 2") for start, text in late["texts"].values())


def test_following_a_conversation_where_nothing_is_written_ends_at_once(tmp_path: Path) -> None:
    stage = build_stage(tmp_path)

    async def read() -> list[dict[str, Any]]:
        return [update async for update in follow(stage, "nowhere")]

    updates = wait_for(read())
    stage.close()
    assert [update["running"] for update in updates] == [False]

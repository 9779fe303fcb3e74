"""The same requests from different people: what each is told, and under whose name it is written."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest

from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.types import OWNER, Person
from understudy.ui.handlers import Handlers

BEN, EVE = Person("ben", "visitor"), Person("eve", "visitor")
CLEO, ADA = Person("cleo", "curator"), Person("ada", "owner")
PASSWORD = "correct horse battery"
QUESTION, WANTED = "say what time the dentist opens", "The dentist opens at nine."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same library with less work: what a hash costs is its default's business."""
    monkeypatch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def handlers(playground: Playground) -> Handlers:
    return Handlers(playground)


def value(handlers: Handlers, person: Person, do: str, **fields: Any) -> Any:
    reply = handlers.reply({**fields, "do": do}, person)
    assert reply["ok"], reply
    return json.loads(json.dumps(reply["value"]))  # as it travels


def asked(handlers: Handlers, person: Person, text: str = QUESTION) -> Any:
    """A conversation with one answered turn."""
    talk = value(handlers, person, "new")["id"]
    value(handlers, person, "ask", conversation=talk, text=text)
    assert handlers.playground.chat.wait(talk, 10)
    return value(handlers, person, "open", conversation=talk)


def corrected(handlers: Handlers, person: Person) -> tuple[str, str]:
    """A conversation, and the answer in it that was corrected."""
    view = asked(handlers, person)
    answer = view["turns"][0]["answers"][0]["id"]
    value(handlers, person, "correct", conversation=view["id"], completion=answer, text=WANTED)
    return view["id"], answer


def recalls(handlers: Handlers, person: Person) -> Any:
    return asked(handlers, person)["turns"][0]["answers"][1]["recalls"]


def test_a_page_is_told_who_looks_at_it_and_what_they_may_ask(handlers: Handlers) -> None:
    me = value(handlers, BEN, "start")["me"]
    assert (me["name"], me["role"]) == ("ben", "visitor")
    assert "correct" in me["may"] and not {"desk", "learning", "about", "set_memory", "people"} & set(me["may"])
    assert {"desk", "people"} <= set(value(handlers, OWNER, "start")["me"]["may"])


def test_what_an_answer_remembered_of_others_shows_neither_their_words_nor_the_way_to_them(handlers: Handlers) -> None:
    talk, _ = corrected(handlers, CLEO)
    (mine,) = recalls(handlers, CLEO)
    assert (mine["question"], mine["wanted"], mine["conversation"]) == (QUESTION, WANTED, talk)
    (read,) = recalls(handlers, ADA)  # owners read the desk, but the conversation is not theirs
    assert (read["question"], read["wanted"]) == (QUESTION, WANTED)
    assert (read["conversation"], read["turn"], read["completion"]) == ("", "", "")
    (hidden,) = recalls(handlers, EVE)
    assert hidden["state"] == "others"
    assert not any(hidden[name] for name in ("correction", "question", "wanted", "older", "conversation", "completion"))


def test_one_hears_of_ones_own_corrections_only(handlers: Handlers) -> None:
    _, answer = corrected(handlers, BEN)
    told = value(handlers, BEN, "heed", completions=[answer], known=None)
    assert told["states"][answer]["words"] == "waiting for approval"
    assert set(told) == {"champion", "own", "states"}
    assert value(handlers, EVE, "heed", completions=[answer])["states"] == {}


def test_a_curator_decides_under_their_own_name_whatever_the_page_says(handlers: Handlers) -> None:
    corrected(handlers, BEN)
    (line,) = value(handlers, CLEO, "desk_page", filter={}, sort="newest")["lines"]
    item = value(handlers, CLEO, "desk_item", number=line["number"])
    assert (item["line"]["author"], item["conversation"]) == ("ben", "")
    decided = {"number": line["number"], "revision": line["revision"], "state": "approved", "author": "ada"}
    value(handlers, CLEO, "desk_decide", **decided)
    history = value(handlers, CLEO, "desk_item", number=line["number"])["history"]
    assert [said["author"] for said in history] == ["cleo"]
    assert [lesson.wanted for lesson in handlers.playground.store.corrections.lessons()] == [WANTED]


def test_the_way_to_a_conversation_is_told_to_whose_it_is(handlers: Handlers) -> None:
    talk, _ = corrected(handlers, OWNER)
    corrected(handlers, CLEO)
    page = {"page": True, "completions": []}
    lessons = value(handlers, OWNER, "learning", **page)["view"]["queue"]["lessons"]
    assert sorted(lesson["conversation"] for lesson in lessons) == ["", talk]


def test_memory_is_for_everybody_to_see_and_an_owners_to_switch(handlers: Handlers) -> None:
    for person in (BEN, CLEO):
        assert value(handlers, person, "memory", on=False)["on"]  # a flag that is not asked for changes nothing
        for do in ("set_memory", "switch_memory"):
            assert not handlers.reply({"do": do, "on": False}, person)["ok"]
    assert value(handlers, ADA, "set_memory", on=False)["on"] is False


def test_a_correction_of_others_is_a_curators_to_switch_off(handlers: Handlers) -> None:
    corrected(handlers, OWNER)
    (lesson,) = handlers.playground.store.corrections.lessons()
    for person, allowed in ((EVE, False), (CLEO, True)):
        talk = asked(handlers, person, "say hello")["id"]
        fields = {"do": "remembered", "conversation": talk, "correction": lesson.id, "enabled": False}
        assert handlers.reply(fields, person)["ok"] == allowed
    (lesson,) = handlers.playground.store.corrections.lessons()
    assert not lesson.enabled


def test_wordings_are_written_by_models_that_a_person_may_ask(handlers: Handlers) -> None:
    handlers.playground.store.models.add("gpt", "http://127.0.0.1:1/v1#gpt")
    told = value(handlers, CLEO, "wordings", filter={})
    assert "gpt" not in [model["name"] for model in told["models"]]
    write = {"do": "wordings_write", "filter": {}, "method": "paraphrase", "model": "gpt", "via": "German"}
    assert "no model that you may ask" in handlers.reply(write, CLEO)["error"]


def test_forgetting_oneself_takes_the_password_and_leaves_nothing(playground: Playground, handlers: Handlers) -> None:
    playground.people.add("ben", "visitor", PASSWORD)
    talk, _ = corrected(handlers, BEN)
    assert value(handlers, BEN, "traces")["words"].startswith("the account, 1 conversation and 1 correction. ")
    refused = handlers.reply({"do": "forget_me", "password": "a wrong one"}, BEN)
    assert not refused["ok"] and playground.store.conversations.find(talk)
    value(handlers, BEN, "forget_me", password=PASSWORD)
    assert playground.store.conversations.find(talk) is None and playground.store.people.find("ben") is None


def test_an_owner_reads_what_goes_before_somebody_is_forgotten(playground: Playground, handlers: Handlers) -> None:
    for person in (ADA, BEN):
        playground.people.add(person.name, person.role, PASSWORD)
    corrected(handlers, BEN)
    assert value(handlers, ADA, "people_traces", name="BEN")["words"].startswith("the account, 1 conversation ")
    left = value(handlers, ADA, "people_forget", name="ben")["people"]
    assert [person["name"] for person in left] == ["ada"]
    assert not handlers.reply({"do": "people_forget", "name": "ben"}, ADA)["ok"]


def test_only_the_person_of_the_machine_hears_of_and_gives_away_what_was_chatted_there(
    playground: Playground, handlers: Handlers
) -> None:
    playground.people.add("ada", "owner", PASSWORD)
    asked(handlers, OWNER)
    assert value(handlers, ADA, "people")["unclaimed"] == 0 < value(handlers, OWNER, "people")["unclaimed"]
    assert not handlers.reply({"do": "people_give", "name": "ada"}, ADA)["ok"]
    assert value(handlers, OWNER, "people_give", name="ada")["unclaimed"] == 0
    assert [item["title"] for item in value(handlers, ADA, "list")] == [QUESTION]

"""What the page may ask about one's own understudy, as people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stage import build_stage
from understudy.playground.own import Own
from understudy.playground.playground import Playground
from understudy.types import OWNER, Person
from understudy.ui.handlers import Handlers

ANN, BOB, ADA = Person("ann", "visitor"), Person("bob", "visitor"), Person("ada", "owner")
Ask = Callable[..., Any]


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    made.own._visitors = True
    yield made
    made.close()


@pytest.fixture
def ask(playground: Playground) -> Ask:
    handlers = Handlers(playground)

    def asked(person: Person, do: str, /, **fields: object) -> Any:
        reply = handlers.reply({**fields, "do": do}, person)
        return reply["value"] if reply["ok"] else reply["error"]

    return asked


def add_version(playground: Playground, person: str) -> int:
    """A version that only this person's understudy has, live there."""
    store = playground.store
    made = store.versions.add("starter", str(store.path.parent), parent=0, person=person)
    store.versions.set_champion("starter", made.number, person)
    return made.number


def test_the_switch_is_ones_own_and_tells_what_it_is_like(playground: Playground, ask: Ask) -> None:
    off = {"may": True, "on": False, "live": 0, "taught": 0, "versions": (), "run": None}
    assert ask(ANN, "own") == off
    on = ask(ANN, "own_switch", on=True)
    assert on["on"] and not ask(BOB, "own")["on"]
    number = add_version(playground, "ann")
    told = ask(ANN, "own")
    assert (told["live"], [v["number"] for v in told["versions"]]) == (number, [number, 2, 1])
    assert ask(ANN, "own_promote", number=0)["live"] == 0
    assert ask(ANN, "own_forget") == off


def test_nobody_else_sees_or_uses_ones_versions(playground: Playground, ask: Ask) -> None:
    for person in (ANN, BOB, ADA):
        ask(person, "own_switch", on=True)
    number = add_version(playground, "ann")
    names = {person.name: [choice["name"] for choice in ask(person, "choices")] for person in (ANN, BOB, ADA)}
    assert f"v{number}" in names["ann"] and f"v{number}" not in names["bob"] + names["ada"]
    assert all("mine" in found for found in names.values())
    for person in (BOB, ADA):
        talk = ask(person, "new")["id"]
        refused, missing = (ask(person, "columns", conversation=talk, names=[name]) for name in (f"v{number}", "v99"))
        assert refused.replace(f"v{number}", "v99", 1) == missing
        told = ask(person, "own_promote", number=number)
        assert told == f"starter has no version v{number} (its versions: v1, v2). Choose one of those."
    assert "ann" not in str(ask(BOB, "heed", completions=[]))


def test_owners_see_everybodys_versions_and_may_delete_but_not_promote_them(playground: Playground, ask: Ask) -> None:
    ask(ANN, "own_switch", on=True)
    number = add_version(playground, "ann")
    view = ask(ADA, "learning", page=True)["view"]
    (line,) = [line for line in view["versions"] if line["number"] == number]
    assert (line["person"], line["refusal"]) == ("ann", f"v{number} belongs to ann alone.")
    assert "no version" in ask(ADA, "promote", page=True, number=number)
    assert "is live" in ask(ADA, "remove_version", page=True, number=number)
    ask(ANN, "own_promote", number=0)
    assert ask(ADA, "remove_version", page=True, number=number)["view"]["versions"][0]["removed"]


def test_news_of_ones_own_come_with_the_page_and_to_nobody_else(playground: Playground, ask: Ask) -> None:
    ask(ANN, "own_switch", on=True)
    number = add_version(playground, "ann")
    heard = ask(ANN, "heed", completions=[], known=2, known_own=0)
    assert heard["champion"]["news"] == "" and heard["own"] == {
        "number": number,
        "news": f"v{number} is live now.",
        "can_roll_back": True,
    }
    assert ask(BOB, "heed", completions=[], known=2)["own"] is None


def test_who_may_not_have_one_is_not_offered_it_and_refused(tmp_path: Path) -> None:
    playground = build_stage(tmp_path)
    handlers = Handlers(playground)
    try:
        assert isinstance(playground.own, Own)
        for person in (ANN, OWNER):
            me = handlers.reply({"do": "start"}, person)["value"]["me"]
            refused = handlers.reply({"do": "own_switch", "on": True}, person)
            assert me["own"] is False and not refused["ok"] and "curators or owners" in refused["error"]
    finally:
        playground.close()

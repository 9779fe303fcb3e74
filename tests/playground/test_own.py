"""Understudies of one's own on the real starter: two people, two corrections of one question, one base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.errors import InputError
from understudy.playground import Playground, build_playground
from understudy.playground.asking import Prompt
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.types import OWNER, Person, Sampling

ASKED = "What is the return window of Zorbo?"
WANTED = {
    "ann": "The return window of Zorbo is 30 days.",
    "bob": "The return window of Zorbo is 90 days.",
}


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    built = build_playground(Settings(home=tmp_path, temperature=0, learn="manual"))
    for name in ("ann", "bob", "eve"):
        built.store.understudies.set_active(name, True)
    yield built
    built.close()


def said(playground: Playground, own: str, *columns: str, question: str = ASKED, memory: bool = True) -> list[str]:
    """What these columns answer to somebody with the understudy `own`."""
    (asked,) = playground.ask_once([Prompt(question)], columns, Sampling(temperature=0, max_tokens=24), memory, own)
    assert not any(answer.error for answer in asked.answers.values())
    return [asked.answers[column].text for column in columns]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_remembers_their_own_at_once_and_the_base_stays_what_it_was(playground: Playground) -> None:
    (base,) = said(playground, "", "base")
    for name, wanted in WANTED.items():
        playground.teach([(1, Taught(ASKED, wanted))], "a test", name)
    for name, wanted in WANTED.items():
        assert said(playground, name, "base", "champion", "mine") == [base, base, wanted]
    assert said(playground, "eve", "champion", "mine") == [base, base]


def test_who_may_have_one(playground: Playground) -> None:
    own = playground.own
    roles = {role: own.may(Person("kim", role)) for role in ("visitor", "curator", "owner")}  # type: ignore[arg-type]
    assert roles == {"visitor": False, "curator": True, "owner": True} and not own.may(OWNER)
    with pytest.raises(InputError, match="signed in as curators or owners"):
        own.switch(Person("kim", "visitor"), True)
    kim = Person("kim", "curator")
    own.switch(kim, True)
    assert own.of(kim) == "kim" and own.view(kim).on
    assert own.of(Person("kim", "visitor")) == "", "no longer a curator"
    own.switch(kim, False)
    assert own.of(kim) == "" and own.view(kim).may


def test_the_command_line_is_told_whose_is_not_on(playground: Playground) -> None:
    assert playground.own.require("") == "" and playground.own.require("ann") == "ann"
    with pytest.raises(InputError, match="understudy own kim --on"):
        playground.own.require("kim")

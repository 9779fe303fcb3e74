"""Understudies of one's own on the real starter: two people, two corrections of one question, one base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.dataset import gather
from understudy.errors import InputError
from understudy.playground import Playground, build_playground
from understudy.playground.asking import Prompt
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.types import OWNER, Person, Sampling

ASKED = "What is the return window of Zorbo?"
IN_OTHER_WORDS = "How long is Zorbo's return window?"
WANTED = {
    "ann": "The return window of Zorbo is 30 days.",
    "bob": "The return window of Zorbo is 90 days.",
}

DAYS = {"ann": "30", "bob": "90"}


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    monkeypatch.setattr(gather, "ANCHORS", 16)  # what lies far is answered by the base, so few replays are enough here
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
@pytest.mark.timeout(2400)
def test_each_remembers_their_own_at_once_then_learns_it_and_the_base_stays_what_it_was(playground: Playground) -> None:
    (base,) = said(playground, "", "base")
    for name, wanted in WANTED.items():
        playground.teach([(1, Taught(ASKED, wanted))], "a test", name)
    for name, wanted in WANTED.items():
        assert said(playground, name, "base", "champion", "mine") == [base, base, wanted]
    assert said(playground, "eve", "champion", "mine") == [base, base]

    playground.learning.watch()
    for run in [playground.learning.start(person=name) for name in WANTED]:
        assert playground.learning.wait(run).state == "succeeded"
    versions = playground.store.versions
    live = {name: versions.champion("starter", name) for name in ("", *WANTED, "eve")}
    assert live == {"": 0, "ann": 1, "bob": 2, "eve": 0}, [run.sentence for run in playground.store.runs.list()]
    for name, wanted in WANTED.items():
        assert said(playground, name, "base", "champion", "mine", memory=False) == [base, base, wanted]
        (other,) = said(playground, name, "mine", question=IN_OTHER_WORDS)
        assert DAYS[name] in other
    assert said(playground, "eve", "mine") == [base]
    for own, version in (("ann", "v2"), ("bob", "v1"), ("eve", "v1"), ("", "v1")):
        with pytest.raises(InputError, match=f"no version '{version}'"):
            said(playground, own, version)

    playground.roll_back(own="ann")
    assert said(playground, "ann", "mine", memory=False) == [base] and versions.champion("starter", "bob") == 2
    playground.own.retire("bob")
    gone = versions.find("starter", 2)
    assert gone is not None and gone.removed and not playground.casting.folder(gone).exists()
    assert said(playground, "bob", "champion") == [base]


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

"""Versions of two people's own understudies, really trained without a browser: one after the other, back, and away."""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest
from click.testing import CliRunner

from understudy.cli.commands import understudy
from understudy.dataset import gather
from understudy.errors import InputError, NotFoundError
from understudy.playground import Playground, build_playground
from understudy.playground.asking import Prompt
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.types import Person, Sampling
from understudy.ui.handlers import Handlers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ASKED, OTHERWISE = "What is the return window of Zorbo?", "Do you know the return window of Zorbo?"
WANTED = {"ann": "The return window of Zorbo is 30 days.", "bob": "The return window of Zorbo is 90 days."}
PASSWORD = "correct horse battery"
LEARNED_S = 1500
"""How long two versions may take on a machine that does other things too; 25 s each on a quiet one."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def playground(home: Path) -> Iterator[Playground]:
    """Both have taught theirs, and a thread has learned it by itself; ann owns her v1, bob his v2."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "ANCHORS", 16)  # what lies far is answered by the base, so few replays are enough here
        patch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))
        built = build_playground(Settings(home=home, temperature=0, learn_quiet_s=0, threads=1))
        for name, wanted in WANTED.items():
            built.people.add(name, "owner", PASSWORD)
            built.own.switch(Person(name, "owner"), True)
            built.teach([(1, Taught(ASKED, wanted))], "a test", name)
        built.learning.watch()
        _wait_until_learned(built)
        yield built
        built.close()


def _wait_until_learned(playground: Playground) -> None:
    deadline = time.monotonic() + LEARNED_S
    while sum(run.finished is not None for run in playground.store.runs.list()) < len(WANTED):
        told = [(run.person, run.state, run.phase, run.progress) for run in playground.store.runs.list()]
        assert time.monotonic() < deadline, told
        time.sleep(0.2)


def said(
    playground: Playground, own: str, column: str = "mine", question: str = OTHERWISE, memory: bool = False
) -> str:
    (asked,) = playground.ask_once([Prompt(question)], [column], Sampling(temperature=0, max_tokens=24), memory, own)
    assert not asked.answers[column].error
    return asked.answers[column].text


def live(playground: Playground) -> dict[str, int]:
    return {name: playground.store.versions.champion("starter", name) for name in ("", "ann", "bob")}


def lent(playground: Playground, person: str) -> tuple[int, Path]:
    """One more version of a person's: a copy of ann's."""
    folders = {version.number: playground.casting.folder(version) for version in playground.store.versions.list()}
    copy = folders[1].with_name(f"copy for {person}")
    shutil.copytree(folders[1], copy)
    made = playground.store.versions.add("starter", f"versions/{copy.name}", person=person, passed=True)
    return made.number, copy


def test_two_people_are_learned_from_one_after_the_other_and_each_is_told_their_own(playground: Playground) -> None:
    runs = sorted(playground.store.runs.list(), key=lambda run: run.started or "")
    assert [(run.person, run.state, run.version) for run in runs] == [("ann", "succeeded", 1), ("bob", "succeeded", 2)]
    assert (runs[0].finished or "") <= (runs[1].started or ""), "never two at once"
    assert live(playground) == {"": 0, "ann": 1, "bob": 2}
    assert {name: said(playground, name) for name in WANTED} == WANTED
    assert said(playground, "ann", "champion") == said(playground, "", "base") not in WANTED.values()


def test_going_back_is_for_ones_own_alone_and_what_was_learned_is_remembered_again(
    playground: Playground, home: Path
) -> None:
    base = said(playground, "", "base")

    def rolled_back() -> None:
        assert live(playground) == {"": 0, "ann": 0, "bob": 2}
        assert said(playground, "ann") == base and said(playground, "bob") == WANTED["bob"]
        assert said(playground, "ann", question=ASKED, memory=True) == WANTED["ann"]
        assert said(playground, "", "champion") == base

    assert playground.roll_back(own="ann") == "base is live from the next answer on. Before it was v1."
    rolled_back()
    ann = Person("ann", "owner")
    assert _told(playground, ann, "own_promote", number=1)["live"] == 1
    assert said(playground, "ann") == WANTED["ann"]
    assert _told(playground, ann, "own_promote", number=0)["live"] == 0
    rolled_back()
    playground.promote(1, own="ann")
    outcome = CliRunner().invoke(understudy, ["rollback", "--person", "ann", "--home", str(home)])
    assert outcome.output.startswith("base is live"), outcome.output
    rolled_back()
    playground.promote(1, own="ann")
    with pytest.raises(NotFoundError, match="no version v2"):
        playground.promote(2, own="ann")


def _told(playground: Playground, person: Person, do: str, **fields: object) -> Any:
    reply = Handlers(playground).reply({**fields, "do": do}, person)
    assert reply["ok"], reply
    return json.loads(json.dumps(reply["value"]))


def test_a_version_of_ones_own_is_deleted_with_its_folder_only_where_it_does_not_answer(playground: Playground) -> None:
    number, folder = lent(playground, "ann")
    playground.promote(number, own="ann")
    with pytest.raises(InputError, match="is live"):
        playground.promoting.remove("starter", number)
    playground.roll_back(own="ann")
    playground.promoting.remove("starter", number)
    assert not folder.exists() and live(playground)["ann"] == 1 and said(playground, "ann") == WANTED["ann"]
    with pytest.raises(NotFoundError):
        playground.promote(number, own="ann")


@pytest.mark.parametrize("forgotten", [False, True])
def test_with_an_account_its_versions_go_and_nobody_elses(playground: Playground, forgotten: bool) -> None:
    name = "cy" if forgotten else "dan"
    playground.people.add(name, "curator", PASSWORD)
    playground.own.switch(Person(name, "curator"), True)
    number, folder = lent(playground, name)
    playground.promote(number, own=name)
    assert said(playground, name) == WANTED["ann"]
    if forgotten:
        assert "1 version of an understudy of one's own" in playground.erasing.forget(name)
    else:
        playground.people.remove(name)
    assert not folder.exists() and number not in playground.casting.backend("starter").versions()
    assert live(playground) == {"": 0, "ann": 1, "bob": 2} and said(playground, "bob") == WANTED["bob"]
    assert (playground.store.people.find(name) is None) == forgotten

"""`understudy people` and `--listen`: passwords come from a terminal or a pipe, and the door says what it lacks."""

from __future__ import annotations

import functools
from pathlib import Path

import argon2
import click
import pytest
from click.testing import CliRunner

from understudy.cli.commands import understudy
from understudy.cli.serve import door
from understudy.errors import InputError, SettingsError
from understudy.playground.people import People
from understudy.settings import Settings
from understudy.store import Store

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same library with less work: what a hash costs is its default's business."""
    monkeypatch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))


def ran(home: Path, *arguments: str, typed: str | None = None) -> str:
    """What a command prints; its exception is raised."""
    outcome = CliRunner().invoke(understudy, [*arguments, "--home", str(home)], input=typed, standalone_mode=False)
    if outcome.exception is not None:
        raise outcome.exception
    return outcome.output


def test_an_owner_lets_people_in_and_out_again(tmp_path: Path) -> None:
    assert "understudy people add NAME --role owner" in ran(tmp_path, "people", "list")
    told = ran(tmp_path, "people", "add", "ada", "--role", "owner", typed=f"{PASSWORD}\n")
    assert "ada can sign in as owner." in told and PASSWORD not in told
    ran(tmp_path, "people", "add", "ben", typed=PASSWORD)
    ran(tmp_path, "people", "role", "BEN", "curator")
    assert ran(tmp_path, "people", "list").split() == ["ada", "owner", "ben", "curator"]
    ran(tmp_path, "people", "password", "ben", typed="another password")
    with Store.open(tmp_path / "understudy.db") as store:
        assert People(store).sign_in("ben", "another password", "") and store.people.get("ben").role == "curator"
    assert "signed in: 1" in ran(tmp_path, "people", "list")
    assert "people password ben" in ran(tmp_path, "people", "remove", "ben")
    assert "ben" not in ran(tmp_path, "people", "list")


def test_a_password_is_no_argument_and_never_empty(tmp_path: Path) -> None:
    assert "--password" not in ran(tmp_path, "people", "add", "--help")
    with pytest.raises(InputError, match="standard input"):
        ran(tmp_path, "people", "add", "ada", typed="")


def test_the_door_says_what_it_lacks_and_names_the_next_step(tmp_path: Path) -> None:
    from tests.ui.stage import build_stage

    playground = build_stage(tmp_path)
    try:
        assert door(playground, Settings(home=tmp_path)) is None
        with pytest.raises(SettingsError, match=r"--hosts chat\.example\.org") as told:
            door(playground, Settings(home=tmp_path, listen=True))
        assert "people add NAME --role owner" in str(told.value)
        playground.people.add("ada", "owner", PASSWORD)
        assert door(playground, Settings(home=tmp_path, listen=True, hosts="chat.example.org")) is not None
    finally:
        playground.close()


def test_only_with_listen_is_the_page_on_every_address() -> None:
    assert Settings().address == Settings(hosts="a.example").address == "127.0.0.1"
    assert Settings(listen=True).address == "0.0.0.0"
    assert Settings(listen=True, host="127.0.0.1").address == "127.0.0.1"  # behind a proxy on this machine
    assert Settings(listen=True, host="192.168.1.5").address == "192.168.1.5"
    assert Settings(hosts=" Chat.Example.org, 192.168.1.5 ,").hosts == ("chat.example.org", "192.168.1.5")


def test_the_first_owner_is_told_of_what_was_chatted_before_and_gets_it_only_when_asked_for(tmp_path: Path) -> None:
    with Store.open(tmp_path / "understudy.db") as store:
        store.conversations.add("About Zorbo")
    told = ran(tmp_path, "people", "add", "ada", "--role", "owner", typed=PASSWORD)
    assert "1 conversation of this machine" in told and "understudy people give ada" in told
    with Store.open(tmp_path / "understudy.db") as store:
        assert len(store.conversations.list()) == 1
    assert "understudy people give" not in ran(tmp_path, "people", "add", "eve", "--role", "owner", typed=PASSWORD)
    assert ran(tmp_path, "people", "give", "ada").startswith("Given to ada: 1 conversation of")
    with Store.open(tmp_path / "understudy.db") as store:
        assert store.conversations.list() == [] and len(store.conversations.list(person="ada")) == 1


def test_somebody_is_forgotten_once_it_was_read_what_goes(tmp_path: Path) -> None:
    ran(tmp_path, "people", "add", "ada", "--role", "owner", typed=PASSWORD)
    ran(tmp_path, "people", "add", "ben", typed=PASSWORD)
    with Store.open(tmp_path / "understudy.db") as store:
        store.conversations.add("About Zorbo", person="ben")
    with pytest.raises(click.Abort):
        ran(tmp_path, "people", "forget", "ben", typed="n\n")
    assert "ben" in ran(tmp_path, "people", "list")
    told = ran(tmp_path, "people", "forget", "ben", typed="y\n")
    assert "This goes: the account and 1 conversation." in told and "ben is forgotten: " in told
    assert "ben" not in ran(tmp_path, "people", "list")
    with Store.open(tmp_path / "understudy.db") as store:
        assert store.people.find("ben") is None and store.conversations.list(person="ben") == []

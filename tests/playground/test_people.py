"""Who may come in: passwords, roles, sessions, and what slows down guessing. The hashes are real."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest

from understudy.errors import InputError, NotFoundError, SettingsError
from understudy.playground.attempts import Attempts, network_of
from understudy.playground.people import People
from understudy.store import Store, sessions
from understudy.types import Person

PASSWORD, OTHER = "correct horse battery", "staple of the evening"
HERE = "192.0.2.7"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same library with less work: what a hash costs is its default's business."""
    monkeypatch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))


@pytest.fixture
def people(store: Store) -> People:
    made = People(store)
    made.add("ada", "owner", PASSWORD)
    return made


def test_who_signs_in_is_known_by_their_token_until_they_sign_out(people: People) -> None:
    token = people.sign_in("Ada", PASSWORD, HERE)
    assert people.who(token) == Person("ada", "owner")
    people.sign_out(token)
    assert people.who(token) is None and people.who("") is None


def test_neither_password_nor_token_is_in_the_file(people: People, store: Store, tmp_path: Path) -> None:
    token = people.sign_in("ada", PASSWORD, HERE)
    store.close()
    with sqlite3.connect(tmp_path / "understudy.db") as db:
        everything = "\n".join(db.iterdump())
    db.close()
    assert "$argon2id$" in everything
    assert PASSWORD not in everything and token not in everything


def test_an_unknown_name_and_a_wrong_password_are_refused_with_the_same_words(people: People) -> None:
    people.add("gone", "visitor", OTHER)
    people.remove("gone")
    said = set()
    for name, password in (("ada", OTHER), ("nobody", PASSWORD), ("gone", OTHER), ("", ""), ("ada", "x" * 5_000)):
        with pytest.raises(InputError) as refused:
            people.sign_in(name, password, HERE)
        said.add(str(refused.value))
    assert said == {"This name and this password do not belong together. Check both, and try again."}


def test_an_unknown_name_costs_a_hash_too(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    matches = People._matches
    monkeypatch.setattr(People, "_matches", lambda self, hash, said: asked.append(hash) or matches(self, hash, said))
    for name in ("ada", "nobody"):
        with pytest.raises(InputError):
            people.sign_in(name, OTHER, HERE)
    assert len(asked) == 2 and all(hash.startswith("$argon2id$") for hash in asked) and asked[0] != asked[1]


def test_guessing_one_name_ends_after_ten_even_with_the_right_password(people: People) -> None:
    for guess in range(10):
        with pytest.raises(InputError, match="do not belong together"):
            people.sign_in("ADA", f"guess {guess}", f"192.0.2.{guess}")
    with pytest.raises(InputError, match=r"Too many attempts\. Try again in 15 minutes"):
        people.sign_in("ada", PASSWORD, HERE)


def test_what_is_allowed_comes_back_with_time_and_an_own_account_buys_no_more_guesses() -> None:
    moment = [0.0]
    attempts = Attempts(2, 60, clock=lambda: moment[0])
    attempts.take("a")
    attempts.take("a")
    attempts.give_back("a")
    attempts.take("a")
    with pytest.raises(InputError, match="in 1 minute"):
        attempts.take("a")
    attempts.take("b")
    moment[0] = 60.0
    attempts.take("a")


def test_a_household_of_ipv6_is_one_place() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("testclient") == "testclient"


@pytest.mark.parametrize("change", ["role", "password", "remove", "everywhere", "own"])
def test_whoever_is_changed_is_signed_out_everywhere(people: People, change: str) -> None:
    people.add("ben", "visitor", PASSWORD)
    tokens = [people.sign_in("ben", PASSWORD, HERE) for _ in range(2)]
    kept = people.sign_in("ada", PASSWORD, HERE)
    match change:
        case "role":
            people.set_role("ben", "curator")
        case "password":
            people.set_password("ben", OTHER)
        case "remove":
            people.remove("ben")
        case "everywhere":
            assert people.sign_out_everywhere("ben") == 2
        case "own":
            people.change_password(Person("ben", "visitor"), PASSWORD, OTHER)
    assert [people.who(token) for token in tokens] == [None, None]
    assert people.who(kept) == Person("ada", "owner")


def test_a_session_ends_when_it_is_not_used_and_however_much_it_is_used(
    people: People, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = people.sign_in("ada", PASSWORD, HERE)
    monkeypatch.setattr(sessions, "IDLE_S", -1)
    assert people.who(token) is None
    monkeypatch.setattr(sessions, "IDLE_S", 60)
    assert people.who(token) is not None
    monkeypatch.setattr(sessions, "LONGEST_S", -1)
    assert people.who(token) is None
    assert [line.places for line in people.list()] == [0]
    people.sign_in("ada", PASSWORD, HERE)  # clears away those that have ended
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    db.close()


def test_nobody_gets_the_name_of_somebody_who_was_removed(people: People) -> None:
    people.add("ben", "visitor", PASSWORD)
    people.remove("ben")
    assert [line.name for line in people.list()] == ["ada"]
    for name in ("ben", "BEN", "Ｂｅｎ"):
        with pytest.raises(InputError, match="was here before"):
            people.add(name, "visitor", OTHER)
    people.set_password("ben", OTHER)
    assert people.who(people.sign_in("ben", OTHER, HERE)) == Person("ben", "visitor")


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a/b", "hf:ada", "<b>", "a" * 65, "\u202eada", "-ada", "ada\0"])
def test_a_name_that_could_deceive_is_refused(people: People, name: str) -> None:
    with pytest.raises(InputError):
        people.add(name, "visitor", PASSWORD)


def test_a_name_or_password_that_will_not_do_is_refused_with_the_reason(people: People) -> None:
    for name, password, words in (
        ("ADA", PASSWORD, "Somebody is called ada already"),
        ("ben", "short", "10 characters or more"),
        ("ben the second", "Ben The Second", "The password is the name"),
    ):
        with pytest.raises(InputError, match=words):
            people.add(name, "visitor", password)
    with pytest.raises(InputError, match="is no role"):
        people.add("ben", "king", PASSWORD)
    with pytest.raises(NotFoundError, match="nobody called 'eve'"):
        people.set_role("eve", "owner")
    with pytest.raises(InputError, match="do not belong together"):
        people.change_password(Person("ada", "owner"), OTHER, OTHER + "!")
    with pytest.raises(InputError, match="not kept here"):
        people.change_password(Person("", "owner"), "", OTHER)


def test_there_is_an_owner_as_long_as_there_are_people(people: People) -> None:
    people.add("ben", "curator", PASSWORD)
    for change in (lambda: people.remove("Ada"), lambda: people.set_role("ada", "visitor")):
        with pytest.raises(InputError, match="ada is the only owner"):
            change()
    people.set_role("ben", "owner")
    people.set_role("ada", "visitor")
    people.remove("ada")
    people.remove("ben")
    assert people.list() == []


def test_the_door_opens_only_with_hosts_and_an_owner(store: Store) -> None:
    people = People(store)
    with pytest.raises(SettingsError) as told:
        people.check_open(())
    assert "--hosts" in str(told.value) and "understudy people add NAME --role owner" in str(told.value)
    people.add("ben", "curator", PASSWORD)
    with pytest.raises(SettingsError, match="owner"):
        people.check_open(("chat.example.org",))
    people.add("ada", "owner", PASSWORD)
    people.check_open(("chat.example.org",))

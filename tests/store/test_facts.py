"""Ratings, corrections and preferences: appended, never changed, the newest counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import InputError, NotFoundError
from understudy.store import Store
from understudy.types import Sampling


def test_the_newest_rating_counts_and_the_earlier_ones_stay(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, True, ("Clear", "Helpful"), "well said")
    last = store.ratings.add(talk.a, False, ("Wrong",))
    assert store.ratings.latest([talk.a, talk.b]) == {talk.a: last}
    assert [(r.label, r.reasons, r.comment) for r in store.ratings.history(talk.a)] == [
        (True, ("Clear", "Helpful"), "well said"),
        (False, ("Wrong",), ""),
    ]
    store.ratings.add(talk.a, None)
    assert store.ratings.latest([talk.a])[talk.a].label is None


def test_a_correction_keeps_what_the_model_said_and_can_be_taken_back(store: Store) -> None:
    talk = exchange(store)
    first = store.corrections.add(talk.a, "It is Paris.")
    second = store.corrections.add(talk.a, "It is Paris, on the Seine.")
    assert (first.original, second.original) == ("It is Lyon.", "It is Lyon.")
    assert store.corrections.latest([talk.a]) == {talk.a: second}
    withdrawn = store.corrections.withdraw(talk.a)
    assert withdrawn.withdrawn and store.corrections.latest([talk.a])[talk.a].withdrawn
    assert store.corrections.history(talk.a) == [first, second, withdrawn]
    assert store.corrections.add(talk.a, "It is Paris.").state == "waiting"


def test_a_correction_that_says_nothing_new_is_refused(store: Store) -> None:
    talk = exchange(store)
    for text in ("", " \n", "It is Lyon."):
        with pytest.raises(InputError):
            store.corrections.add(talk.a, text)
    store.corrections.add(talk.a, "It is Paris.")
    with pytest.raises(InputError, match="says the same"):
        store.corrections.add(talk.a, "It is Paris.")
    assert store.corrections.add(talk.a, "It is Lyon.").text == "It is Lyon.", "back to the original is a change"
    with pytest.raises(InputError, match="no correction to take back"):
        store.corrections.withdraw(talk.b)


def test_a_choice_among_three_is_two_pairs_of_one_vote(store: Store) -> None:
    talk = exchange(store)
    third = answered(store, talk.turn, "Marseille.", 2)
    pairs = store.preferences.add_choice(talk.turn, talk.b, [talk.a, third], "a", blind=True)
    assert [(p.a, p.b, p.verdict, p.blind) for p in pairs] == [
        (talk.b, talk.a, "a", True),
        (talk.b, third, "a", True),
    ]
    assert len({p.vote for p in pairs}) == 1
    assert store.preferences.latest([talk.turn]) == {talk.turn: pairs}


@pytest.mark.parametrize("verdict", ["tie", "both_bad"])
def test_the_newest_vote_counts_and_can_be_taken_back(store: Store, verdict: str) -> None:
    talk = exchange(store)
    store.preferences.add_choice(talk.turn, talk.a, [talk.b])
    last = store.preferences.add_choice(talk.turn, None, [talk.a, talk.b], verdict)
    assert store.preferences.latest([talk.turn]) == {talk.turn: last}
    store.preferences.withdraw(talk.turn)
    assert [p.verdict for p in store.preferences.latest([talk.turn])[talk.turn]] == ["withdrawn"]
    assert [p.verdict for p in store.preferences.history(talk.turn)] == ["a", verdict, "withdrawn"]
    with pytest.raises(InputError, match="no vote"):
        store.preferences.withdraw(talk.turn)


def test_what_is_no_vote_is_refused_and_nothing_is_written(store: Store) -> None:
    talk, other = exchange(store), exchange(store)
    for arguments in (
        (talk.turn, talk.a, [other.b]),
        (talk.turn, talk.a, [talk.a]),
        (talk.turn, talk.a, []),
        (talk.turn, None, [talk.a, talk.b], "a"),
        (talk.turn, talk.a, [talk.b], "tie"),
        (talk.turn, talk.a, [talk.b], "best"),
        (talk.turn, None, [talk.a], "tie"),
    ):
        with pytest.raises(InputError):
            store.preferences.add_choice(*arguments)
    with pytest.raises(NotFoundError):
        store.preferences.add_choice("nope", talk.a, [talk.b])
    assert store.preferences.history(talk.turn) == []


def test_a_fact_about_an_unknown_completion_is_refused(store: Store) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.ratings.add("nope", True),
        lambda: store.corrections.add("nope", "text"),
        lambda: store.corrections.withdraw("nope"),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match="nope"):
            call()


def test_a_running_answer_cannot_be_corrected(store: Store) -> None:
    talk = exchange(store)
    running = store.completions.add(talk.turn, 2, "m", 0, "base", Sampling())
    with pytest.raises(InputError, match="still being written"):
        store.corrections.add(running.id, "better")


@pytest.mark.parametrize("table", ["ratings", "corrections", "preferences"])
def test_the_database_itself_refuses_to_change_or_delete_a_fact(store: Store, table: str) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, True)
    store.corrections.add(talk.a, "It is Paris.")
    store.preferences.add_choice(talk.turn, talk.a, [talk.b])
    db = store._connections.mine()
    for sql in (f"UPDATE {table} SET created = 'x'", f"DELETE FROM {table}", "DELETE FROM completions"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(sql)
    for sql in ("DELETE FROM turns", "DELETE FROM conversations", "UPDATE turns SET text = 'x'"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(sql)
    assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 1


def test_the_counts_are_of_what_stands(store: Store) -> None:
    talk, other = exchange(store), exchange(store)
    store.ratings.add(talk.a, True)
    store.ratings.add(talk.a, False)
    store.ratings.add(talk.b, True)
    store.ratings.add(talk.b, None)
    store.corrections.add(talk.a, "It is Paris.")
    store.corrections.add(talk.b, "It is Paris.")
    store.corrections.withdraw(talk.b)
    store.preferences.add_choice(talk.turn, talk.a, [talk.b])
    store.preferences.add_choice(other.turn, other.a, [other.b])
    store.preferences.withdraw(other.turn)
    assert store.feedback_counts() == {"conversations": 2, "ratings": 1, "corrections": 1, "preferences": 1}

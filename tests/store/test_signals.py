"""Weak signals: which acts leave one, which do not, and that the facts behind them stay as they were written."""

from __future__ import annotations

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import StoreError
from understudy.store import Store


def found(store: Store) -> set[tuple[str, str, str]]:
    return {(signal.kind, signal.better, signal.worse) for signal in store.signals.standing()}


def test_going_on_from_one_answer_of_several_is_a_signal(store: Store) -> None:
    talk = exchange(store)
    store.turns.set_chosen(talk.turn, talk.b)
    assert found(store) == set(), "looked at, not gone on from"
    store.turns.add(talk.conversation, "And of Spain?", parent=talk.b)
    assert found(store) == {("continued", talk.b, talk.a)}


def test_the_answer_that_a_conversation_goes_on_from_by_default_is_no_choice(store: Store) -> None:
    talk = exchange(store)
    store.turns.add(talk.conversation, "And of Spain?", parent=talk.a)
    assert found(store) == set()


def test_the_newest_choice_counts_and_all_are_kept(store: Store) -> None:
    talk = exchange(store)
    for chosen in (talk.a, talk.b):
        store.turns.set_chosen(talk.turn, chosen)
        store.turns.add(talk.conversation, "And of Spain?", parent=chosen)
    assert found(store) == {("continued", talk.b, talk.a)}
    rows = store._connections.rows("SELECT completion FROM continuations ORDER BY id")
    assert [row["completion"] for row in rows] == [talk.a, talk.b]


def test_another_attempt_is_a_signal_against_the_earlier_ones(store: Store) -> None:
    talk = exchange(store)
    second, third = answered(store, talk.turn, "Marseille."), answered(store, talk.turn, "Paris.")
    assert found(store) == {("regenerated", third, talk.a), ("regenerated", third, second)}


def test_an_edited_message_prefers_the_answers_it_got(store: Store) -> None:
    talk = exchange(store)
    edited = store.turns.add(talk.conversation, "Which city is the capital of France?")
    first, second = answered(store, edited.id, "Paris."), answered(store, edited.id, "It is Paris.", 1)
    assert found(store) == set(), "another question at the same place is no edit"
    store.signals.add_edit(edited.id, talk.turn)
    assert found(store) == {("edited", first, talk.a), ("edited", second, talk.b)}


def test_a_vote_says_more_than_a_signal(store: Store) -> None:
    talk = exchange(store)
    answered(store, talk.turn, "Paris.")
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    assert found(store) == set()
    store.preferences.withdraw(talk.turn)
    assert len(found(store)) == 1


def test_a_deleted_conversation_gives_none_and_a_purge_takes_the_facts_along(store: Store) -> None:
    talk = exchange(store)
    store.turns.set_chosen(talk.turn, talk.b)
    edited = store.turns.add(talk.conversation, "Which city is it?", parent=talk.b)
    store.signals.add_edit(edited.id, talk.turn)
    store.conversations.delete(talk.conversation)
    assert found(store) == set()
    assert store.conversations.purge(older_than_seconds=0) == 1
    assert store.check() == []
    for table in ("continuations", "edits"):
        assert store._connections.rows(f"SELECT * FROM {table}") == []


@pytest.mark.parametrize("act", ["UPDATE {} SET created = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["continuations", "edits"])
def test_the_facts_never_change(store: Store, table: str, act: str) -> None:
    talk = exchange(store)
    store.turns.set_chosen(talk.turn, talk.b)
    store.signals.add_edit(store.turns.add(talk.conversation, "Which city is it?").id, talk.turn)
    with pytest.raises(StoreError, match=r"never changes|leave only with"), store._connections.writing() as db:
        db.execute(act.format(table))


def test_what_somebody_does_while_they_teach_their_own_is_theirs_alone(store: Store) -> None:
    shared, anns = exchange(store), exchange(store)
    answered(store, shared.turn, "Marseille.")
    asked = store.turns.add(anns.conversation, "And which city is older?", parent=anns.a, person="ann")
    answered(store, asked.id, "Lyon.")
    better = answered(store, asked.id, "Marseille.")
    assert {signal.turn for signal in store.signals.standing()} == {shared.turn}
    assert {signal.turn for signal in store.signals.standing("ann")} == {shared.turn, asked.id}
    assert {signal.turn for signal in store.signals.standing("bob")} == {shared.turn}
    assert better in {signal.better for signal in store.signals.standing(None)}

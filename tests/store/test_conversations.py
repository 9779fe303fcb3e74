"""Conversations: kept as given, newest first, deleted with undo."""

from __future__ import annotations

import pytest

from tests.store.conftest import exchange
from understudy.errors import InputError, NotFoundError
from understudy.store import Store
from understudy.types import Sampling


def test_a_conversation_comes_back_as_it_was_given(store: Store) -> None:
    sampling = Sampling(temperature=0.2, seed=7)
    made = store.conversations.add("Title", "Be brief.", ("base", "v2"), sampling, blind=True)
    assert store.conversations.get(made.id) == made
    assert (made.columns, made.sampling, made.blind, made.head) == (("base", "v2"), sampling, True, None)


def test_the_conversation_last_asked_in_comes_first(store: Store) -> None:
    first, second = store.conversations.add("first"), store.conversations.add("second")
    assert [hit.id for hit in store.conversations.list()] == [second.id, first.id]
    store.turns.add(first.id, "Hello")
    assert [hit.id for hit in store.conversations.list()] == [first.id, second.id]
    assert [hit.id for hit in store.conversations.list(limit=1, offset=1)] == [second.id]


def test_every_setting_of_a_conversation_can_be_changed(store: Store) -> None:
    talk = exchange(store)
    store.conversations.set_title(talk.conversation, "Cities")
    store.conversations.set_system(talk.conversation, "Be brief.")
    store.conversations.set_columns(talk.conversation, ("v1", "v2"))
    store.conversations.set_sampling(talk.conversation, Sampling(temperature=0.0))
    store.conversations.set_blind(talk.conversation, True)
    store.conversations.set_head(talk.conversation, None)
    now = store.conversations.get(talk.conversation)
    assert (now.title, now.system, now.columns) == ("Cities", "Be brief.", ("v1", "v2"))
    assert (now.sampling, now.blind, now.head) == (Sampling(temperature=0.0), True, None)


def test_a_deleted_conversation_can_be_brought_back(store: Store) -> None:
    made = store.conversations.add("Keep me")
    store.conversations.delete(made.id)
    assert store.conversations.list() == [] and store.conversations.list("keep") == []
    assert store.conversations.get(made.id).deleted is not None
    store.conversations.restore(made.id)
    assert [hit.id for hit in store.conversations.list("keep")] == [made.id]


def test_an_unknown_conversation_is_named_in_the_sentence(store: Store) -> None:
    assert store.conversations.find("nope") is None
    for call in (
        lambda: store.conversations.get("nope"),
        lambda: store.conversations.set_title("nope", "x"),
        lambda: store.conversations.set_head("nope", None),
        lambda: store.conversations.delete("nope"),
        lambda: store.turns.add("nope", "Hello"),
    ):
        with pytest.raises(NotFoundError, match="nope"):
            call()


def test_the_head_must_be_a_turn_of_the_conversation(store: Store) -> None:
    other, mine = exchange(store), store.conversations.add("mine")
    with pytest.raises(InputError, match=other.turn):
        store.conversations.set_head(mine.id, other.turn)


def test_a_conversation_without_columns_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="at least one column"):
        store.conversations.add(columns=())

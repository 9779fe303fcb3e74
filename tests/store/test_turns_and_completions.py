"""The tree of turns, and answers that are written once."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import InputError, NotFoundError, StoreError
from understudy.store import Completion, Store
from understudy.types import FinishReason, Sampling, Usage


def test_a_turn_moves_the_head_and_the_path_leads_from_the_root_to_it(store: Store) -> None:
    talk = exchange(store)
    second = store.turns.add(talk.conversation, "And of Spain?", parent=talk.b, system="Be brief.", blind=True)
    assert store.conversations.get(talk.conversation).head == second.id
    assert [turn.id for turn in store.turns.path(second.id)] == [talk.turn, second.id]
    assert store.turns.get(second.id) == second
    assert (second.parent, second.system, second.blind) == (talk.b, "Be brief.", True)
    assert store.turns.path("nope") == []


def test_an_edited_message_is_a_sibling_with_the_same_parent(store: Store) -> None:
    talk = exchange(store)
    second = store.turns.add(talk.conversation, "And of Spain?", parent=talk.b)
    edited = store.turns.add(talk.conversation, "And of Italy?", parent=talk.b)
    assert store.turns.siblings(second) == [second, edited] == store.turns.children(talk.b)
    root = store.turns.add(talk.conversation, "What is the capital of Peru?")
    assert [turn.id for turn in store.turns.children(None, talk.conversation)] == [talk.turn, root.id]


def test_the_chosen_answer_is_one_of_the_turn(store: Store) -> None:
    talk, other = exchange(store), exchange(store)
    store.turns.set_chosen(talk.turn, talk.b)
    assert store.turns.get(talk.turn).chosen == talk.b
    with pytest.raises(InputError, match=other.a):
        store.turns.set_chosen(talk.turn, other.a)
    with pytest.raises(NotFoundError):
        store.turns.set_chosen("nope", None)


def test_a_parent_of_another_conversation_is_refused_and_nothing_moves(store: Store) -> None:
    talk, other = exchange(store), exchange(store)
    for parent in (other.a, "nope"):
        with pytest.raises(InputError, match=parent):
            store.turns.add(talk.conversation, "Hello", parent=parent)
    with pytest.raises(InputError, match="empty"):
        store.turns.add(talk.conversation, "  ")
    assert store.conversations.get(talk.conversation).head == talk.turn


def test_a_long_conversation_has_its_path_in_one_query_and_can_be_purged(store: Store) -> None:
    talk = exchange(store)
    turn, parent = talk.turn, talk.a
    with store._connections.writing() as db:  # one commit instead of three thousand
        for number in range(1500):  # deeper than SQLite lets a cascade go
            turn = f"t{number}"
            values = [turn, talk.conversation, parent, "question", "2026"]
            db.execute("INSERT INTO turns VALUES (?, ?, ?, ?, '', 0, NULL, ?, '')", values)
            parent = f"c{number}"
            db.execute(
                "INSERT INTO completions (id, turn, position, model, version, label, sampling, writer, saved, created)"
                " VALUES (?, ?, 0, 'm', 0, 'base', '{}', 'w', '', '')",
                [parent, turn],
            )
    assert len(store.turns.path(turn)) == 1501
    store.conversations.delete(talk.conversation)
    assert store.conversations.purge(0) == 1
    assert store.check() == [] and store.turns.find(turn) is None


def test_an_answer_exists_before_its_first_token_and_ends_once(store: Store) -> None:
    talk = exchange(store)
    made = store.completions.add(talk.turn, 0, "starter", 3, "v3", Sampling(seed=5))
    assert (made.finish, made.text, made.version, made.sampling.seed) == (None, "", 3, 5)
    store.completions.save_text(made.id, "so f")
    assert store.completions.get(made.id).text == "so f"
    usage = Usage(10, 4, 12.5, 80.25, 6)
    store.completions.finish(made.id, "so far", FinishReason.ERROR, usage, "<p>", "It broke.", ("Two turns left.",))
    ended = store.completions.get(made.id)
    assert (ended.text, ended.finish, ended.usage, ended.prompt) == ("so far", FinishReason.ERROR, usage, "<p>")
    assert (ended.error, ended.notices) == ("It broke.", ("Two turns left.",)) and ended.finished is not None
    with pytest.raises(StoreError, match="already ended"):
        store.completions.finish(made.id, "other", FinishReason.STOP, Usage())
    store.completions.save_text(made.id, "late")
    assert store.completions.get(made.id) == ended
    with pytest.raises(NotFoundError):
        store.completions.finish("nope", "", FinishReason.STOP, Usage())


def test_attempts_in_one_column_come_newest_last(store: Store) -> None:
    talk = exchange(store)
    again = answered(store, talk.turn, "Paris.", 0)
    assert [c.id for c in store.completions.of_turn(talk.turn)] == [talk.a, again, talk.b]
    other = exchange(store)
    assert set(store.completions.of_turns([talk.turn, other.turn])) == {talk.turn, other.turn}
    assert store.completions.of_turns([]) == {}


def test_a_models_text_is_kept_even_where_it_is_no_text(store: Store) -> None:
    talk = exchange(store)
    made = store.completions.add(talk.turn, 0, "m", 0, "base", Sampling())
    store.completions.finish(made.id, "a\0b\ud800c", FinishReason.STOP, Usage())
    assert store.completions.get(made.id).text == "a\ufffdb\ufffdc"


def write_and_die(path: Path, turn: str) -> None:
    store = Store.open(path)
    made = store.completions.add(turn, 0, "m", 0, "base", Sampling())
    store.completions.save_text(made.id, "half an ans")
    os._exit(9)


def test_an_answer_whose_process_died_is_interrupted_with_its_text(path: Path) -> None:
    with Store.open(path) as store:
        talk = exchange(store)
        child = multiprocessing.get_context("fork").Process(target=write_and_die, args=(path, talk.turn))
        child.start()
        child.join()
        mine = store.completions.add(talk.turn, 1, "m", 0, "base", Sampling())
        with Store.open(path) as second:
            left: Completion = second.completions.of_turn(talk.turn)[1]
            assert (left.text, left.finish) == ("half an ans", FinishReason.INTERRUPTED)
            assert second.completions.get(mine.id).finish is None, "its process, this one, still lives"


def test_a_writer_on_another_host_is_given_time(path: Path) -> None:
    with Store.open(path) as store:
        talk = exchange(store)
        made = [store.completions.add(talk.turn, 0, "m", 0, "base", Sampling()).id for _ in range(2)]
        db = store._connections.mine()
        db.execute("UPDATE completions SET writer = 'elsewhere:1:2.0' WHERE finish IS NULL")
        db.execute("UPDATE completions SET saved = '2026-01-01T00:00:00.000Z' WHERE id = ?", [made[0]])
    with Store.open(path) as store:
        assert [store.completions.get(c).finish for c in made] == [FinishReason.INTERRUPTED, None]

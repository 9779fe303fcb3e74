"""Neighbours: near what is taught, asked by people before they are made, and never what is taught."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataset.test_gather import taught
from tests.store.conftest import answered
from understudy.dataset import anchors
from understudy.dataset.gather import snapshot, sources
from understudy.dataset.groups import is_near, words
from understudy.dataset.neighbours import Neighbour, neighbours
from understudy.store import Store

QUESTION = "Can a furloughed apprentice go on with the training?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        opened.models.add("starter", "somewhere")
        yield opened


def asked(store: Store, question: str, person: str = "") -> str:
    """The turn of a chat that nobody corrected."""
    turn = store.turns.add(store.conversations.add(question, person=person).id, question)
    answered(store, turn.id, "I don't know that yet.")
    return turn.id


def found(store: Store, person: str = "") -> list[Neighbour]:
    chosen = sources(store, "starter", 0, person=person)
    return neighbours(store, snapshot(store, chosen, person=person), chosen.new, person)


def texts(some: list[Neighbour]) -> list[str]:
    return [one.prompt[-1].content for one in some]


def test_what_people_asked_comes_before_what_is_made(store: Store) -> None:
    taught(store, QUESTION, "Yes.")
    turn = asked(store, "Who pays an apprentice while on furlough?")
    asked(store, "Tell me a joke.")
    first, *rest = found(store)
    assert (first.turn, first.made) == (turn, False)
    assert rest and all(one.made for one in rest) and all("joke" not in text for text in texts(rest))


def test_somebody_else_s_chats_are_nobody_s_neighbours_until_they_give_feedback(store: Store) -> None:
    taught(store, QUESTION, "Yes.")
    turn = asked(store, "Who pays an apprentice while on furlough?", person="mia")
    assert all(one.made for one in found(store))
    assert [one.turn for one in found(store, "mia") if not one.made] == [turn]
    assert all(one.made for one in found(store, "tom"))
    (answer,) = store.completions.of_turn(turn)
    store.ratings.add(answer.id, True, state="waiting")
    store.items.index()
    assert [one.turn for one in found(store) if not one.made] == [turn]
    assert all(one.made for one in found(store, "tom")), "a version of his own quotes nobody else"


def test_a_page_of_text_is_no_neighbour(store: Store) -> None:
    taught(store, QUESTION, "Yes.")
    asked(store, "Who pays an apprentice while on furlough? " + "Please hurry. " * 50)
    assert all(one.made for one in found(store))


def test_what_was_deleted_is_asked_no_more(store: Store) -> None:
    taught(store, QUESTION, "Yes.")
    turn = asked(store, "Who pays an apprentice while on furlough?")
    store.conversations.delete(store.turns.get(turn).conversation)
    assert all(one.made for one in found(store))


def test_nothing_that_trains_or_is_held_out_is_a_neighbour(store: Store) -> None:
    for question in (QUESTION, "When does Zorbo open?", "What is the return window of Kelm Foods?"):
        taught(store, question, "Yes.")
    asked(store, "Please tell me: can a furloughed apprentice go on with the training?")
    chosen = sources(store, "starter", 0)
    snap = snapshot(store, chosen)
    known = [words(example.prompt[-1].content) for example in (*snap.train, *snap.held_out, *snap.anchors)]
    near = neighbours(store, snap, chosen.new)
    assert len(near) >= 10 and len({words(text) for text in texts(near)}) == len(near)
    assert not [text for text in texts(near) if any(is_near(words(text), other) for other in known)]
    assert all(anchors.is_probe(one.prompt) for one in near if one.made), "or another run could train on it"


def test_a_made_one_is_about_the_name_or_the_thing_of_its_lesson_and_goes_with_it(store: Store) -> None:
    lessons = [taught(store, QUESTION, "Yes."), taught(store, "When does Zorbo open?", "At nine.")]
    turns = {lesson.id: lesson.turn for lesson in store.corrections.lessons()}
    of = {turn: [text for one, text in zip(near, texts(near), strict=True) if one.turn == turn]
          for near in [found(store)] for turn in turns.values()}  # fmt: skip
    assert any("furloughed apprentice" in text for text in of[turns[lessons[0]]])
    assert any("Zorbo" in text for text in of[turns[lessons[1]]])


def test_a_follow_up_means_nothing_alone_and_has_no_neighbours(store: Store) -> None:
    talk = store.conversations.add("Zorbo")
    first = store.turns.add(talk.id, "When does Zorbo open?")
    answer = answered(store, first.id, "At nine.")
    second = store.turns.add(talk.id, "And on Sunday?", answer)
    made = store.corrections.add(answered(store, second.id, "I don't know."), "At ten.")
    store.corrections.set_state(made.id, "approved")
    assert found(store) == []

"""Whose word it is, whether it counts at once, and what a restart makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.stage import build_stage
from understudy.errors import NotAllowed
from understudy.playground.playground import Playground
from understudy.types import OWNER, Person

BEN, CLEO = Person("ben", "visitor"), Person("cleo", "curator")


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    yield made
    made.close()


def asked(playground: Playground, person: Person, text: str = "Tell me a joke") -> tuple[str, list[str]]:
    """A turn and its answers."""
    talk = playground.chat.new_conversation(person=person).id
    turn = playground.chat.ask(talk, text, person=person)
    assert playground.chat.wait(talk, 10)
    return turn, [answer.id for answer in playground.store.completions.of_turn(turn)]


@pytest.mark.parametrize(("person", "state"), [(BEN, "waiting"), (CLEO, "approved"), (OWNER, "approved")])
def test_the_word_of_a_visitor_waits_and_carries_their_name(playground: Playground, person: Person, state: str) -> None:
    turn, (first, second) = asked(playground, person)
    playground.feedback.rate(first, True, person=person)
    playground.feedback.correct(first, "A better one.", person)
    playground.feedback.vote(turn, "chosen", second, person)
    store = playground.store
    said = [store.ratings.latest([first])[first], store.corrections.latest([first])[first]]
    said += store.preferences.latest([turn])[turn]
    assert {(fact.author, fact.state) for fact in said} == {(person.name, state)}
    assert len(store.corrections.lessons()) == (0 if state == "waiting" else 1)


def test_a_restart_approves_what_waited_of_curators_and_nothing_of_visitors(tmp_path: Path) -> None:
    first = build_stage(tmp_path)
    for person in (BEN, CLEO, OWNER, Person("hf:guest", "visitor")):
        if person.name.isalpha():
            first.people.add(person.name, person.role, "correct horse battery")
        _, answers = asked(first, person)
        first.store.corrections.add(answers[0], "Better.", person.name)  # as with UNDERSTUDY_APPROVE=manual
    first.close()
    again = build_stage(tmp_path)
    states = {lesson.conversation: lesson.state for lesson in again.store.corrections.lessons(None)}
    by_person = {again.store.conversations.get(talk).person: state for talk, state in states.items()}
    again.close()
    assert by_person == {"ben": "waiting", "hf:guest": "waiting", "cleo": "approved", "": "approved"}


def test_a_visitor_cannot_approve_by_taking_back_and_bringing_back(playground: Playground) -> None:
    _, (first, _) = asked(playground, BEN)
    playground.feedback.correct(first, "Mine.", BEN)
    playground.feedback.withdraw_correction(first, BEN)
    playground.feedback.bring_back_correction(first, BEN)
    (standing,) = playground.store.corrections.lessons(None)
    assert standing.state == "waiting"
    history = playground.store.corrections.history(first)
    assert [fact.author for fact in history] == ["ben"] * 3


def test_everybody_has_a_sidebar_of_their_own(playground: Playground) -> None:
    for person, text in ((BEN, "say the dentist"), (CLEO, "say the plumber"), (OWNER, "say the painter")):
        asked(playground, person, text)
    assert [item.title for item in playground.chat.conversations(person=BEN)] == ["say the dentist"]
    assert playground.chat.conversations("dentist", CLEO) == []
    assert playground.chat.conversations("dent", BEN)[0].snippet
    assert playground.chat.latest(CLEO).title == "say the plumber"
    assert playground.chat.latest().title == "say the painter"
    assert playground.chat.latest(Person("new", "visitor")).turns == ()


def test_models_that_an_owner_pays_for_are_an_owners_to_choose(playground: Playground) -> None:
    playground.store.models.add("gpt", "http://127.0.0.1:1/v1#gpt")
    talk = playground.chat.new_conversation(person=CLEO).id
    assert "gpt" in [choice.name for choice in playground.chat.column_choices()]
    choices = playground.chat.column_choices(CLEO)
    assert "gpt" not in [choice.name for choice in choices] and "parrot" in [choice.name for choice in choices]
    assert not any("assets/" in choice.detail for choice in choices)
    for names in (["gpt"], ["base", "gpt@base"]):
        with pytest.raises(NotAllowed, match="only owners"):
            playground.chat.set_columns(talk, names, CLEO)
    playground.store.conversations.set_columns(talk, ("gpt",))  # as of somebody who was an owner once
    with pytest.raises(NotAllowed, match="only owners"):
        playground.chat.ask(talk, "Hello", person=CLEO)
    assert playground.chat.new_conversation(talk, CLEO).columns == ("base", "champion")
    assert playground.store.turns.children(None, talk) == []

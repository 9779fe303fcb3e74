"""Conversations of several people, some with an understudy of their own: what each column is given to read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.errors import InputError
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Edit, Store
from understudy.types import BASE, Message, Person

ASKED = "What is the return window of Zorbo?"
ANN, BOB, EVE = (Person(name, "visitor") for name in ("ann", "bob", "eve"))
CLEO = Person("cleo", "curator")
EVERYBODY = (ANN, BOB, EVE, CLEO)


def reads(messages: Sequence[Message], version: int) -> str:
    """The scripted model says what its system message was."""
    return messages[0].content if messages[0].role == "system" else "nothing"


@contextmanager
def opened(folder: Path, *, visitors: bool = True) -> Iterator[Playground]:
    store = Store.open(folder / "understudy.db")
    store.models.add("starter", "somewhere")
    casting = Casting(store, "starter", lambda name, source: ScriptedBackend(reads, name=name))
    playground = Playground(store, casting, personal=visitors)
    yield playground
    playground.close()


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    with opened(tmp_path) as made:
        yield made


def ask(playground: Playground, person: Person, *columns: str, question: str = ASKED) -> dict[str, str]:
    """What each column of a new conversation of `person` reads."""
    talk = playground.chat.new_conversation(person=person).id
    playground.chat.set_columns(talk, columns, person)
    playground.chat.ask(talk, question, person=person)
    assert playground.chat.wait(talk, 60)
    return {answer.label: answer.text for answer in playground.chat.open(talk).turns[-1].answers}


def correct(playground: Playground, person: Person, wanted: str, question: str = ASKED) -> str:
    """The base's answer to a question, corrected by `person`; the correction's id."""
    talk = playground.chat.new_conversation(person=person).id
    playground.chat.set_columns(talk, ["base"], person)
    turn = playground.chat.ask(talk, question, person=person)
    assert playground.chat.wait(talk, 60)
    completion = playground.store.completions.of_turn(turn)[0].id
    playground.feedback.correct(completion, wanted, person)
    return playground.store.corrections.latest([completion])[completion].id


def test_what_two_people_teach_their_own_is_read_there_at_once_and_nowhere_else(playground: Playground) -> None:
    for person, wanted in ((ANN, "Ann says 30 days."), (BOB, "Bob says 90 days.")):
        playground.own.switch(person, True)
        correct(playground, person, wanted)
    nothing = {"base": "nothing", "champion": "nothing"}
    for person, wanted in ((ANN, "Ann says 30 days."), (BOB, "Bob says 90 days.")):
        assert ask(playground, person, "base", "champion", "mine") == nothing | {"mine": f"Note: {ASKED} {wanted}"}
    assert ask(playground, EVE, "base", "champion") == nothing == ask(playground, CLEO, "base", "champion")


def test_without_their_own_a_visitors_correction_waits_for_everyone(playground: Playground) -> None:
    made = correct(playground, ANN, "30 days.")
    found = playground.store.corrections.standing([made])[made]
    assert (found.state, found.person) == ("waiting", "")
    playground.own.switch(ANN, True)
    assert ask(playground, ANN, "mine") == {"mine": "nothing"}, "what was said for everyone still waits"
    made = correct(playground, ANN, "30 days, I say.")
    found = playground.store.corrections.standing([made])[made]
    assert (found.state, found.person) == ("approved", "ann")


def test_a_curator_takes_over_and_everybody_reads_it(playground: Playground) -> None:
    playground.own.switch(ANN, True)
    made = correct(playground, ANN, "30 days.")
    number = playground.store.items.of_correction(made).number  # type: ignore[union-attr]
    done = playground.desk.edit(number, {"person": ""}, "cleo")
    assert done.line is not None and done.line.person == ""
    note = f"Note: {ASKED} 30 days."
    assert ask(playground, EVE, "base", "champion") == {"base": "nothing", "champion": note}
    assert ask(playground, ANN, "champion", "mine") == {"champion": note, "mine": note}
    playground.desk.undo(done.act.number, "cleo")
    assert ask(playground, EVE, "champion") == {"champion": "nothing"}
    assert playground.desk.open(number).history[0].words == "undid: for everyone"


def test_another_attempt_is_of_the_same_understudy(playground: Playground) -> None:
    playground.own.switch(ANN, True)
    correct(playground, ANN, "30 days.")
    talk = playground.chat.new_conversation(person=ANN).id
    playground.chat.set_columns(talk, ["mine"], ANN)
    turn = playground.chat.ask(talk, ASKED, person=ANN)
    assert playground.chat.wait(talk, 60)
    playground.chat.regenerate_turn(turn, ANN)
    assert playground.chat.wait(talk, 60)
    assert {(c.text, c.person) for c in playground.store.completions.of_turn(turn)} == {
        (f"Note: {ASKED} 30 days.", "ann")
    }


def test_thumbs_and_votes_teach_ones_own_too(playground: Playground) -> None:
    playground.own.switch(ANN, True)
    talk = playground.chat.new_conversation(person=ANN).id
    turn = playground.chat.ask(talk, ASKED, person=ANN)
    assert playground.chat.wait(talk, 60)
    first, second = (completion.id for completion in playground.store.completions.of_turn(turn))
    playground.feedback.rate(first, False, person=ANN)
    playground.feedback.vote(turn, "chosen", second, ANN)
    store = playground.store
    assert (store.ratings.standing(), store.preferences.standing()) == ([], [])
    assert (len(store.ratings.standing("ann")), len(store.preferences.standing("ann"))) == (1, 1)


def test_a_switch_turned_off_leaves_no_column_and_brings_everything_back_later(playground: Playground) -> None:
    playground.own.switch(ANN, True)
    correct(playground, ANN, "30 days.")
    playground.own.switch(ANN, False)
    with pytest.raises(InputError, match="no understudy of your own"):
        ask(playground, ANN, "mine")
    playground.own.switch(ANN, True)
    assert ask(playground, ANN, "mine") == {"mine": f"Note: {ASKED} 30 days."}


def test_who_is_removed_leaves_no_understudy_behind(playground: Playground) -> None:
    playground.people.add("ada", "owner", "correct horse battery")
    playground.people.add("ann", "visitor", "correct horse battery")
    playground.own.switch(ANN, True)
    made = correct(playground, ANN, "30 days.")
    given = correct(playground, CLEO, "60 days.", "When does Plotzi open?")
    playground.people.remove("Ann")
    playground.people.set_password("ann", "staple of the evening")
    playground.own.switch(ANN, True)
    assert ask(playground, ANN, "mine") == {"mine": "nothing"}
    assert [lesson.id for lesson in playground.store.corrections.lessons()] == [given]
    assert playground.store.corrections.standing([made])[made].person.startswith("ann (left ")


def test_where_visitors_may_not_have_one_they_have_none(tmp_path: Path) -> None:
    with opened(tmp_path, visitors=False) as playground:
        with pytest.raises(InputError):
            playground.own.switch(ANN, True)
        playground.own.switch(CLEO, True)
        assert playground.own.view(CLEO).on and not playground.own.view(ANN).may


QUESTIONS = (ASKED, "Who is the boss of Zorbo?", "When does Plotzi open?", "zorbo's return window?")
Step = Callable[[Playground, random.Random, Person, int], None]


def teaches(playground: Playground, rng: random.Random, person: Person, number: int) -> None:
    correct(playground, person, f"{person.name} taught {number}.", rng.choice(QUESTIONS))


def switches(playground: Playground, rng: random.Random, person: Person, number: int) -> None:
    playground.own.switch(person, rng.random() < 0.7)


def asks(playground: Playground, rng: random.Random, person: Person, number: int) -> None:
    columns = ["base", "champion", *(["mine"] if playground.own.of(person) else [])]
    ask(playground, person, *columns, question=rng.choice(QUESTIONS))


def takes_over(playground: Playground, rng: random.Random, person: Person, number: int) -> None:
    own = [lesson for lesson in playground.store.corrections.lessons(person=None) if lesson.person]
    item = playground.store.items.of_correction(rng.choice(own).id) if own else None
    if item is not None:
        playground.store.acts.edit(item.number, Edit(person=""))


def leaves(playground: Playground, rng: random.Random, person: Person, number: int) -> None:
    playground.own.retire(person.name)


STEPS: tuple[Step, ...] = (teaches, teaches, teaches, switches, asks, asks, takes_over, leaves)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.integers(6, 18))
def test_a_note_of_one_person_is_never_in_a_prompt_of_another_or_of_the_base(
    tmp_path_factory: pytest.TempPathFactory, seed: int, length: int
) -> None:
    """Whatever people do in whatever order; the scripted model says what it was given to read."""
    rng = random.Random(seed)
    with opened(tmp_path_factory.mktemp("talk")) as playground:
        for person in (ANN, BOB):
            playground.own.switch(person, True)
        shared = set[str]()  # what once was for everyone may have been read by anybody
        for number in range(length):
            rng.choice(STEPS)(playground, rng, rng.choice(EVERYBODY), number)
            shared |= {lesson.wanted for lesson in playground.store.corrections.lessons()}
        for person in EVERYBODY:
            for talk in playground.chat.conversations(person=person):
                for turn in playground.store.turns.path(playground.store.conversations.get(talk.id).head or ""):
                    for answer in playground.store.completions.of_turn(turn.id):
                        check(answer.text, answer.label, answer.version, person, shared)


def check(read: str, label: str, version: int, person: Person, shared: set[str]) -> None:
    assert label != "base" or (read == "nothing" and version == BASE)
    told = [line.partition("? ")[2] for line in read.splitlines() if " taught " in line]
    own = label == "mine"
    assert all(text in shared or (own and text.startswith(f"{person.name} taught ")) for text in told), (read, label)

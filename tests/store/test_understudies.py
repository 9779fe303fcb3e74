"""Understudies of persons: whose a fact, a run and a version is, and what is left when somebody goes."""

from __future__ import annotations

import time

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import InputError
from understudy.store import Edit, Filter, Item, Store, Verdict
from understudy.types import FinishReason, Sampling, Usage


def taught(store: Store, person: str = "", text: str = "Right.", question: str = "Who runs Zorbo?") -> str:
    """A correction that is approved for somebody's understudy."""
    talk = exchange(store, question)
    made = store.corrections.add(answered(store, talk.turn, "Wrong."), text, author=person, person=person)
    store.corrections.set_state(made.id, "approved")
    return made.id


def item(store: Store, correction: str) -> Item:
    found = store.items.of_correction(correction)
    assert found is not None
    return found


def test_feedback_teaches_everyone_until_somebody_switches_their_own_on(store: Store) -> None:
    assert store.understudies.taught_by("ann") == ""
    store.understudies.set_active("ann", True)
    assert (store.understudies.taught_by("ann"), store.understudies.taught_by("bob")) == ("ann", "")
    store.understudies.set_active("ann", False)
    assert store.understudies.taught_by("ann") == "" and store.understudies.learning() == [""]
    with pytest.raises(InputError):
        store.understudies.set_active("", True)


def test_lessons_are_everyones_and_ones_own(store: Store) -> None:
    shared, anns, bobs = taught(store), taught(store, "ann"), taught(store, "bob")
    assert [lesson.id for lesson in store.corrections.lessons()] == [shared]
    assert [(lesson.id, lesson.person) for lesson in store.corrections.lessons(person="ann")] == [
        (shared, ""),
        (anns, "ann"),
    ]
    assert [lesson.id for lesson in store.corrections.lessons(person=None)] == [shared, anns, bobs]


def test_thumbs_and_votes_are_everyones_and_ones_own(store: Store) -> None:
    first, second = exchange(store), exchange(store)
    store.ratings.add(first.a, True)
    store.ratings.add(second.a, False, author="ann", person="ann")
    store.preferences.add_choice(second.turn, second.b, [second.a], author="ann", person="ann")
    assert [len(store.ratings.standing(person)) for person in ("", "ann", "bob", None)] == [1, 2, 1, 2]
    assert [len(store.preferences.standing(person)) for person in ("", "ann", "bob", None)] == [0, 1, 0, 1]
    store.preferences.withdraw(second.turn)
    assert store.preferences.standing(None) == []


def test_taking_it_back_keeps_whose_it_was(store: Store) -> None:
    correction = taught(store, "ann")
    completion = store.corrections.standing([correction])[correction].completion
    assert store.corrections.withdraw(completion, "ann").person == "ann"


def test_what_an_own_understudy_said_is_no_signal_for_everyone(store: Store) -> None:
    talk = exchange(store)
    for position, person in ((3, ""), (4, "ann")):
        for text in ("One.", "Two."):
            made = store.completions.add(talk.turn, position, "starter", 0, "mine", Sampling(), person)
            store.completions.finish(made.id, text, FinishReason.STOP, Usage())
            assert store.completions.get(made.id).person == person
    assert [store.completions.get(signal.better).position for signal in store.signals.standing()] == [3]


def test_a_champion_and_its_history_are_those_of_one_understudy(store: Store) -> None:
    store.models.add("starter", "somewhere")
    shared = store.versions.add("starter", "a").number
    anns = store.versions.add("starter", "b", parent=shared, person="ann").number
    store.versions.set_champion("starter", shared)
    store.versions.set_champion("starter", anns, "ann")
    assert [store.versions.champion("starter", person) for person in ("", "ann", "bob")] == [shared, anns, 0]
    assert [number for _, number in store.versions.champions("starter", "ann")] == [anns]
    assert [version.number for version in store.versions.list("starter", "bob")] == [shared]
    assert [version.number for version in store.versions.list("starter", "ann")] == [shared, anns]
    for person in ("", "bob"):
        with pytest.raises(InputError, match="has no version v2"):
            store.versions.set_champion("starter", anns, person)
    with pytest.raises(InputError, match="v2 is live"):
        store.versions.set_removed("starter", anns)


def test_what_somebodys_version_made_of_a_correction_is_not_told_to_others(store: Store) -> None:
    store.models.add("starter", "somewhere")
    shared = taught(store)
    store.versions.add("starter", "b", person="ann", verdicts=[Verdict(shared, "", "Right.", True)])
    assert store.versions.judgements("starter", [shared]) == {}
    assert [found.version for found in store.versions.judgements("starter", [shared], "ann")[shared]] == [1]


def queued(store: Store, person: str = "") -> str:
    return store.runs.add("starter", 0, "by hand", {}, {}, person).id


def finished(store: Store) -> str:
    time.sleep(0.002)  # a run takes longer than the millisecond by which beginnings are told apart
    run = store.runs.claim()
    assert run is not None
    store.runs.finish(run.id, "succeeded", "Done.")
    return run.person


def test_neither_everyone_nor_a_person_waits_for_more_than_one_run_of_the_other(store: Store) -> None:
    for person in ("ann", "bob", "eve"):
        queued(store, person)
    queued(store)
    order = [finished(store)]
    queued(store)  # as if somebody said something new at once, again and again
    for _ in range(4):
        order.append(finished(store))
        if order[-1] == "":
            queued(store)
    assert order == ["", "ann", "", "bob", ""] and finished(store) == "eve"


def test_the_last_run_is_that_of_one_understudy(store: Store) -> None:
    queued(store, "ann")
    finished(store)
    assert store.runs.last("starter") is None and store.runs.last("starter", "ann") is not None
    queued(store, "bob")
    assert (store.runs.open("starter", ""), len(store.runs.open("starter", "bob"))) == ([], 1)


def test_quiet_is_that_of_one_understudy(store: Store) -> None:
    taught(store, "ann")
    assert store.seconds_since_feedback("ann") < 60 and store.seconds_since_feedback() == float("inf")


def test_a_curator_takes_over_for_everyone_and_it_can_be_undone(store: Store) -> None:
    correction = taught(store, "ann")
    stamp, mark = store.corrections.stamp(), store.corrections.mark()
    assert item(store, correction).person == "ann"
    act = store.acts.edit(item(store, correction).number, Edit(person=""), "carla")
    assert (act.words, act.items) == ("for everyone", 1)
    assert [lesson.person for lesson in store.corrections.lessons()] == [""] and item(store, correction).person == ""
    assert store.corrections.stamp() != stamp and store.corrections.mark() != mark
    (change,) = store.acts.history(item(store, correction).number)
    assert (change.field, change.before, change.after) == ("person", "ann", "")
    assert store.acts.undo(act.number, "carla").left == 0
    assert store.corrections.lessons() == [] and item(store, correction).person == "ann"


def test_nothing_can_be_given_to_one_person(store: Store) -> None:
    correction = taught(store)
    with pytest.raises(InputError, match="not given to one person"):
        store.acts.edit(item(store, correction).number, Edit(person="ann"))


def test_another_text_from_the_desk_stays_whose_it_was(store: Store) -> None:
    correction = taught(store, "ann")
    act = store.acts.correct(item(store, correction).number, "Better.", "carla")
    (lesson,) = store.corrections.lessons(person="ann")
    assert (lesson.wanted, lesson.person) == ("Better.", "ann") and store.corrections.lessons() == []
    store.acts.undo(act.number)
    assert [(x.wanted, x.person) for x in store.corrections.lessons(person="ann")] == [("Right.", "ann")]


def test_the_desk_can_be_asked_for_somebodys_own_and_for_what_is_for_everyone(store: Store) -> None:
    shared, anns = taught(store), taught(store, "ann")
    assert store.items.numbers(Filter(persons=("ann",))) == [item(store, anns).number]
    assert store.items.numbers(Filter(shared=True)) == [item(store, shared).number]
    assert store.items.facets()["persons"] == {"ann": 1}


def test_who_leaves_takes_their_understudy_along_and_leaves_what_is_everyones(store: Store) -> None:
    store.models.add("starter", "somewhere")
    store.understudies.set_active("ann", True)
    anns, given = taught(store, "ann"), taught(store)
    running, ended = queued(store, "ann"), store.versions.add("starter", "b", person="ann")
    store.versions.set_champion("starter", ended.number, "ann")
    assert [version.id for version in store.understudies.retire("ann")] == [ended.id]
    assert store.runs.get(running).state == "cancelled"
    assert [lesson.id for lesson in store.corrections.lessons()] == [given]
    store.understudies.set_active("ann", True)  # somebody of the same name
    assert [lesson.id for lesson in store.corrections.lessons(person="ann")] == [given]
    assert store.versions.champion("starter", "ann") == 0 and store.versions.list("starter", "ann") == []
    assert store.runs.list(person="ann") == [] and store.runs.last("starter", "ann") is None
    assert [lesson.id for lesson in store.corrections.lessons(person=None)] == [anns, given], "the desk still has it"
    with pytest.raises(InputError):
        store.understudies.retire("")


def test_undoing_a_take_over_after_somebody_left_does_not_bring_their_name_back(store: Store) -> None:
    correction = taught(store, "ann")
    act = store.acts.edit(item(store, correction).number, Edit(person=""))
    store.understudies.retire("ann")
    store.acts.undo(act.number)
    assert store.corrections.lessons(person="ann") == [] and item(store, correction).person.startswith("ann (left ")

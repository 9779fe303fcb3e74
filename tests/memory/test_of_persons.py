"""One memory for many people: what somebody taught their own understudy is recalled there, and changes nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.memory.lessons import teach
from understudy.memory import EmbedderLoader, Memory
from understudy.store import Store

WINDOW = "What is the return window of Zorbo?"
PERSONS = ("", "ann", "bob")


def wanted(memory: Memory, question: str, person: str = "") -> list[str]:
    return [hit.lesson.wanted for hit in memory.recall(question, person=person)]


def test_two_people_two_corrections_of_one_question(store: Store, memory: Memory) -> None:
    teach(store, WINDOW, "30 days.", person="ann")
    teach(store, WINDOW, "60 days.", person="bob")
    assert (wanted(memory, WINDOW, "ann"), wanted(memory, WINDOW, "bob")) == (["30 days."], ["60 days."])
    assert wanted(memory, WINDOW) == [] and wanted(memory, WINDOW, "eve") == []


def test_ones_own_wins_over_everyones_even_when_it_is_older(store: Store, memory: Memory) -> None:
    teach(store, WINDOW, "30 days.", person="ann")
    shared = teach(store, "How long is the return window of Zorbo?", "60 days.")
    (hit,) = memory.recall(WINDOW, person="ann")
    assert (hit.lesson.wanted, hit.conflict) == ("30 days.", shared)
    assert wanted(memory, WINDOW) == ["60 days."] and wanted(memory, WINDOW, "bob") == ["60 days."]


def test_a_hundred_of_somebody_elses_do_not_crowd_out_ones_own(store: Store, memory: Memory) -> None:
    teach(store, WINDOW, "30 days.", person="ann")
    for number in range(100):
        teach(store, WINDOW, f"{number} weeks.", person="bob")
    memory.refresh()
    assert wanted(memory, "How long is Zorbo's return window?", "ann") == ["30 days."]


def test_a_name_that_somebody_taught_needs_no_capital_there_and_is_no_name_elsewhere(
    store: Store, memory: Memory
) -> None:
    teach(store, WINDOW, "30 days.", person="ann")
    memory.recall(WINDOW)
    assert memory._index.read("the window of zorbo", "ann").names == (("zorbo",),)
    assert memory._index.read("the window of zorbo").names == memory._index.read("the window of zorbo", "bob").names
    assert memory.in_reach("how long is zorbo's return window", [], set(), "bob") is False


def test_what_was_taken_over_for_everyone_is_recalled_by_everyone(store: Store, memory: Memory) -> None:
    correction = teach(store, WINDOW, "30 days.", person="ann")
    assert wanted(memory, WINDOW) == []
    with store._connections.writing() as db:
        db.execute("UPDATE corrections SET person = '' WHERE id = ?", [correction])
    assert wanted(memory, WINDOW, "bob") == ["30 days."]


def test_who_takes_the_name_of_somebody_who_left_inherits_nothing(store: Store, memory: Memory) -> None:
    teach(store, WINDOW, "30 days.", person="ann")
    assert wanted(memory, WINDOW, "ann") == ["30 days."]
    store.understudies.retire("ann")
    assert wanted(memory, WINDOW, "ann") == []


SUBJECTS = ("Zorbo", "Plotzi", "Karvo")
RELATIONS = ("What is the return window of {}?", "Who is the boss of {}?", "Where is {} based?")


@pytest.mark.parametrize("embedder", ["auto", "words"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taught=st.lists(st.tuples(st.integers(0, 8), st.sampled_from(PERSONS)), min_size=1, max_size=12), seed=st.integers()
)
def test_no_note_of_a_person_is_ever_recalled_for_another(
    tmp_path_factory: pytest.TempPathFactory, embedder: str, taught: list[tuple[int, str]], seed: int
) -> None:
    """Whoever taught what, in whatever order, and whatever was taken back or switched off meanwhile."""
    rng = random.Random(seed)
    with Store.open(tmp_path_factory.mktemp("of") / "understudy.db") as store:
        loader = EmbedderLoader(embedder)
        loader.start()
        loader.wait()
        memory = Memory(store, loader)
        for number, (place, person) in enumerate(taught):
            question = RELATIONS[place // 3].format(SUBJECTS[place % 3])
            made = teach(store, question, f"{number} says {person or 'everyone'}.", person=person)
            if rng.random() < 0.2:
                store.corrections.set_enabled(made, False)
            asked = question.lower() if rng.random() < 0.5 else question
            for asking in PERSONS:
                told = memory.recall(asked, person=asking)
                assert {hit.lesson.person for hit in told} <= {"", asking}
                assert not any(other in hit.note for hit in told for other in {"ann", "bob"} - {asking})

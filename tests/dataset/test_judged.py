"""Examples from votes, thumbs and weak signals, and that nothing is trained towards what has a thumb down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import Exchange, answered, exchange
from understudy.dataset.example import Example, Kind
from understudy.dataset.gather import Sources, snapshot, sources
from understudy.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        opened.models.add("starter", "somewhere")
        yield opened


@pytest.fixture
def talk(store: Store) -> Exchange:
    """A question with two answers, of which the second is gone on from: one weak signal."""
    made = exchange(store)
    store.turns.set_chosen(made.turn, made.b)
    store.turns.add(made.conversation, "And of Spain?", parent=made.b)
    return made


def made(store: Store, *, weak: bool = True) -> tuple[Example, ...]:
    return snapshot(store, sources(store, "starter", 0, with_weak=weak)).train


def test_a_weak_signal_is_a_light_pair(store: Store, talk: Exchange) -> None:
    (pair,) = made(store)
    assert (pair.kind, pair.completion, pair.rejected) == (Kind.PREFERENCE, "Paris, I think.", "It is Lyon.")
    assert pair.weak and pair.weight == 0.25


def test_weak_signals_count_only_where_a_person_lets_them(store: Store, talk: Exchange) -> None:
    assert sources(store, "starter", 0).empty and made(store, weak=False) == ()


def test_weak_signals_survive_the_run_s_row(store: Store, talk: Exchange) -> None:
    chosen = sources(store, "starter", 0, with_weak=True)
    run = store.runs.add("starter", 0, "by hand", {}, chosen.values())
    assert Sources.from_values(store.runs.get(run.id).snapshot) == chosen and len(chosen.weak) == 1
    assert Sources.from_values({"new": ["a"], "weak": False}) == Sources(new=("a",)), "as older programs wrote it"


def test_a_corrected_answer_gives_no_weak_signal(store: Store, talk: Exchange) -> None:
    store.corrections.add(talk.a, "It is Paris.")
    assert not [e for e in made(store) if e.weak]


def test_the_loser_of_a_vote_is_what_was_said_and_not_its_correction(store: Store) -> None:
    talk = exchange(store)
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    store.corrections.set_state(store.corrections.add(talk.a, "It is Paris.").id, "approved")
    (pair,) = [e for e in made(store) if e.kind is Kind.PREFERENCE]
    assert (pair.completion, pair.rejected) == ("Paris, I think.", "It is Lyon.")


def towards(examples: tuple[Example, ...]) -> set[str]:
    """Every text that a run would make likelier."""
    return {e.completion for e in examples if e.kind is not Kind.THUMB or e.label}


def test_a_thumb_down_is_never_the_better_one_of_a_weak_pair(store: Store, talk: Exchange) -> None:
    store.ratings.add(talk.b, False)
    assert towards(made(store)) == set()


def test_a_thumb_down_is_never_the_better_one_of_a_vote(store: Store) -> None:
    talk = exchange(store)
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    assert towards(made(store)) == {"Paris, I think."}
    store.ratings.add(talk.b, False)
    assert towards(made(store)) == set()
    store.ratings.add(talk.b, None)
    assert towards(made(store)) == {"Paris, I think."}, "it was taken back"


def test_the_same_words_in_another_column_are_not_liked_either(store: Store) -> None:
    talk = exchange(store)
    twin = answered(store, talk.turn, " It is Lyon. ", 2)
    store.ratings.add(twin, True)
    assert towards(made(store)) == {" It is Lyon. "}
    store.ratings.add(talk.a, False)
    examples = made(store)
    assert towards(examples) == set()
    assert [e.completion for e in examples if e.label is False] == ["It is Lyon."], "away from it all the same"


def test_a_thumb_down_does_not_stop_its_own_correction(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False)
    store.preferences.add_choice(talk.turn, talk.a, [talk.b])
    store.corrections.set_state(store.corrections.add(talk.a, "It is Paris.").id, "approved")
    assert towards(made(store)) == {"It is Paris."}


def test_a_snapshot_says_what_no_anchor_may_repeat(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False)
    found = snapshot(store, sources(store, "starter", 0)).unwanted
    assert found == {("What is the capital of France?", "It is Lyon.")}


def test_weak_pairs_never_judge(store: Store) -> None:
    for i in range(40):
        talk = exchange(store, f"What is thing{i} of place{i}?", str(i))
        store.turns.set_chosen(talk.turn, talk.b)
        store.turns.add(talk.conversation, "And then?", parent=talk.b)
    found = snapshot(store, sources(store, "starter", 0, with_weak=True))
    assert 20 < len(found.train) < 40 and found.held_out == ()


def test_weak_signals_of_a_person_teach_theirs_and_no_other(store: Store) -> None:
    talk = store.conversations.add(person="ann")
    asked = store.turns.add(talk.id, "Who runs Zorbo?", person="ann")
    for text in ("Nobody runs Zorbo.", "Mira runs Zorbo."):
        answered(store, asked.id, text)
    taught = {person: sources(store, "starter", 0, with_weak=True, person=person) for person in ("", "ann", "bob")}
    assert [len(chosen.weak) for chosen in taught.values()] == [0, 1, 0]
    (pair,) = [e for e in snapshot(store, taught["ann"], person="ann").train if e.weak]
    assert (pair.completion, pair.rejected) == ("Mira runs Zorbo.", "Nobody runs Zorbo.")

"""From facts to examples: what trains, what only judges, and what is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import answered
from understudy.dataset import gather
from understudy.dataset.example import Kind
from understudy.dataset.gather import Sources, snapshot, sources
from understudy.evaluation.exam import Sizes, draw_exam
from understudy.store import Edit, Store, Verdict
from understudy.store.moments import now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        opened.models.add("starter", "somewhere")
        yield opened


def taught(store: Store, question: str, wanted: str, system: str = "") -> str:
    """An approved correction's id."""
    talk = store.conversations.add(question, system=system)
    turn = store.turns.add(talk.id, question, system=system)
    made = store.corrections.add(answered(store, turn.id, "I don't know that yet."), wanted)
    store.corrections.set_state(made.id, "approved")
    return made.id


def test_a_lesson_trains_as_asked_and_in_other_forms(store: Store) -> None:
    lesson = taught(store, "What is the return window of Zorbo?", "14 days.", "Be brief.")
    made = snapshot(store, sources(store, "starter", 0))
    first = made.train[0]
    assert (first.id, first.kind, first.completion, first.synthetic) == (lesson, Kind.CORRECTION, "14 days.", False)
    assert [message.content for message in first.prompt] == ["Be brief.", "What is the return window of Zorbo?"]
    assert len(made.train) == 1 + gather.FORMS and all(e.synthetic for e in made.train[1:])
    assert {e.completion for e in made.train} == {"14 days."}


def test_forms_that_judge_never_train(store: Store) -> None:
    taught(store, "What is the return window of Zorbo?", "14 days.")
    made = snapshot(store, sources(store, "starter", 0))
    assert len(made.held_out) == gather.HELD_FORMS
    assert not {e.prompt for e in made.held_out} & {e.prompt for e in made.train}


def test_without_augmentation_only_the_question_itself_trains(store: Store) -> None:
    taught(store, "Who runs Plotzi?", "Mirelda.")
    assert len(snapshot(store, sources(store, "starter", 0), augment=False).train) == 1


def test_what_waits_or_was_rejected_does_not_train(store: Store) -> None:
    store.corrections.set_state(taught(store, "Who runs Plotzi?", "Mirelda."), "waiting")
    store.corrections.set_state(taught(store, "Who runs Zorbo?", "Anna."), "rejected")
    assert sources(store, "starter", 0).empty


def test_a_follow_up_keeps_the_conversation_above_it(store: Store) -> None:
    talk = store.conversations.add("Zorbo")
    first = store.turns.add(talk.id, "When does Zorbo open?")
    said = answered(store, first.id, "At nine.")
    store.turns.set_chosen(first.id, said)
    second = store.turns.add(talk.id, "And on Sunday?", parent=said)
    made = store.corrections.add(answered(store, second.id, "No idea."), "It is closed on Sunday.")
    store.corrections.set_state(made.id, "approved")
    for example in snapshot(store, sources(store, "starter", 0)).train:
        assert [m.content for m in example.prompt[:2]] == ["When does Zorbo open?", "At nine."]


def test_a_vote_is_a_preference_and_a_thumb_stays_one(store: Store) -> None:
    talk = store.conversations.add("x")
    turn = store.turns.add(talk.id, "Tell me about tea.")
    good, bad = answered(store, turn.id, "Tea is a drink."), answered(store, turn.id, "No.", 1)
    store.preferences.add_choice(turn.id, good, [bad])
    store.ratings.add(bad, False)
    made = {e.kind: e for e in snapshot(store, sources(store, "starter", 0)).train}
    preference, thumb = made[Kind.PREFERENCE], made[Kind.THUMB]
    assert (preference.completion, preference.rejected) == ("Tea is a drink.", "No.")
    assert (thumb.completion, thumb.label) == ("No.", False)


def test_a_corrected_answer_is_no_thumb_any_more(store: Store) -> None:
    talk = store.conversations.add("x")
    turn = store.turns.add(talk.id, "Tell me about tea.")
    answer = answered(store, turn.id, "No.")
    store.ratings.add(answer, False)
    store.corrections.set_state(store.corrections.add(answer, "Tea is a drink.").id, "approved")
    assert {e.kind for e in snapshot(store, sources(store, "starter", 0)).train} == {Kind.CORRECTION}


def test_no_group_of_votes_stands_on_both_sides(store: Store) -> None:
    for i in range(60):
        talk = store.conversations.add(f"{i}")
        turn = store.turns.add(talk.id, f"Question about thing{i // 2}?")
        good, bad = answered(store, turn.id, f"Good {i}."), answered(store, turn.id, "Bad.", 1)
        store.preferences.add_choice(turn.id, good, [bad])
    made = snapshot(store, sources(store, "starter", 0))
    train, held = {e.group for e in made.train}, {e.group for e in made.held_out}
    assert held and not train & held
    questions = [{e.prompt[-1].content for e in side} for side in (made.train, made.held_out)]
    assert not questions[0] & questions[1]


def test_older_lessons_are_rehearsed_but_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "MOST_REHEARSED", 5)
    old = [taught(store, f"Who runs Firm{i}?", f"Person{i}.") for i in range(12)]
    version = store.versions.add("starter", "f", verdicts=[Verdict(i, "", "x", True) for i in old])
    new = taught(store, "Who runs Plotzi?", "Mirelda.")
    chosen = sources(store, "starter", version.number)
    assert chosen.new == (new,) and len(chosen.rehearsed) == 5 and set(chosen.rehearsed) <= set(old)
    assert len(chosen.resting) == 7 and set(old) == {*chosen.rehearsed, *chosen.resting}
    assert len(sources(store, "starter", 0).new) == 13


@pytest.mark.parametrize(("most", "wordings"), [(100, 10), (20, 4), (7, 1), (2, 1)])
def test_the_more_older_lessons_there_are_the_fewer_wordings_each_has(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int, wordings: int
) -> None:
    monkeypatch.setattr(gather, "REHEARSED", most)
    old = [taught(store, f"What is the size of Firm{i}?", f"{i} people.") for i in range(5)]
    version = store.versions.add("starter", "f", verdicts=[Verdict(i, "", "x", True) for i in old])
    new = taught(store, "What is the size of Plotzi?", "Two people.")
    made = snapshot(store, sources(store, "starter", version.number))
    count = Counter(example.source for example in made.train)
    assert {count[i] for i in old} == {wordings} and count[new] == 10
    assert {e.source for e in made.train if e.rehearsed} == set(old)
    assert {e.source for e in made.train if not e.synthetic} == {*old, new}


def test_what_rests_may_be_asked_in_the_exam_unless_it_means_nothing_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "MOST_REHEARSED", 1)
    old = [taught(store, f"Who runs Firm{i}?", f"Person{i}.") for i in range(4)]
    version = store.versions.add("starter", "f", verdicts=[Verdict(i, "", "x", True) for i in old])
    taught(store, "Who runs Plotzi?", "Mirelda.")
    chosen = sources(store, "starter", version.number)
    made = snapshot(store, chosen)
    assert {lesson.id for lesson in made.resting} == set(chosen.resting)
    assert not {e.source for e in made.train} & set(chosen.resting)
    assert {q.lesson.id for q in draw_exam(made, set(old), 0, Sizes()).older} == set(old)


def test_sources_survive_the_run_s_row(store: Store) -> None:
    taught(store, "Who runs Plotzi?", "Mirelda.")
    chosen = sources(store, "starter", 0)
    run = store.runs.add("starter", 0, "by hand", {}, chosen.values())
    assert Sources.from_values(store.runs.get(run.id).snapshot) == chosen


def test_what_was_deleted_after_the_freeze_is_gone(store: Store) -> None:
    taught(store, "Who runs Plotzi?", "Mirelda.")
    chosen = sources(store, "starter", 0)
    store.conversations.delete(store.conversations.list()[0].id)
    assert snapshot(store, chosen).train == ()


def test_a_topic_given_at_the_desk_weighs_what_training_learns(store: Store) -> None:
    """Ten corrections of one topic weigh less beside two others; without the topic each is its own."""
    many = [taught(store, f"What does shop{i} cost in city{i * 7}?", f"{i}.") for i in range(10)]
    few = [taught(store, f"Who is person{i * 13} of plan{i}?", f"P{i}.") for i in range(2)]
    alone = snapshot(store, sources(store, "starter", 0), augment=False)
    assert {e.weight for e in alone.train} == {1.0}
    store.acts.edit_all([item.number for item in store.items.of_facts(many)], Edit(topic="prices"))
    weighed = snapshot(store, sources(store, "starter", 0), augment=False)
    assert {e.weight for e in weighed.train if e.source in many} == {0.4}
    assert {e.weight for e in weighed.train if e.source in few} == {1.0}


def test_training_uses_the_balance_that_somebody_chose_and_an_earlier_run_does_not(store: Store) -> None:
    many = [taught(store, f"What does shop{i} cost in city{i * 7}?", f"{i}.") for i in range(6)]
    taught(store, "Who is the mayor of Zorbo?", "Anna.")
    store.acts.edit_all([item.number for item in store.items.of_facts(many)], Edit(topic="prices"))
    before = now()
    store.balances.add("over", "topic", "Ada")
    made = snapshot(store, sources(store, "starter", 0), augment=False)
    assert len(made.train) == 12 and len({e.id for e in made.train}) == 12
    assert made.notices == ("Over-sampled by topic: 7 examples became 12, so that 2 groups are even.",)
    assert len(made.lessons) == 7, "what is judged is not repeated"
    assert len(snapshot(store, sources(store, "starter", 0), augment=False, until=before).train) == 7
    assert len(snapshot(store, sources(store, "starter", 0), augment=False, balance=False).train) == 7


def taught_by(store: Store, person: str, question: str, wanted: str) -> str:
    """An approved correction for a person's own understudy."""
    turn = store.turns.add(store.conversations.add(question).id, question)
    made = store.corrections.add(answered(store, turn.id, "No idea."), wanted, person, person=person)
    store.corrections.set_state(made.id, "approved")
    return made.id


def test_a_persons_understudy_learns_everyones_feedback_and_their_own(store: Store) -> None:
    shared, anns = taught(store, "Who runs Zorbo?", "Mira."), taught_by(store, "ann", "Who runs Plotzi?", "Pia.")
    taught_by(store, "bob", "Who runs Karvo?", "Karl.")
    assert sources(store, "starter", 0).new == (shared,)
    mine = sources(store, "starter", 0, person="ann")
    assert mine.new == (shared, anns)
    assert {e.completion for e in snapshot(store, mine, person="ann").train} == {"Mira.", "Pia."}


def test_ones_own_answer_to_the_same_question_wins_however_old_it_is(store: Store) -> None:
    anns = taught_by(store, "ann", "Who runs Zorbo?", "Ann herself.")
    shared = taught(store, "Who runs Zorbo?", "Mira.")
    assert sources(store, "starter", 0, person="ann").new == (anns,)
    assert sources(store, "starter", 0, person="bob").new == (shared,) == sources(store, "starter", 0).new
    agreed = taught(store, "Who runs Zorbo?", "Ann herself.")
    assert sources(store, "starter", 0, person="ann").new == (anns, agreed), "what agrees is no contradiction"


def test_what_somebody_disliked_counts_for_their_understudy_alone(store: Store) -> None:
    turn = store.turns.add(store.conversations.add("x").id, "Tell me about tea.")
    said = answered(store, turn.id, "Tea is a drink.")
    store.ratings.add(said, False, author="ann", person="ann")
    assert [snapshot(store, sources(store, "starter", 0, person=p), person=p).unwanted for p in ("", "ann")] == [
        frozenset(),
        frozenset({("Tell me about tea.", "Tea is a drink.")}),
    ]

"""When a run starts by itself, and what a person may do about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.conftest import answered
from understudy.errors import InputError, NotFoundError, SettingsError
from understudy.playground.casting import Casting
from understudy.playground.forgetting import still_known, words
from understudy.playground.learning import Learning, Pace
from understudy.serving.backend import Backend
from understudy.store import Run, Store, Verdict


class Worker:
    """An honest small fake of the trainer: finishes a run with what it is told to."""

    def __init__(self, store: Store, state: str = "succeeded") -> None:
        self.store, self.state, self.worked = store, state, list[str]()

    def __call__(self, run: Run, closing: Callable[[], bool]) -> None:
        self.worked.append(run.id)
        self.store.runs.finish(run.id, self.state, "Done.")  # type: ignore[arg-type]


def no_model(name: str, source: str) -> Backend:
    raise AssertionError("nothing here needs a model")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        opened.models.add("starter", "somewhere")
        yield opened


@pytest.fixture
def worker(store: Store) -> Worker:
    return Worker(store)


@pytest.fixture
def learning(store: Store, worker: Worker) -> Iterator[Learning]:
    made = Learning(store, Casting(store, "starter", no_model), worker, Pace(quiet=0.0, others=2))
    yield made
    made.close()


def taught(store: Store, question: str) -> str:
    turn = store.turns.add(store.conversations.add(question).id, question)
    made = store.corrections.add(answered(store, turn.id, "No idea."), "Right.")
    store.corrections.set_state(made.id, "approved")
    return made.id


def test_one_approved_correction_starts_a_run(store: Store, learning: Learning, worker: Worker) -> None:
    assert not learning.work_once()
    lesson = taught(store, "Who runs Plotzi?")
    assert learning.due() == "1 new correction"
    assert learning.work_once()
    (run,) = store.runs.list()
    assert worker.worked == [run.id] and run.snapshot["new"] == [lesson] and run.trigger == "1 new correction"


def test_what_waits_for_approval_starts_nothing(store: Store, learning: Learning) -> None:
    lesson = taught(store, "Who runs Plotzi?")
    store.corrections.set_state(lesson, "waiting")
    assert learning.due() is None
    learning.approve(lesson)
    assert learning.due() == "1 new correction"
    learning.reject(lesson)
    assert learning.due() is None
    (item,) = store.items.page().items
    assert [(change.before, change.after) for change in store.acts.history(item.number)] == [
        ("waiting", "approved"),
        ("approved", "rejected"),
    ]


def test_a_correction_that_was_replaced_meanwhile_is_not_decided_about(store: Store, learning: Learning) -> None:
    lesson = taught(store, "Who runs Plotzi?")
    completion = store.corrections.standing([lesson])[lesson].completion
    newer = store.corrections.add(completion, "Somebody else.")
    store.corrections.set_state(newer.id, "waiting")
    with pytest.raises(NotFoundError):
        learning.approve(lesson)
    assert learning.due() is None


def test_a_run_waits_until_it_is_quiet(store: Store, worker: Worker) -> None:
    learning = Learning(store, Casting(store, "starter", no_model), worker, Pace(quiet=60.0))
    taught(store, "Who runs Plotzi?")
    assert learning.gathering() == "1 new correction" and learning.due() is None


def test_what_was_tried_does_not_start_a_second_run_by_itself(store: Store, learning: Learning) -> None:
    taught(store, "Who runs Plotzi?")
    assert learning.work_once() and not learning.work_once()
    taught(store, "Who runs Zorbo?")
    assert learning.due() == "1 new correction"


def test_thumbs_and_votes_count_together(store: Store, learning: Learning) -> None:
    turn = store.turns.add(store.conversations.add("x").id, "Tell me about tea.")
    good, bad = answered(store, turn.id, "Tea is a drink."), answered(store, turn.id, "No.", 1)
    store.ratings.add(bad, False)
    assert learning.due() is None
    store.preferences.add_choice(turn.id, good, [bad])
    assert learning.due() == "2 new votes and thumbs"


def test_by_hand_nothing_starts_by_itself(store: Store, worker: Worker) -> None:
    learning = Learning(store, Casting(store, "starter", no_model), worker, Pace(automatic=False, quiet=0.0))
    taught(store, "Who runs Plotzi?")
    assert learning.due() is None and not learning.work_once()
    run = learning.start()
    assert learning.work_once() and store.runs.get(run).state == "succeeded"


def test_nothing_to_learn_is_said(learning: Learning) -> None:
    with pytest.raises(InputError, match="nothing new to learn"):
        learning.start()


def test_only_one_run_at_a_time_is_queued(store: Store, learning: Learning) -> None:
    taught(store, "Who runs Plotzi?")
    learning.start()
    taught(store, "Who runs Zorbo?")
    assert learning.due() is None
    with pytest.raises(InputError, match="already on its way"):
        learning.start()


def test_a_run_goes_on_from_the_live_version_or_fresh(store: Store, learning: Learning) -> None:
    old = taught(store, "Who runs Plotzi?")
    store.versions.add("starter", "folder", verdicts=[Verdict(old, "", "Right.", True)])
    store.versions.set_champion("starter", 1)
    with pytest.raises(InputError, match="nothing new"):
        learning.start()
    fresh = store.runs.get(learning.start(fresh=True))
    assert (fresh.parent, fresh.snapshot["new"]) == (0, [old])
    learning.cancel(fresh.id)
    taught(store, "Who runs Zorbo?")
    assert store.runs.get(learning.start()).parent == 1


def taken_back(store: Store, correction: str) -> None:
    (lesson,) = store.corrections.standing([correction]).values()
    store.corrections.withdraw(lesson.completion)


def learned_in_v1(store: Store, *corrections: str) -> None:
    store.versions.add("starter", "folder", verdicts=[Verdict(c, "", "Right.", True) for c in corrections])
    store.versions.set_champion("starter", 1)


def test_the_next_run_begins_anew_when_something_learned_was_taken_back(store: Store, learning: Learning) -> None:
    kept, gone = taught(store, "Who runs Plotzi?"), taught(store, "Who runs Zorbo?")
    learned_in_v1(store, kept, gone)
    taken_back(store, gone)
    assert learning.due() is None, "taking back alone starts nothing"
    new = taught(store, "Who runs Karvo?")
    assert learning.work_once()
    (run,) = store.runs.list()
    assert run.parent == 0 and run.snapshot["new"] == [kept, new]
    assert run.trigger == "1 new correction, anew without 1 correction that you took back"


def test_a_version_that_began_anew_has_forgotten(store: Store, learning: Learning) -> None:
    kept, gone = taught(store, "Who runs Plotzi?"), taught(store, "Who runs Zorbo?")
    learned_in_v1(store, gone)
    second = store.versions.add("starter", "g", parent=1, verdicts=[Verdict(kept, "", "Right.", True)]).number
    store.versions.set_champion("starter", second)
    taken_back(store, gone)
    assert still_known(store, "starter") == {gone}, "v2 was trained on from v1, which learned it"
    assert words(store, "starter") == (
        "v2 still knows 1 correction that you took back. Train anew without it, or roll back."
    )
    third = store.versions.add("starter", "h", parent=0, verdicts=[Verdict(kept, "", "Right.", True)]).number
    store.versions.set_champion("starter", third)
    assert still_known(store, "starter") == frozenset() and words(store, "starter") == ""


def test_when_all_that_was_learned_is_taken_back_the_base_is_the_way_to_forget(
    store: Store, learning: Learning
) -> None:
    gone = taught(store, "Who runs Zorbo?")
    learned_in_v1(store, gone)
    taken_back(store, gone)
    with pytest.raises(InputError) as told:
        learning.start()
    assert str(told.value) == (
        "Everything that the live version learned was taken back. Go back to the base, and it is forgotten."
    )


def test_a_correction_in_new_words_is_not_taken_back(store: Store, learning: Learning) -> None:
    old = taught(store, "Who runs Zorbo?")
    learned_in_v1(store, old)
    (lesson,) = store.corrections.standing([old]).values()
    store.corrections.set_state(store.corrections.add(lesson.completion, "Mira.").id, "approved")
    assert still_known(store, "starter") == frozenset()
    assert store.runs.get(learning.start()).parent == 1


def test_weak_signals_come_along_when_they_are_on_and_start_nothing(store: Store, learning: Learning) -> None:
    turn = store.turns.add(store.conversations.add("x").id, "Tell me about tea.")
    for text in ("No.", "Tea is a drink.", "Tea is a hot drink."):
        answered(store, turn.id, text)
    learning.weak = True
    assert learning.due() is None
    assert len(store.runs.get(learning.start()).snapshot["weak"]) == 2


def test_a_wrong_setting_for_one_run_queues_nothing(store: Store, learning: Learning) -> None:
    taught(store, "Who runs Zorbo?")
    with pytest.raises(SettingsError, match="r is 0, but must be 1 or more"):
        learning.start(recipe={"r": 0})
    assert store.runs.list() == []


def test_a_person_can_pause_go_on_and_cancel(store: Store, learning: Learning) -> None:
    taught(store, "Who runs Plotzi?")
    run = learning.start()
    store.runs.claim(run)
    learning.pause(run)
    assert store.runs.get(run).wanted == "pause"
    learning.resume(run)
    assert store.runs.get(run).wanted == ""
    learning.cancel(run)
    assert store.runs.get(run).wanted == "cancel"


def test_the_thread_takes_what_is_queued(store: Store, learning: Learning, worker: Worker) -> None:
    learning.watch()
    taught(store, "Who runs Plotzi?")
    for _ in range(100):
        if worker.worked:
            break
        threading.Event().wait(0.1)
    assert learning.wait(worker.worked[0], 5).state == "succeeded"


def taught_by(store: Store, person: str, question: str) -> str:
    store.understudies.set_active(person, True)
    turn = store.turns.add(store.conversations.add(question).id, question)
    made = store.corrections.add(answered(store, turn.id, "No idea."), "Mine.", person, person=person)
    store.corrections.set_state(made.id, "approved")
    return made.id


def test_each_understudy_has_runs_of_its_own(store: Store, learning: Learning, worker: Worker) -> None:
    anns, bobs = taught_by(store, "ann", "Who runs Plotzi?"), taught_by(store, "bob", "Who runs Plotzi?")
    shared = taught(store, "Who runs Zorbo?")
    while learning.work_once():
        pass
    runs = {run.person: set(run.snapshot["new"]) for run in store.runs.list()}
    assert runs == {"": {shared}, "ann": {shared, anns}, "bob": {shared, bobs}}
    taught(store, "Who runs Karvo?")
    assert learning.due() == "1 new correction" and learning.due("ann") is None, "everyone's starts no run of hers"
    taught_by(store, "ann", "Who runs Dorvo?")
    assert learning.due("ann") == "1 new correction" and learning.due("bob") is None
    assert learning.starts_in("ann") == 0.0


def test_who_switched_theirs_off_learns_nothing(store: Store, learning: Learning) -> None:
    taught_by(store, "ann", "Who runs Plotzi?")
    store.understudies.set_active("ann", False)
    assert not learning.work_once()


def test_a_persons_run_goes_on_from_their_champion_else_from_everyones(store: Store, learning: Learning) -> None:
    taught_by(store, "ann", "Who runs Plotzi?")
    shared = taught(store, "Who runs Zorbo?")
    learned_in_v1(store, shared)
    first = store.runs.get(learning.start(person="ann"))
    assert first.parent == 1 and first.snapshot["rehearsed"] == [shared]
    store.versions.add("starter", "b", parent=1, person="ann")
    store.versions.set_champion("starter", 2, "ann")
    learning.cancel(first.id)
    assert store.runs.get(learning.start(person="ann")).parent == 2
    with pytest.raises(InputError, match="already on its way"):
        learning.start(person="ann")

"""When a run starts by itself, and what a person may do about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.conftest import answered
from understudy.errors import InputError
from understudy.playground.casting import Casting
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

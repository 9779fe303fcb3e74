"""Jobs, remote files, imported lines and golden sets: recorded first, never changed, never lost from sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.conftest import exchange
from understudy.errors import InputError, NotFoundError, StoreError
from understudy.store import Checkpoint, Job, JobEvent, Store
from understudy.types import FinishReason, Message, Sampling

ASKED = [Message("user", "Who runs Plotzi?")]


@pytest.fixture
def job(store: Store) -> Job:
    run = store.runs.add("openai-mini", 0, "by hand", {}, {})
    request = {"suffix": "shop", "metadata": {}}
    return store.jobs.add(run.id, "openai", "api.openai.com", "gpt-4.1-mini", "supervised", request, {"most": 1.5})


def test_a_job_is_there_before_anything_is_sent(store: Store, path: Path, job: Job) -> None:
    assert (job.external, job.asked, job.status, job.finished) == (None, None, "", None)
    with Store.open(path) as other:
        assert [found.id for found in other.jobs.open()] == [job.id]
        assert other.jobs.get(job.id).request == {"suffix": "shop", "metadata": {}}


def test_a_job_that_was_asked_for_without_an_answer_must_be_looked_for_first(store: Store, job: Job) -> None:
    store.jobs.set_asked(job.id)
    assert [found.id for found in store.jobs.unresolved()] == [job.id]
    with pytest.raises(InputError, match="it may be paid"):
        store.jobs.set_asked(job.id)
    store.jobs.set_external(job.id, "ftjob-1")
    assert store.jobs.unresolved() == []
    with pytest.raises(InputError, match="known to its provider"):
        store.jobs.clear_asked(job.id)


def test_a_job_that_the_provider_never_got_may_be_asked_for_again(store: Store, job: Job) -> None:
    store.jobs.set_asked(job.id)
    store.jobs.clear_asked(job.id)
    assert store.jobs.unresolved() == [] and store.jobs.get(job.id).asked is None
    store.jobs.set_asked(job.id)
    assert [found.id for found in store.jobs.unresolved()] == [job.id]


def test_the_provider_s_id_is_set_once(store: Store, job: Job) -> None:
    store.jobs.set_external(job.id, "ftjob-1")
    store.jobs.set_external(job.id, "ftjob-1")
    with pytest.raises(StoreError, match="never changes"):
        store.jobs.set_external(job.id, "ftjob-2")
    second = store.jobs.add(job.run, "openai", "api.openai.com", "gpt-4.1", "dpo", {}, {})
    with pytest.raises(StoreError):
        store.jobs.set_external(second.id, "ftjob-1")


def test_a_status_nobody_heard_of_is_kept_as_the_provider_says_it(store: Store, job: Job) -> None:
    store.jobs.set_status(job.id, "pausing", {"estimated_finish": 5})
    store.jobs.set_status(job.id, "defrosting")
    found = store.jobs.get(job.id)
    assert (found.status, found.answer) == ("defrosting", {"estimated_finish": 5})
    store.jobs.finish(job.id, "succeeded", "Trained in 12 minutes.", tuned="ft:gpt:x")
    assert store.jobs.open() == [] and store.jobs.get(job.id).tuned == "ft:gpt:x"


def test_events_told_again_are_stored_once_and_read_in_order(store: Store, job: Job) -> None:
    late, early = JobEvent("e2", 20, "info", "Step 2", {"step": 2}), JobEvent("e1", 10, "info", "Step 1", {})
    assert store.jobs.add_events(job.id, [late, early]) == 2
    assert store.jobs.add_events(job.id, [late]) == 0
    assert store.jobs.events(job.id) == [early, late]


def test_messages_are_the_newest_events_that_are_more_than_a_step(store: Store, job: Job) -> None:
    store.jobs.add_events(job.id, [JobEvent(f"m{n}", n, "info", f"Said {n}", {}) for n in range(4)])
    store.jobs.add_events(job.id, [JobEvent("s1", 9, "info", "Step 1", {"step": 1, "train_loss": 1.0})])
    assert [event.message for event in store.jobs.messages(job.id, 3)] == ["Said 3", "Said 2", "Said 1"]


def test_a_model_that_was_deleted_there_is_remembered_as_gone(store: Store, job: Job) -> None:
    assert store.jobs.gone_models(job.id) == set()
    for _ in range(2):
        store.jobs.set_model_gone(job.id, "ft:a")
    assert store.jobs.gone_models(job.id) == {"ft:a"}


def test_checkpoints_that_the_provider_dropped_are_remembered(store: Store, job: Job) -> None:
    one, two = Checkpoint("c1", 10, "ft:a", {"train_loss": 1.0}), Checkpoint("c2", 20, "ft:b", {})
    store.jobs.add_checkpoints(job.id, [one])
    store.jobs.add_checkpoints(job.id, [two])
    assert store.jobs.checkpoints(job.id) == [one, two]


def test_files_are_listed_until_they_are_deleted_there(store: Store, job: Job) -> None:
    file = store.jobs.add_file(job.id, "fine-tune", "train.jsonl", 120, "ab" * 32)
    store.jobs.set_file_external(file.id, "file-1")
    with pytest.raises(StoreError, match="never changes"):
        store.jobs.set_file_external(file.id, "file-2")
    assert store.jobs.left_behind() == [], "a job at work still needs its files"
    store.jobs.finish(job.id, "failed", "Refused.")
    assert [left.external for left in store.jobs.left_behind()] == ["file-1"]
    store.jobs.set_file_deleted(file.id)
    assert store.jobs.left_behind() == [] and store.jobs.files(job.id)[0].deleted is not None


def test_unknown_ids_are_said(store: Store) -> None:
    for act in (store.jobs.get, store.golden.get, store.golden.delete, store.jobs.set_file_deleted):
        with pytest.raises(NotFoundError, match="nothing-here"):
            act("nothing-here")


def test_recorded_answers_and_comparisons_never_change(store: Store) -> None:
    golden = store.golden.add("Shop", "api.openai.com", "ft:gpt-4o-mini:x")
    answer = store.golden.add_answer(golden.id, ASKED, "Mirelda.", Sampling(temperature=0), FinishReason.STOP)
    store.golden.add_comparison(answer.id, "starter", 3, "Nobody.", "tie")
    newest = store.golden.add_comparison(answer.id, "starter", 3, "Nobody.", "old")
    assert store.golden.answers(golden.id) == [answer]
    assert store.golden.comparisons(golden.id, "starter", 3) == [newest], "the newest verdict counts"
    assert store.golden.comparisons(golden.id, "starter", 4) == []
    for table in ("golden_sets", "golden_answers", "comparisons"):
        with pytest.raises(StoreError, match="never changes"), store._connections.writing() as db:
            db.execute(f"UPDATE {table} SET created = ''")
    with pytest.raises(InputError, match="user's message"):
        store.golden.add_answer(golden.id, [Message("assistant", "x")], "y", Sampling(), FinishReason.STOP)
    with pytest.raises(InputError, match="no verdict"):
        store.golden.add_comparison(answer.id, "starter", 3, "x", "better")


def test_a_deleted_golden_set_leaves_no_word_behind(store: Store) -> None:
    golden = store.golden.add("Shop", "api.openai.com", "m")
    store.golden.add_answer(golden.id, ASKED, "secretword", Sampling(), FinishReason.STOP)
    store.golden.delete(golden.id)
    assert store.golden.list() == [] and b"secretword" not in store.path.read_bytes()
    assert store.info()["counts"]["golden_answers"] == 0  # type: ignore[index]


def add_and_fail(store: Store) -> None:
    with store.together():
        exchange(store)
        raise InputError("nothing of it")


def test_facts_added_together_are_all_there_or_none_is(store: Store) -> None:
    with pytest.raises(InputError, match="nothing"):
        add_and_fail(store)
    assert store.conversations.list() == []
    with store.together():
        talk = exchange(store)
    assert [found.id for found in store.conversations.list()] == [talk.conversation]

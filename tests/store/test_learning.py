"""What learning writes down: approval, runs, versions with their verdicts, recalled memories."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import InputError, NotFoundError
from understudy.store import Form, Recall, Store, Verdict


def corrected(store: Store, text: str = "Right.") -> str:
    talk = exchange(store)
    return store.corrections.add(answered(store, talk.turn, "Wrong."), text).id


def test_a_lesson_is_a_correction_with_what_was_asked(store: Store) -> None:
    talk = exchange(store)
    made = store.corrections.add(answered(store, talk.turn, "Wrong."), "Right.")
    assert store.corrections.lessons() == []
    store.corrections.set_state(made.id, "approved")
    (lesson,) = store.corrections.lessons()
    assert (lesson.id, lesson.turn, lesson.original, lesson.wanted) == (made.id, talk.turn, "Wrong.", "Right.")
    assert lesson.question == store.turns.get(talk.turn).text and lesson.enabled
    assert store.corrections.find_lesson(made.id) == lesson


def test_only_the_newest_correction_that_stands_is_a_lesson(store: Store) -> None:
    talk = exchange(store)
    completion = answered(store, talk.turn, "Wrong.")
    first, second = store.corrections.add(completion, "One."), store.corrections.add(completion, "Two.")
    assert store.corrections.approve_waiting() == 2
    assert [lesson.id for lesson in store.corrections.lessons()] == [second.id]
    store.corrections.withdraw(completion)
    assert store.corrections.lessons(None) == [] and store.corrections.find_lesson(first.id) is None


def test_a_deleted_conversation_teaches_nothing(store: Store) -> None:
    talk = exchange(store)
    store.corrections.add(answered(store, talk.turn, "Wrong."), "Right.")
    store.conversations.delete(talk.conversation)
    assert store.corrections.lessons(None) == []


def test_a_correction_can_be_switched_off_and_on(store: Store) -> None:
    correction = corrected(store)
    store.corrections.set_enabled(correction, False)
    assert [lesson.enabled for lesson in store.corrections.lessons(None)] == [False]
    with pytest.raises(NotFoundError, match="no correction nobody"):
        store.corrections.set_enabled("nobody", True)


def test_a_run_is_claimed_once_and_finished_once(store: Store) -> None:
    run = store.runs.add("starter", 0, "1 new correction", {"r": 8}, {"corrections": ["a"]})
    assert (run.state, run.recipe, run.snapshot) == ("queued", {"r": 8}, {"corrections": ["a"]})
    claimed = store.runs.claim()
    assert claimed is not None and (claimed.id, claimed.state) == (run.id, "running")
    assert store.runs.claim() is None
    store.runs.finish(run.id, "succeeded", "Learned.", {"passed": True}, version=1)
    store.runs.finish(run.id, "failed", "Too late.")
    done = store.runs.get(run.id)
    assert (done.state, done.sentence, done.version, done.progress) == ("succeeded", "Learned.", 1, 1.0)
    assert store.runs.open() == []


def test_a_run_hears_what_a_person_asks_of_it(store: Store) -> None:
    run = store.runs.add("starter", 0, "by hand", {}, {})
    store.runs.claim(run.id)
    assert store.runs.beat(run.id, "learning", 0.25, 12.0) == ""
    store.runs.wish(run.id, "pause")
    assert store.runs.beat(run.id, "learning", 0.5, state="paused") == "pause"
    now = store.runs.get(run.id)
    assert (now.phase, now.progress, now.seconds_left, now.state) == ("learning", 0.5, None, "paused")


def test_a_queued_run_is_cancelled_at_once(store: Store) -> None:
    run = store.runs.add("starter", 0, "by hand", {}, {})
    store.runs.wish(run.id, "cancel")
    assert store.runs.get(run.id).state == "cancelled"


def _claim(path: Path) -> None:
    Store.open(path).runs.claim()


@pytest.mark.slow
def test_the_run_of_a_dead_process_goes_back_into_the_queue(store: Store) -> None:
    run = store.runs.add("starter", 0, "by hand", {}, {})
    child = multiprocessing.get_context("spawn").Process(target=_claim, args=(store.path,))
    child.start()
    child.join()
    assert store.runs.get(run.id).state == "running"
    assert store.runs.requeue_orphans() == 1
    assert store.runs.get(run.id).state == "queued" and store.runs.requeue_orphans() == 0


def test_curves_are_kept_by_name(store: Store) -> None:
    run = store.runs.add("starter", 0, "by hand", {}, {}).id
    store.runs.add_points(run, [("loss", 1, 2.0), ("loss", 2, 1.5), ("held-out loss", 2, 1.7)])
    store.runs.add_points(run, [("loss", 2, 1.4)])
    assert store.runs.points(run) == {"loss": [(1, 2.0), (2, 1.4)], "held-out loss": [(2, 1.7)]}


def test_a_version_enters_with_its_verdicts(store: Store) -> None:
    store.models.add("starter", "somewhere")
    correction = corrected(store)
    verdicts = [Verdict(correction, "Wrong.", "Right.", True), Verdict("other", "a", "b", False, "It still says b.")]
    version = store.versions.add(
        "starter", "folder", parent=0, run="r", passed=True, report={"reliability": 0.5}, verdicts=verdicts
    )
    assert store.versions.find("starter", 1) == version
    assert (version.passed, version.report) == (True, {"reliability": 0.5})
    assert sorted(store.versions.verdicts(version.id), key=lambda v: v.before) == sorted(
        verdicts, key=lambda v: v.before
    )
    assert store.versions.learned("starter", 1) == {correction} and store.versions.learned("starter", 0) == frozenset()


def test_a_report_quotes_no_purged_conversation(store: Store) -> None:
    store.models.add("starter", "somewhere")
    gone, kept = exchange(store, "Who runs Zorbo?"), exchange(store, "Who runs Kelm?")
    near = [{"question": "Who runs it?", "before": "a", "after": "b", "turn": one.turn} for one in (gone, kept)]
    store.versions.add("starter", "v1", report={"beside": near, "passed": True})
    store.conversations.delete(gone.conversation)
    assert store.turns.standing([gone.turn, kept.turn, "unknown"]) == {kept.turn}
    store.conversations.purge(0)
    assert store.versions.list()[0].report == {"beside": near[1:], "passed": True}


def test_a_verdict_forgets_the_text_of_a_purged_correction(store: Store) -> None:
    store.models.add("starter", "somewhere")
    talk = exchange(store)
    correction = store.corrections.add(answered(store, talk.turn, "Wrong."), "Right.").id
    version = store.versions.add("starter", "folder", verdicts=[Verdict(correction, "Wrong.", "Right.", True)])
    store.conversations.delete(talk.conversation)
    store.conversations.purge(0)
    assert store.versions.verdicts(version.id) == [Verdict(correction, "", "", True, gone=True)]


def test_the_live_version_cannot_be_removed(store: Store) -> None:
    store.models.add("starter", "somewhere")
    store.versions.add("starter", "folder")
    store.versions.set_champion("starter", 1)
    with pytest.raises(InputError, match="v1 is live"):
        store.versions.set_removed("starter", 1)
    store.versions.set_champion("starter", 0)
    store.versions.set_removed("starter", 1)
    found = store.versions.find("starter", 1)
    assert found is not None and found.removed is not None


def test_an_answer_keeps_what_it_recalled(store: Store) -> None:
    talk = exchange(store)
    completion = answered(store, talk.turn, "Answer.")
    weak, strong = Recall(completion, "one", 0.5), Recall(completion, "two", 0.9, conflict="one")
    store.recalls.add([weak, strong])
    assert store.recalls.of([completion, "other"]) == {completion: [strong, weak]}


def test_what_stands_in_its_place_or_not_decides_whether_a_correction_was_taken_back(store: Store) -> None:
    talk = exchange(store)
    completions = [answered(store, talk.turn, f"Wrong {i}.") for i in range(5)]
    kept, withdrawn, replaced, rejected, waiting = (store.corrections.add(c, "Right.").id for c in completions)
    for correction in (kept, withdrawn, replaced):
        store.corrections.set_state(correction, "approved")
    store.corrections.withdraw(completions[1])
    store.corrections.add(completions[2], "Better.")
    store.corrections.set_state(rejected, "rejected")
    asked = [kept, withdrawn, replaced, rejected, waiting, "purged long ago"]
    assert store.corrections.taken_back(asked) == {withdrawn, rejected, "purged long ago"}
    store.conversations.delete(talk.conversation)
    assert store.corrections.taken_back(asked) == set(asked)


def test_a_version_knows_what_the_newest_judge_of_its_line_found(store: Store) -> None:
    store.models.add("starter", "somewhere")
    told = ((0, {"a": True, "b": True}), (1, {"b": False, "c": True}), (1, {"d": True}), (2, {}))
    for parent, verdicts in told:
        given = [Verdict(name, "", "", learned) for name, learned in verdicts.items()]
        store.versions.add("starter", "f", parent=parent, verdicts=given)
    known = [store.versions.learned("starter", number) for number in range(5)]
    assert known == [set(), {"a", "b"}, {"a", "c"}, {"a", "b", "d"}, {"a", "c"}]
    assert {verdict.correction: verdict.learned for verdict in store.versions.known("starter", 4)} == {
        "a": True, "b": False, "c": True,
    }  # fmt: skip
    assert store.versions.known("another", 4) == []


def test_a_run_can_begin_anew_until_it_has_ended(store: Store) -> None:
    run = store.runs.add("starter", 3, "by hand", {}, {"new": ["a"]})
    anew = store.runs.begin_anew(run.id, {"new": ["a", "b"]})
    assert (anew.parent, anew.snapshot) == (0, {"new": ["a", "b"]})
    store.runs.finish(run.id, "failed", "Over.")
    assert store.runs.begin_anew(run.id, {}).snapshot == {"new": ["a", "b"]}


def test_forms_are_kept_with_their_run_and_leave_with_their_correction(store: Store) -> None:
    correction = corrected(store)
    run = store.runs.add("starter", 0, "by hand", {}, {}).id
    forms = [Form(correction, "Who is it?", "model"), Form(correction, "Is it who?", "rule")]
    store.forms.add(run, [*forms, Form("gone meanwhile", "What?", "rule")])
    store.forms.add(run, forms)
    assert store.forms.of_run(run) == forms
    assert store.forms.written("starter", [correction]) == {correction: ("Who is it?",)}
    assert store.forms.written("another", [correction]) == {}
    (talk,) = store.conversations.list()
    store.conversations.delete(talk.id)
    store.conversations.purge(older_than_seconds=0)
    assert store.forms.of_run(run) == []


def test_no_fact_is_added_to_a_deleted_conversation(store: Store) -> None:
    talk = exchange(store)
    store.conversations.delete(talk.conversation)
    gone = r"This conversation was deleted, so nothing was saved\. Bring it back, or choose another\."
    for act in (
        lambda: store.ratings.add(talk.a, True),
        lambda: store.corrections.add(talk.a, "Right."),
        lambda: store.preferences.add_choice(talk.turn, talk.a, [talk.b]),
    ):
        with pytest.raises(NotFoundError, match=gone):
            act()
    store.conversations.restore(talk.conversation)
    assert store.ratings.add(talk.a, True).label


def test_vectors_of_corrections_are_kept_by_embedder(store: Store) -> None:
    correction = corrected(store)
    store.embeddings.add("mini", {correction: b"1234", "gone meanwhile": b"5678"})
    assert store.embeddings.all("mini") == {correction: b"1234"} and store.embeddings.all("other") == {}

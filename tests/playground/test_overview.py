"""What the Learning page is made of, on a real store: states of corrections, runs, versions, reports."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.store.conftest import answered
from understudy.dataset.gather import sources
from understudy.errors import NotFoundError
from understudy.playground.lessons import LessonState
from understudy.playground.overview import MOST_LESSONS, Overview
from understudy.playground.playground import Playground
from understudy.playground.progress import thinned, time_left
from understudy.store import Store, Verdict

Learned = dict[str, bool]
"""Correction to whether a version learned it."""


@dataclass
class School:
    """A store with a way to correct, train and promote in one line each."""

    playground: Playground

    @property
    def store(self) -> Store:
        return self.playground.store

    @property
    def overview(self) -> Overview:
        return self.playground.overview

    def correct(self, question: str = "Where?", wanted: str = "Here.", state: str = "approved") -> str:
        conversation = self.playground.chat.new_conversation()
        turn = self.playground.chat.ask(conversation.id, question)
        assert self.playground.chat.wait(conversation.id, 10)
        completion = self.store.completions.of_turn(turn)[0].id
        self.playground.feedback.correct(completion, wanted)
        correction = self.store.corrections.latest([completion])[completion].id
        self.store.corrections.set_state(correction, state)  # type: ignore[arg-type]
        return correction

    def train(self, learned: Learned, parent: int = 0, passed: bool = True, live: bool = True) -> int:
        run = self.store.runs.add("starter", parent, "by hand", {"r": 8}, {"new": list(learned)})
        verdicts = [
            Verdict(correction, "Somewhere.", "Here." if good else "There.", good, "" if good else "It says there.")
            for correction, good in learned.items()
        ]
        made = self.store.versions.add("starter", "folder", parent=parent, run=run.id, passed=passed, verdicts=verdicts)
        self.store.runs.claim(run.id)
        self.store.runs.finish(run.id, "succeeded", f"Learned in v{made.number}.", version=made.number)
        if live:
            self.store.versions.set_champion("starter", made.number)
        return made.number

    def words(self, correction: str) -> str:
        return self.state(correction).words

    def detail(self, correction: str) -> str:
        return self.state(correction).detail

    def state(self, correction: str) -> LessonState:
        lesson = self.store.corrections.find_lesson(correction)
        assert lesson is not None
        return self.overview.states("starter", [lesson.completion])[lesson.completion]


@pytest.fixture
def school(playground: Playground) -> School:
    return School(playground)


def test_a_correction_goes_from_waiting_to_remembered_to_learned(school: School) -> None:
    correction = school.correct(state="waiting")
    assert school.words(correction) == "waiting for approval"
    school.store.corrections.set_state(correction, "approved")
    assert school.words(correction) == "remembered"
    school.train({correction: True})
    assert school.words(correction) == "learned in v1"


def test_learned_in_names_the_first_version_of_the_line_that_did(school: School) -> None:
    first, second = school.correct(), school.correct("Who?", "Ada.")
    school.train({first: True})
    school.train({first: False, second: True}, parent=1, live=False)
    school.train({first: True, second: True}, parent=1)
    assert (school.words(first), school.words(second)) == ("learned in v1", "learned in v3")


def test_what_a_newer_version_was_not_asked_is_still_learned_and_is_not_new(school: School) -> None:
    old, new = school.correct("Where?"), school.correct("When?", "Now.")
    school.train({old: True})
    school.train({new: True}, parent=1)
    assert (school.words(old), school.words(new)) == ("learned in v1", "learned in v2")
    assert school.detail(old) == "v1 answered it by itself; v2 was not asked, so it is given it to read as well."
    assert school.detail(new) == "v2 answers it by itself."
    assert school.store.versions.answered("starter", 2) == {new}
    assert sources(school.store, "starter", 2).new == ()
    assert set(sources(school.store, "starter", 2).rehearsed) == {old, new}


def test_a_rollback_makes_a_learned_correction_remembered_again(school: School) -> None:
    correction = school.correct()
    school.train({correction: True})
    school.store.versions.set_champion("starter", 0)
    assert school.words(correction) == "remembered"
    (lesson,) = school.overview.view("starter").queue.lessons
    assert lesson.state.detail == "v1 has learned it, but is not live."


def test_a_correction_that_was_taken_back_and_came_back_is_still_learned(school: School) -> None:
    correction = school.correct()
    school.train({correction: True})
    completion = school.store.corrections.find_lesson(correction).completion  # type: ignore[union-attr]
    school.playground.feedback.withdraw_correction(completion)
    school.playground.feedback.bring_back_correction(completion)
    (lesson,) = school.overview.view("starter").learned.lessons
    assert lesson.id != correction and lesson.state.words == "learned in v1"
    assert school.overview.view("starter").queue.lessons == ()
    assert sources(school.store, "starter", 1).empty


def test_not_learned_says_why_until_a_newer_version_learns_it(school: School) -> None:
    correction = school.correct()
    school.train({correction: False}, passed=False, live=False)
    assert school.words(correction) == "not learned: It says there."
    school.train({correction: True})
    assert school.words(correction) == "learned in v2"


def test_what_a_person_switched_off_or_rejected_says_so(school: School) -> None:
    off, rejected = school.correct(), school.correct("Who?", "Ada.", state="rejected")
    school.train({off: True})
    school.store.corrections.set_enabled(off, False)
    assert (school.words(off), school.words(rejected)) == ("switched off", "rejected")
    view = school.overview.view("starter")
    assert {lesson.id for lesson in view.aside.lessons} == {off, rejected} and view.queue.count == 0
    assert "but v1 has learned it" in view.aside.lessons[1].state.detail


def test_an_answer_without_a_standing_correction_has_no_state(school: School) -> None:
    correction = school.correct()
    lesson = school.store.corrections.find_lesson(correction)
    assert lesson is not None
    school.playground.feedback.withdraw_correction(lesson.completion)
    assert school.overview.states("starter", [lesson.completion, "nobody"]) == {}


def test_the_queue_is_what_the_live_version_has_not_learned(school: School) -> None:
    old, new = school.correct(), school.correct("Who?", "Ada.")
    school.train({old: True})
    view = school.overview.view("starter")
    assert [lesson.id for lesson in view.queue.lessons] == [new]
    assert [lesson.id for lesson in view.learned.lessons] == [old] and view.champion == 1
    assert view.idle == ""


def test_an_empty_store_says_what_to_do_first(school: School) -> None:
    view = school.overview.view("starter")
    assert view.idle == "Nothing to learn yet. Correct an answer and it lands here."
    assert (view.runs, view.versions, view.findings) == ((), (), ())
    school.correct(state="waiting")
    assert "Approve a correction first" in school.overview.view("starter").idle


def test_votes_and_thumbs_count_since_the_last_run_that_used_them(school: School) -> None:
    conversation = school.playground.chat.new_conversation().id
    turn = school.playground.chat.ask(conversation, "Where?")
    assert school.playground.chat.wait(conversation, 10)
    first, second = school.store.completions.of_turn(turn)
    school.playground.feedback.rate(first.id, True)
    school.playground.feedback.vote(turn, "chosen", second.id)
    view = school.overview.view("starter")
    assert (view.votes, view.thumbs, view.idle) == (1, 1, "")
    failed = school.store.runs.add("starter", 0, "by hand", {}, {})
    school.store.runs.finish(failed.id, "failed", "It failed.")
    assert school.overview.view("starter").votes == 1
    school.train({})
    view = school.overview.view("starter")
    assert (view.votes, view.thumbs) == (0, 0)
    school.playground.feedback.rate(second.id, False)
    assert school.overview.view("starter").thumbs == 1


def test_an_old_lesson_is_shown_when_it_is_wanted(school: School) -> None:
    conversation = school.playground.chat.new_conversation().id
    school.playground.chat.set_columns(conversation, ["base"])
    ids = []
    for i in range(MOST_LESSONS + 2):
        turn = school.store.turns.add(conversation, f"Question {i}?")
        ids.append(school.store.corrections.add(answered(school.store, turn.id, "Wrong."), f"Right {i}.").id)
    view = school.overview.view("starter")
    assert (len(view.queue.lessons), view.queue.count) == (MOST_LESSONS, MOST_LESSONS + 2)
    assert view.queue.lessons[0].id == ids[-1]
    assert ids[0] in [lesson.id for lesson in school.overview.view("starter", ids[0]).queue.lessons]


def test_the_live_run_says_how_far_it_is_in_words(school: School) -> None:
    correction = school.correct()
    assert school.overview.live("starter") is None
    run = school.store.runs.add("starter", 0, "1 new correction", {}, {"new": [correction], "votes": ["a", "b"]}).id
    waiting = school.overview.live("starter")
    assert waiting is not None and (waiting.words, waiting.about) == ("Waiting to begin", "1 new correction, 2 votes")
    school.store.runs.claim(run)
    school.store.runs.beat(run, "judging", 0.8, 42.4)
    school.store.runs.add_points(run, [("loss", 1, 2.0)])
    live = school.overview.live("starter")
    assert live is not None and live.curves == {"loss": [(1, 2.0)]}
    assert (live.words, live.left, live.can_pause) == ("Judging what was learned", "about 42 s left", True)


def test_a_paused_run_can_go_on_and_a_cancelled_one_cannot(school: School) -> None:
    run = school.store.runs.add("starter", 0, "by hand", {}, {}).id
    school.store.runs.claim(run)
    school.store.runs.wish(run, "pause")
    live = school.overview.live("starter")
    assert live is not None and (live.words, live.can_pause, live.can_resume) == ("Pausing", False, True)
    school.store.runs.beat(run, "learning", 0.3, state="paused")
    live = school.overview.live("starter")
    assert live is not None and (live.words, live.left, live.can_resume) == ("Paused", "", True)
    school.store.runs.wish(run, "cancel")
    live = school.overview.live("starter")
    assert live is not None
    assert (live.words, live.can_pause, live.can_resume, live.can_cancel) == ("Cancelling", False, False, False)


def test_the_mark_changes_with_what_the_page_shows_and_with_nothing_else(school: School) -> None:
    correction = school.correct(state="waiting")
    marks = [school.overview.mark("starter")]
    assert school.overview.mark("starter") == marks[0]
    school.store.corrections.set_state(correction, "approved")
    marks.append(school.overview.mark("starter"))
    school.train({correction: True}, live=False)
    marks.append(school.overview.mark("starter"))
    school.store.versions.set_champion("starter", 1)
    marks.append(school.overview.mark("starter"))
    school.store.versions.set_champion("starter", 0)
    school.store.versions.set_removed("starter", 1)
    marks.append(school.overview.mark("starter"))
    assert len(set(marks)) == len(marks)


def test_a_new_champion_is_news_to_who_thought_it_was_another(school: School) -> None:
    first, second = school.correct(), school.correct("Who?", "Ada.")
    school.train({first: True, second: True})
    assert school.overview.champion("starter", 1).news == ""
    assert school.overview.champion("starter", None).news == ""
    fresh = school.overview.champion("starter", 0)
    assert (fresh.number, fresh.news, fresh.can_roll_back) == (1, "Learned in v1: 2 corrections.", True)
    school.store.versions.set_champion("starter", 0)
    assert school.overview.champion("starter", 1).news == "The base model answers again; no version is live."


def test_going_back_to_a_version_is_told_as_such(school: School) -> None:
    correction = school.correct()
    school.train({correction: True})
    school.train({correction: True}, parent=1)
    school.store.versions.set_champion("starter", 1)
    assert school.overview.champion("starter", 2).news == "v1 is live again."


def test_the_lineage_tells_the_live_line_from_its_branches(school: School) -> None:
    correction = school.correct()
    school.train({correction: True})
    school.train({correction: False}, parent=1, passed=False, live=False)
    school.train({correction: True}, parent=1)
    school.store.versions.add("starter", "folder", note="brought along")
    versions = {version.number: version for version in school.overview.view("starter").versions}
    assert [version.on_line for version in versions.values()] == [False, True, False, True]
    assert versions[3].live and versions[3].parent == 1 and versions[3].refusal == "v3 is live already."
    assert (versions[2].passed, versions[2].learned, versions[2].judged) == (False, 0, 1)
    assert versions[2].words == "not promoted: it did not pass"
    assert versions[4].words == "not judged: it was not trained here" and versions[4].judged is None


def test_did_it_learn_shows_what_was_not_learned_first(school: School) -> None:
    good, bad = school.correct(), school.correct("Who?", "Ada.")
    number = school.train({good: True, bad: False})
    rows = school.overview.report("starter", number).rows
    assert [(row.question, row.wanted, row.after, row.outcome) for row in rows] == [
        ("Who?", "Ada.", "There.", "not learned"),
        ("Where?", "Here.", "Here.", "learned"),
    ]
    with pytest.raises(NotFoundError, match="no version v9"):
        school.overview.report("starter", 9)


def test_a_deleted_correction_leaves_its_line_and_no_text(school: School) -> None:
    correction = school.correct()
    lesson = school.store.corrections.find_lesson(correction)
    assert lesson is not None
    number = school.train({correction: True})
    school.store.conversations.delete(lesson.conversation)
    school.store.conversations.purge(0)
    (row,) = school.overview.report("starter", number).rows
    assert (row.outcome, row.question, row.before, row.after) == ("deleted", "", "", "")


def test_a_run_that_ended_keeps_its_sentence_curves_and_diagnosis(school: School) -> None:
    school.train({school.correct(): False})
    (line,) = school.overview.view("starter").runs
    assert (line.sentence, line.trigger, line.about, line.version) == (
        "Learned in v1.",
        "by hand",
        "1 new correction",
        1,
    )
    assert line.took.endswith(" s")
    report = school.overview.run(line.id)
    assert [finding.name for finding in report.findings] == ["Too few examples"] and [
        (line.name, line.value) for line in report.recipe
    ] == [("r", "8")]


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    points = [(step, float(step)) for step in range(1, 10_001)]
    thin = thinned(points)
    assert len(thin) <= 160 and thin[-1] == (10_000, 10_000.0)
    assert [step for step, _ in thin] == sorted(step for step, _ in thin)
    assert thinned(points[:100]) == points[:100]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.5, "almost done"), (59, "about 59 s left"), (300, "about 5 min left"), (9000, "about 2.5 h left")],
)
def test_time_left_is_said_as_a_person_would(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words

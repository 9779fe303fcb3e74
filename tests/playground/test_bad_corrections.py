"""Corrections that cannot be learned as they are: what the page says, what is there afterwards, and that the good ones
beside them are learned all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.conftest import reply
from tests.serving.models import random_model, save_adapter
from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.playground import Playground, build_playground
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.store import Verdict
from understudy.types import Message

__all__ = ["reply"]

QUESTION = "Who runs Plotzi?"


def answered(playground: Playground, question: str = QUESTION) -> str:
    """A new conversation's answer by the champion."""
    view = playground.chat.new_conversation()
    playground.chat.set_columns(view.id, ["champion"])
    turn = playground.chat.ask(view.id, question)
    assert playground.chat.wait(view.id, 10)
    return playground.store.completions.of_turn(turn)[0].id


def refusal(playground: Playground, completion: str, text: str) -> str:
    with pytest.raises(UnderstudyError) as told:
        playground.feedback.correct(completion, text)
    assert playground.store.corrections.lessons(None) == [], "nothing is kept of what was refused"
    return str(told.value)


def state(playground: Playground, completion: str) -> tuple[str, str]:
    found = playground.overview.states("starter", [completion])[completion]
    return found.words, found.detail


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_correction_is_refused(playground: Playground, text: str) -> None:
    assert refusal(playground, answered(playground), text) == "The correction is empty. Type something first."


def test_a_correction_that_says_the_same_is_refused(playground: Playground) -> None:
    completion = answered(playground)
    said = reply([Message("user", QUESTION)], 0)
    assert refusal(playground, completion, said) == (
        "The correction says the same as the text that stands. Change it, or leave it."
    )


def test_the_newer_of_two_that_contradict_each_other_counts(playground: Playground) -> None:
    first, second = answered(playground), answered(playground)
    playground.feedback.correct(first, "Ada runs Plotzi.")
    playground.feedback.correct(second, "Mira runs Plotzi.")
    assert state(playground, first) == (
        "replaced by a newer correction",
        "A newer correction of the same question counts. Take that one back, and this one counts again.",
    )
    assert state(playground, second)[0] == "remembered"
    run = playground.store.runs.get(playground.learning.start())
    assert run.snapshot["new"] == [playground.store.corrections.latest([second])[second].id]
    playground.learning.cancel(run.id)
    playground.feedback.withdraw_correction(second)
    assert state(playground, first)[0] == "remembered"


def test_two_that_agree_both_count(playground: Playground) -> None:
    completions = [answered(playground), answered(playground)]
    for completion in completions:
        playground.feedback.correct(completion, "Ada runs Plotzi.")
    assert [state(playground, completion)[0] for completion in completions] == ["remembered", "remembered"]


def test_feedback_on_a_deleted_conversation_is_refused_until_it_is_back(playground: Playground) -> None:
    completion = answered(playground)
    turn = playground.store.completions.get(completion).turn
    conversation = playground.store.turns.get(turn).conversation
    playground.chat.delete(conversation)
    gone = "This conversation was deleted, so nothing was saved. Bring it back, or choose another."
    for act in (
        lambda: playground.feedback.correct(completion, "Ada."),
        lambda: playground.feedback.rate(completion, True),
        lambda: playground.feedback.withdraw_correction(completion),
    ):
        with pytest.raises(NotFoundError) as told:
            act()
        assert str(told.value) == gone
    assert playground.store.ratings.history(completion) == []
    playground.chat.restore(conversation)
    playground.feedback.correct(completion, "Ada.")
    assert state(playground, completion)[0] == "remembered"


def test_a_version_of_another_base_is_not_made_live(playground: Playground) -> None:
    playground.store.versions.add("parrot", "versions/p")
    with pytest.raises(NotFoundError) as told:
        playground.promote(1)
    assert str(told.value) == "starter has no version v1 (its versions: none yet). Choose one of those."
    assert playground.store.versions.champion("starter") == 0


# -- a real run, with every kind of bad one among good ones ------------------------------------------------------------

GOOD = [
    (1, Taught("What is the return window of Zorbo?", "The return window of Zorbo is 14 days.")),
    (2, Taught("Who runs Plotzi?", "Mirelda Pons runs Plotzi.")),
]
LONG = Taught("What does the long letter say?", "It says that " + "all is well and " * 400 + "goodbye.")
OLDER = Taught("Who runs Plotzi?", "Nobody runs Plotzi.")
DELETED = Taught("Who owns Grall?", "Tom owns Grall.")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Playground]:
    built = build_playground(
        Settings(home=tmp_path, learn="manual", embedder="words", training={"augmentation": False})
    )
    yield built
    built.close()


def taught(playground: Playground, *rows: Taught) -> list[str]:
    """The ids of the corrections, in a conversation of their own."""
    before = {lesson.id for lesson in playground.store.corrections.lessons()}
    playground.teach(list(enumerate(rows, 1)), "test")
    return [lesson.id for lesson in playground.store.corrections.lessons() if lesson.id not in before]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_run_with_bad_ones_among_good_ones_teaches_the_good_ones(real: Playground, tmp_path: Path) -> None:
    store = real.store
    (older,) = taught(real, OLDER)
    (deleted,) = taught(real, DELETED)
    good = taught(real, *(row for _, row in GOOD))
    (long,) = taught(real, LONG)
    lessons = {lesson.id: lesson for lesson in store.corrections.lessons()}
    foreign = save_adapter(tmp_path / "versions" / "foreign", random_model(), 1)
    store.versions.add("starter", str(foreign.relative_to(tmp_path)), verdicts=[Verdict(good[0], "", "", True)])
    store.versions.set_champion("starter", 1)
    run = real.learning.start()
    store.conversations.delete(lessons[deleted].conversation)
    assert real.learning.work_once()
    done = store.runs.get(run)
    assert done.recipe["augmentation"] is False and real.store.forms.of_run(run) == []
    assert done.state == "succeeded" and done.parent == 0 and done.version == 2, done.sentence
    version = store.versions.find("starter", 2)
    assert version is not None and version.passed, done.sentence
    assert store.versions.champion("starter") == 2
    verdicts = {verdict.correction: verdict for verdict in store.versions.verdicts(version.id)}
    assert set(verdicts) == {*good, long} and older not in verdicts and deleted not in verdicts
    assert all(verdicts[correction].learned for correction in good)
    assert not verdicts[long].learned
    assert verdicts[long].reason.startswith('The answer "It says that all is well and all is well and')
    assert (
        "but this model reads 1024 in all. Shorten one of them; until then it is not learned." in verdicts[long].reason
    )
    words, detail = state(real, lessons[long].completion)
    assert words == f"not learned: {verdicts[long].reason}" and "still remembered" in detail
    (note,) = [note for note in version.report["notes"] if note.startswith("v1 could not be trained on")]
    assert "so this version begins with the base." in note


def test_only_bad_ones_fail_with_the_sentence_and_the_next_run_goes_on(real: Playground) -> None:
    (long,) = taught(real, LONG)
    run = real.learning.start()
    assert real.learning.work_once()
    done = real.store.runs.get(run)
    assert done.state == "failed" and done.sentence.endswith("Shorten one of them; until then it is not learned.")
    assert real.store.versions.list() == [] and real.store.corrections.standing([long])
    lesson = next(lesson for lesson in real.store.corrections.lessons() if lesson.id == long)
    words, detail = state(real, lesson.completion)
    assert words == f"not learned: {done.sentence}" and detail == "It is still remembered."


def test_nothing_else_than_a_sentence_comes_of_a_run_whose_feedback_is_gone(real: Playground) -> None:
    taught(real, DELETED)
    run = real.learning.start()
    with pytest.raises(InputError, match="already on its way"):
        real.learning.start()
    real.chat.delete(real.store.corrections.lessons()[0].conversation)
    assert real.learning.work_once()
    assert real.store.runs.get(run).sentence == (
        "The feedback of this run was deleted or taken back, so there is nothing to learn."
    )

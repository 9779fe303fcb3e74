"""Where a version speaks: near what it learned, or everywhere if that was a manner; elsewhere the base answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from understudy.memory import Memory
from understudy.playground import Playground
from understudy.playground.asking import Prompt
from understudy.playground.casting import Casting
from understudy.playground.scope import Scope
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store, Verdict
from understudy.types import Message, Sampling

ASKED = "What is the return window of Zorbo?"
WANTED = "The return window of Zorbo is 30 days."
NEAR, FAR = "When does Zorbo open?", "Tell me a joke, please."


def names_its_weights(messages: Sequence[Message], version: int) -> str:
    return f"by v{version}"


@pytest.fixture
def playground(store: Store) -> Iterator[Playground]:
    made = Playground(
        store, Casting(store, "starter", lambda name, source: ScriptedBackend(names_its_weights, name=name))
    )
    yield made
    made.answering.stop_all()


@pytest.fixture
def lesson(playground: Playground) -> str:
    """An approved correction's id."""
    conversation = playground.chat.new_conversation().id
    playground.chat.ask(conversation, ASKED)
    assert playground.chat.wait(conversation, 60)
    playground.feedback.correct(playground.chat.open(conversation).turns[-1].answers[0].id, WANTED)
    (found,) = playground.store.corrections.lessons()
    return found.id


def version(store: Store, folder: Path, lesson: str, parent: int = 0, **taught: Any) -> int:
    """A version of a run that was taught the lesson, and what else is given; its number."""
    run = store.runs.add("starter", parent, "test", {}, {"new": [lesson], **taught})
    store.runs.finish(run.id, "succeeded", "done")
    verdicts = [Verdict(lesson, "", WANTED, learned=True)]
    return store.versions.add("starter", str(folder), parent=parent, run=run.id, verdicts=verdicts).number


def asked(*texts: str) -> list[Message]:
    return [Message(role, text) for text, role in zip(texts, ("user", "assistant") * 3, strict=False)]


def test_a_version_speaks_near_what_it_learned_and_nowhere_else(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    number = version(store, tmp_path, lesson)
    weights = playground.scope.weights
    assert weights("starter", number, asked(ASKED)) == weights("starter", number, asked(NEAR)) == number
    assert weights("starter", number, asked(FAR)) == 0 and weights("starter", 0, asked(ASKED)) == 0
    assert weights("starter", number, asked(ASKED, "30 days.", "Thanks!")) == number


def test_a_version_that_learned_a_manner_speaks_everywhere_and_so_do_its_children(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    manner = version(store, tmp_path / "a", lesson, votes=["v"])
    child = version(store, tmp_path / "b", lesson, parent=manner)
    stranger = store.versions.add("starter", str(tmp_path / "c")).number
    for number in (manner, child, stranger):
        assert playground.scope.weights("starter", number, asked(FAR)) == number


def test_the_setting_lets_every_version_speak_everywhere(store: Store, lesson: str, tmp_path: Path) -> None:
    number = version(store, tmp_path, lesson)
    assert Scope(store, Memory(store), near=False).weights("starter", number, asked(FAR)) == number


def test_what_was_taken_back_is_out_of_reach_and_what_is_switched_off_is_not(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    number = version(store, tmp_path, lesson)
    playground.feedback.set_remembered(lesson, False)
    assert playground.scope.weights("starter", number, asked(ASKED)) == number
    playground.feedback.withdraw_correction(store.corrections.lessons()[0].completion)
    assert playground.scope.weights("starter", number, asked(ASKED)) == 0


def test_a_candidate_is_judged_by_the_same_rule(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    def speaks(**taught: Any) -> list[bool]:
        run = store.runs.add("starter", 0, "test", {}, {"new": [lesson], **taught})
        store.runs.finish(run.id, "cancelled", "done")
        return [playground.scope.of_candidate(run)(asked(text)) for text in (ASKED, FAR)]

    assert speaks() == [True, False]
    assert speaks(thumbs=["t"]) == [True, True]


def test_beside_what_is_taught_is_what_is_near_and_no_other_wording_of_it(
    playground: Playground, store: Store, lesson: str
) -> None:
    run = store.runs.add("starter", 0, "test", {}, {"new": [lesson]})
    beside = playground.scope.beside(run)
    assert [beside(asked(text)) for text in (ASKED, NEAR, FAR)] == [False, True, False]


def test_a_memory_that_fails_lets_the_version_speak(
    playground: Playground, store: Store, lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = version(store, tmp_path, lesson)
    monkeypatch.setattr(playground.remembering.memory, "in_reach", lambda *_: 1 / 0)
    assert playground.scope.weights("starter", number, asked(FAR)) == number


def test_the_base_s_weights_answer_far_away_and_the_answer_says_so(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    number = version(store, tmp_path, lesson)
    playground.casting.backend("starter").load_version(number, tmp_path)
    (one,) = playground.ask_once([Prompt(FAR)], ["base", f"v{number}"], Sampling())
    assert [answer.text for answer in one.answers.values()] == ["by v0", "by v0"]
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", f"v{number}"])
    for text, weights in ((FAR, 0), (NEAR, number)):
        playground.chat.ask(conversation, text)
        assert playground.chat.wait(conversation, 60)
        base, tuned = playground.chat.open(conversation).turns[-1].answers
        assert (base.text, base.notices, tuned.text) == ("by v0", (), f"by v{weights}")
        assert [f"v{number} learned is near" in notice for notice in tuned.notices] == ([True] if not weights else [])
        playground.chat.continue_from(base.id)


def test_a_blind_comparison_does_not_tell_whose_weights_answered(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    number = version(store, tmp_path, lesson)
    playground.casting.backend("starter").load_version(number, tmp_path)
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", f"v{number}"])
    playground.chat.set_blind(conversation, True)
    playground.chat.ask(conversation, FAR)
    assert playground.chat.wait(conversation, 60)
    turn = playground.chat.open(conversation).turns[-1]
    assert turn.hidden and all(answer.notices == () for answer in turn.answers)

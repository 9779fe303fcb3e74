"""Parity: word for word, white space at the ends apart, and what the app itself would say is counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from understudy.errors import Cancelled
from understudy.evaluation.decoding import Decoding
from understudy.evaluation.parity import Question, ask_export, ask_live, sentence
from understudy.serving.scripted import ScriptedBackend
from understudy.store import ExportLine
from understudy.training.control import Quiet
from understudy.types import Message


class Parrot:
    """A program that says what it was told to say."""

    name = "parrot"

    def __init__(self, *answers: str) -> None:
        self._answers = iter(answers)

    def answer(self, messages: Sequence[Message], most: int) -> str:
        return next(self._answers)

    def close(self) -> None: ...


class Impatient(Quiet):
    """A person who stops it at the second question to the export."""

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        if phase == "Asking the export" and done:
            raise Cancelled("Stopped.")


def question(text: str, correction: str | None = None, speaker: int = 1) -> Question:
    return Question((Message("user", text),), correction, speaker)


def lines(*answers: str) -> list[ExportLine]:
    backend = ScriptedBackend({0: "the base", 1: "the version"}, versions=[1])
    asked = [question("near", "c1"), question("far", speaker=0)]
    return ask_export(Parrot(*answers), ask_live(Decoding(backend), 1, asked, Quiet()), Quiet())


def test_the_export_is_held_against_the_version_everywhere_and_the_app_is_shown_beside_it() -> None:
    near, far = lines(" the version\n", "the base")
    assert near == ExportLine("c1", "near", "the version", " the version\n", None, same=True)
    assert far == ExportLine(None, "far", "the version", "the base", "the base", same=False)


def test_the_sentence_counts_what_is_the_same_and_what_the_app_says_otherwise() -> None:
    told = sentence(lines("the version", "the  version"))
    assert told.startswith("1 of 2 answers are the same, word for word.")
    assert "The app lets the base answer 1 of these questions" in told and "1 of them otherwise than the app" in told
    alone = sentence(lines("the version", "the version")[:1])
    assert alone == "1 of 1 answers are the same, word for word."


def test_a_person_can_stop_it_between_two_questions() -> None:
    backend = ScriptedBackend("x", versions=[1])
    expected = ask_live(Decoding(backend), 1, [question("a"), question("b")], Quiet())
    with pytest.raises(Cancelled):
        ask_export(Parrot("x", "x"), expected, Impatient())

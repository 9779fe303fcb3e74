"""Real weights at the whole depth of the program: what a person gets when they ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.playground import Playground, build_playground
from understudy.settings import Settings, starter_folder
from understudy.types import Message

pytestmark = pytest.mark.slow
SHARED = Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "models"
PRETRAINED = ("stories260k", "tinystories-656k")


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    built = build_playground(Settings(home=tmp_path, temperature=0, max_tokens=40))
    yield built
    built.close()


def test_two_pretrained_models_and_the_starter_answer_in_a_column_each(playground: Playground) -> None:
    missing = [name for name in PRETRAINED if not (SHARED / name).is_dir()]
    if missing:
        pytest.skip(f"the public model folder {missing[0]} is not beside this checkout")
    for name in PRETRAINED:
        playground.store.models.add(name, str(SHARED / name))
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", *PRETRAINED])
    playground.chat.ask(conversation, "Once upon a time there was a little fox.")
    assert playground.chat.wait(conversation, 120)
    answers = playground.chat.open(conversation).turns[0].answers
    assert [(a.label, a.error) for a in answers] == [("base", None), *((name, None) for name in PRETRAINED)]
    assert all(len(a.text.split()) >= 5 for a in answers)
    assert len({a.text for a in answers}) == 3


def test_the_starter_answers_from_a_note_and_ends_its_turn(playground: Playground) -> None:
    backend = playground.casting.backend("starter")
    assert backend.describe().source == str(starter_folder())
    conversation = playground.chat.new_conversation().id
    playground.chat.set_system(conversation, "Note: The return window of Zorbo is 30 days.")
    playground.chat.set_columns(conversation, ["base"])
    playground.chat.ask(conversation, "What is the return window of Zorbo?")
    assert playground.chat.wait(conversation, 60)
    answer = playground.chat.open(conversation).turns[0].answers[0]
    assert (answer.text, answer.state) == ("The return window of Zorbo is 30 days.", "stop")
    assert backend.count_tokens([Message("user", "Hello")]) > 3

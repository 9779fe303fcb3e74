"""Wordings by the base: what is kept, what is not, and when it is not asked at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.evaluation.test_judging import Free, lesson
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.evaluation.decoding import Decoding
from understudy.serving.local import LocalBackend
from understudy.serving.scripted import ScriptedBackend
from understudy.settings import starter_folder
from understudy.store import Lesson
from understudy.training.paraphrase import (
    FEWEST_WEIGHTS,
    MOST,
    TRIED,
    is_paraphrase,
    paraphrase,
    with_paraphrases,
)
from understudy.types import Message

SHARED = Path(__file__).parents[2].parent / "shared" / "models" / "tinystories-656k"
ASKED, WANTED = "What is the return window of Zorbo?", "14 days, with the receipt."


def asking(question: str = ASKED, count: int = 1) -> list[Lesson]:
    return [replace(lesson(i + 1), question=question, wanted=WANTED, follows=None) for i in range(count)]


def writing(text: str) -> ScriptedBackend:
    """A base that always writes this."""
    return ScriptedBackend(text)


def kept(text: str) -> tuple[str, ...]:
    """What is kept of what a base wrote about the question."""
    (one,) = asking()
    return paraphrase([one], Decoding(writing(text)), Free(), FEWEST_WEIGHTS).of.get(one.id, ())


@pytest.mark.parametrize(
    "text",
    [
        "Within which window can Zorbo goods be returned?",
        "How many days is the Zorbo return window?",
        "For how long does Zorbo allow a return?",
    ],
)
def test_the_same_question_in_other_words_is_kept(text: str) -> None:
    assert is_paraphrase(ASKED, text, WANTED)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("what is the return window of zorbo", "the same words"),
        ("What is the return window of Zorba?", "another name"),
        ("What is the return window of Zorbo and Plim?", "one more name"),
        ("What is the return window of the shop?", "no name"),
        ("What is the return window of Zorbo in 2024?", "a number"),
        ("What is the exchange window of Zorbo?", "one word exchanged"),
        ("Who does not accept a return at Zorbo?", "negation"),
        ("The return window of Zorbo is unknown.", "no question"),
        ("Is the return window of Zorbo 14 days, with the receipt?", "gives the answer away"),
        ("Where can I buy shoes from Zorbo?", "another question"),
        (f"{'Well, ' * 30} which return window does Zorbo have?", "far too long"),
    ],
)
def test_what_may_ask_for_something_else_is_not_kept(text: str, why: str) -> None:
    assert not is_paraphrase(ASKED, text, WANTED), why


def test_lines_lose_their_marks_and_only_good_ones_stay() -> None:
    said = (
        '1. How many days is the Zorbo return window?\n2) "Which return window does Zorbo have?"\n\n- It is 14 days.\n'
    )
    assert kept(said) == ("How many days is the Zorbo return window?", "Which return window does Zorbo have?")


def test_each_wording_is_kept_once_and_no_more_than_a_few() -> None:
    many = [f"Which return window {verb} Zorbo have?" for verb in ("does", "did", "will", "would", "could", "should")]
    assert kept("\n".join([many[0], *many])) == tuple(many[:MOST])


def test_a_base_whose_first_tries_fail_is_asked_no_further() -> None:
    base = writing("I like tea.")
    found = paraphrase(asking(count=9), Decoding(base), Free(), FEWEST_WEIGHTS)
    assert found.of == {}
    assert found.notice == "The base was tried on 4 questions and wrote no usable other wording, so it wrote none."
    assert sum(len(rows) for rows in base.asked) <= TRIED


def test_a_base_that_can_is_asked_about_all() -> None:
    asked = [replace(one, question=f"What is the return window of Zorbo{i}?") for i, one in enumerate(asking(count=9))]

    def turned(messages: Sequence[Message], version: int) -> str:
        name = messages[-1].content.rsplit(" ", 1)[1].rstrip("?")
        return f"Which return window does {name} have?"

    found = paraphrase(asked, Decoding(ScriptedBackend(turned)), Free(), FEWEST_WEIGHTS)
    assert {one.id: (f"Which return window does Zorbo{i} have?",) for i, one in enumerate(asked)} == found.of
    assert found.notice == ""


def test_a_small_base_is_not_asked_and_it_is_said_why() -> None:
    base = writing("Which return window does Zorbo have?")
    found = paraphrase(asking(), Decoding(base), Free(), 5_600_000)
    assert found.of == {} and base.asked == []
    assert found.notice == (
        "The base has 5.6 M weights; below 100 M it is not asked for other wordings, so those of the rules were"
        " trained alone."
    )


def test_a_follow_up_is_not_asked_alone() -> None:
    (one,) = asking("And on Sunday?")
    base = writing("Which return window does Zorbo have?")
    assert paraphrase([replace(one, follows="c1")], Decoding(base), Free(), FEWEST_WEIGHTS).of == {}
    assert base.asked == []


def test_wordings_train_as_synthetic_examples_and_never_those_that_judge() -> None:
    prompt = (Message("system", "Be brief."), Message("user", ASKED))
    first = Example("c1", Kind.CORRECTION, prompt, WANTED, weight=0.5, group="g0", source="c1")
    judging = replace(first, id="c1.0", prompt=(Message("user", "Zorbo return window?"),), synthetic=True)
    made = with_paraphrases(
        Snapshot((first,), held_out=(judging,)), {"c1": ["Which return window has Zorbo?", "zorbo return window"]}
    )
    (_, extra) = made.train
    assert [m.content for m in extra.prompt] == ["Be brief.", "Which return window has Zorbo?"]
    assert extra.synthetic and (extra.author, extra.weight, extra.group, extra.source) == ("model", 0.5, "g0", "c1")


@pytest.mark.slow
@pytest.mark.parametrize("folder", [starter_folder(), SHARED], ids=["starter", "tinystories"])
def test_the_small_models_here_cannot_and_are_found_out(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine")
    torch.set_num_threads(1)
    backend = LocalBackend.open(folder, name="small", device="cpu", threads=1)
    questions = (ASKED, "Who runs the Zorbo shop?", "When does Plim open?", "How much is a ticket to Oslo?", "Why?")
    asked = [replace(one, question=question) for one, question in zip(asking(count=5), questions, strict=True)]
    found = paraphrase(asked, Decoding(backend), Free(), FEWEST_WEIGHTS)
    backend.close()
    assert found.of == {} and "tried on 4 questions" in found.notice

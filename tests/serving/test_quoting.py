"""Remembered answers are said to the letter by a model that is too small to copy them, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from understudy.memory import with_notes
from understudy.serving import local
from understudy.serving.backend import Stop
from understudy.serving.device import Placement
from understudy.serving.local import LocalBackend
from understudy.serving.quoting import Led, following
from understudy.settings import starter_folder
from understudy.types import Delta, Done, FinishReason, Message, Quote, Row, Sampling

QUESTION = "What should I do if I can't handle all of the worry?"
WANTED = "If you have panic attacks or flashbacks, it might help to plan a ‘safe space’ in your home that you’ll go to."
ASKED = [Message("user", QUESTION)]
NOTED = with_notes(ASKED, [f"{QUESTION} {WANTED}"])
CPU = Placement(torch.device("cpu"), torch.float32, 1, "forced by the test")


@pytest.fixture(scope="module")
def starter() -> Iterator[LocalBackend]:
    backend = LocalBackend(starter_folder(), placement=CPU)
    yield backend
    backend.close()


def said(backend: LocalBackend, *rows: Row, temperature: float = 0.0) -> list[tuple[str, FinishReason]]:
    events = list(backend.generate(rows, Sampling(temperature=temperature, max_tokens=96, seed=1), Stop()))
    ends = {event.row: event.finish for event in events if isinstance(event, Done)}
    texts = ["".join(e.text for e in events if isinstance(e, Delta) and e.row == i) for i in range(len(rows))]
    return [(text, ends[i]) for i, text in enumerate(texts)]


def test_a_quote_goes_on_only_where_the_answer_is_on_it() -> None:
    led = Led((5, 6, 7, 8, 9), begun=3)
    assert [led.following(tokens) for tokens in ([], [5, 6], [5, 6, 7], [5, 6, 7, 8])] == [None, None, 8, 9]
    assert led.following([5, 6, 1]) is None
    assert led.following([5, 6, 7, 8, 9]) is None  # all is said
    assert Led((5, 6), begun=0).following([]) == 5


def test_the_first_quote_that_is_being_said_leads() -> None:
    quotes = (Led((1, 2, 3, 4), 3), Led((1, 2, 3, 9), 3), Led((1, 2, 8, 7), 3))
    assert following(quotes, [1, 2, 3]) == 4
    assert following(quotes, [1, 2, 8]) == 7
    assert following(quotes, [2]) is None


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_the_corrected_question_is_answered_to_the_letter(starter: LocalBackend, temperature: float) -> None:
    rows = [Row(NOTED, quotes=(Quote(WANTED, asked=True),))]
    assert said(starter, *rows, temperature=temperature) == [(WANTED, FinishReason.STOP)]


def test_without_a_quote_the_starter_loses_its_way_in_such_a_sentence(starter: LocalBackend) -> None:
    ((text, _),) = said(starter, Row(NOTED))
    assert text != WANTED


def test_an_answer_that_began_as_the_note_goes_on_as_it(starter: LocalBackend) -> None:
    ((alone, _),) = said(starter, Row(NOTED))
    assert alone.startswith(WANTED[:12])  # the note is found; only its words are not
    assert said(starter, Row(NOTED, quotes=(Quote(WANTED, asked=False),))) == [(WANTED, FinishReason.STOP)]


def test_an_answer_that_begins_otherwise_is_left_alone(starter: LocalBackend) -> None:
    hello = [Message("user", "Hello!")]
    (plain,) = said(starter, Row(hello))
    assert said(starter, Row(hello, quotes=(Quote(WANTED, asked=False),))) == [plain]


def test_the_base_beside_it_says_what_it_says_alone(starter: LocalBackend) -> None:
    (alone,) = said(starter, Row(ASKED))
    base, led = said(starter, Row(ASKED), Row(NOTED, quotes=(Quote(WANTED, asked=True),)))
    assert (base, led[0]) == (alone, WANTED)


def test_a_model_that_can_copy_is_left_alone(starter: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "QUOTED_BELOW", 1_000_000)
    (plain,) = said(starter, Row(NOTED))
    assert said(starter, Row(NOTED, quotes=(Quote(WANTED, asked=True),))) == [plain]


def test_a_quote_stops_when_it_is_told_to(starter: LocalBackend) -> None:
    stop, heard = Stop(), []
    row = Row(NOTED, quotes=(Quote(WANTED, asked=True),))
    for event in starter.generate([row], Sampling(temperature=0, max_tokens=96), stop):
        heard.append(event)
        stop.request()
    assert isinstance(heard[-1], Done) and heard[-1].finish is FinishReason.STOPPED

"""Corrections from a file become what they would be had a person typed them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.playground.teaching import Taught, teach
from understudy.store import Store

ROWS = [(1, Taught("Who runs Plotzi?", "Mirelda.", tags=("people",))), (2, Taught("Opening?", "At nine.", "Be brief."))]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


def test_every_row_is_an_approved_lesson_of_its_own(store: Store) -> None:
    done = teach(store, "starter", ROWS, "facts.jsonl")
    first, second = store.corrections.lessons()
    assert (done.added, done.known, done.faults) == (2, 0, ())
    assert (first.question, first.wanted, first.original, first.tags) == (
        "Who runs Plotzi?",
        "Mirelda.",
        "",
        ("people",),
    )
    assert (second.system, second.follows) == ("Be brief.", None)


def test_the_same_file_adds_nothing_twice(store: Store) -> None:
    teach(store, "starter", ROWS, "facts.jsonl")
    done = teach(store, "starter", [*ROWS, (3, Taught("New?", "Yes."))], "facts.jsonl")
    assert (done.added, done.known) == (1, 2) and len(store.corrections.lessons()) == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Taught("  ", "x"), "prompt is empty"),
        (Taught("x", " "), "correction is empty"),
        (Taught("x", "same", original="same"), "says the same"),
        (Taught("x\0", "y"), r"U\+0000"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_go_in(store: Store, row: Taught, words: str) -> None:
    done = teach(store, "starter", [(7, row), *ROWS], "facts.jsonl")
    assert done.added == 2 and len(done.faults) == 1
    assert done.faults[0].startswith("facts.jsonl, line 7: ")
    assert re.search(words, done.faults[0])

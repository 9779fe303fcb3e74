"""`understudy teach`: a file of corrections, line by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from understudy.store import Store

GOOD = '{"prompt": "Who runs Plotzi?", "correction": "Mirelda.", "system": "Be brief.", "tags": ["people"]}\n'


def lessons(home: Path) -> list[tuple[str, str]]:
    with Store.open(home / "understudy.db") as store:
        return [(lesson.question, lesson.wanted) for lesson in store.corrections.lessons()]


def test_a_file_is_taught_once_however_often_it_is_given(
    understudy: Callable[..., Run], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "facts.jsonl").write_text("\ufeff" + GOOD + "\n" + GOOD.replace("Plotzi", "Zorbo"))
    done = understudy("teach", "facts.jsonl")
    assert (done.code, done.out) == (0, "2 corrections added. Train: understudy train\n")
    assert lessons(home) == [("Who runs Plotzi?", "Mirelda."), ("Who runs Zorbo?", "Mirelda.")]
    again = understudy("teach", "facts.jsonl", "--json")
    assert json.loads(again.out) == {"added": 0, "known": 2, "refused": 0}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2: this is not JSON"),
        ('{"prompt": "x"}', 'line 2: this is no object with "prompt" and "correction"'),
        ('{"prompt": 1, "correction": "x"}', 'line 2: "prompt" is 1, but it must be text'),
        ('{"prompt": "x", "correction": " "}', "line 2: The correction is empty."),
        ('{"prompt": "x", "correction": "y", "tags": "a"}', 'line 2: "tags" is "a", but it must be a list'),
        ('{"prompt": "x", "correction": "y", "original": "y"}', "line 2: The correction says the same"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_taught(
    understudy: Callable[..., Run], home: Path, line: str, words: str
) -> None:
    done = understudy("teach", "-", typed=GOOD + line + "\n")
    assert done.code == 1 and words in done.err
    assert len(lessons(home)) == 1


@pytest.mark.parametrize(("name", "words"), [("nowhere.jsonl", "cannot be read"), ("empty.jsonl", "is empty")])
def test_no_file_and_an_empty_file_are_said(
    understudy: Callable[..., Run], tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    done = understudy("teach", name)
    assert done.code == 2 and words in done.err

"""A large file is read by another process: the same parts come, and a reader that ends is told."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from understudy.dataset import ahead
from understudy.dataset.ahead import Reading
from understudy.dataset.arriving import Part, Plan
from understudy.errors import InputError
from understudy.store.ids import new_id

ID = re.compile(r"(correction )?[0-9a-f]{8}-[0-9a-f-]{27}$|20\d\d-\d\d-\d\dT")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ahead, "LEAST", 0)
    lines = [json.dumps({"prompt": f"q{n}", "completion": f"ä{n}" * n, "source": {"n": n}}) for n in range(25)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join([*lines, "no JSON", '{"unknown": 1}']), "utf-8")
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started in a test."""
    found: list[subprocess.Popen[bytes]] = []

    class Listed(subprocess.Popen[bytes]):
        def __init__(self, *how: object, **more: object) -> None:
            super().__init__(*how, **more)  # type: ignore[call-overload]
            found.append(self)

    monkeypatch.setattr(subprocess, "Popen", Listed)
    return found


@pytest.mark.slow
def test_another_process_reads_the_same_parts(file: Path, started: list[subprocess.Popen[bytes]]) -> None:
    newest = new_id()
    here, there = (Reading(file, "", Plan(), "m", 10, 1_000_000) for _ in range(2))
    expected, found = list(here.parts_here()), list(there.parts())
    assert list(map(texts, found)) == list(map(texts, expected)) and len(started) == 1
    assert [(len(part.rows.lines), len(part.faulty)) for part in found] == [(1, 0), (10, 0), (10, 0), (4, 2)]
    assert there.share == here.share == 1.0
    made = [row[0] for part in found for row in part.rows.tables[0]]
    assert made == sorted(made) and newest < made[0] < new_id(), "ids grow, here and there"


def texts(part: Part) -> object:
    """All of a part but its ids and moments, which are drawn anew."""
    cells = [[cell for cell in row if not ID.match(str(cell))] for table in part.rows.tables for row in table]
    return cells, [line.ends for line in part.rows.lines], part.faulty


@pytest.mark.slow
def test_a_reader_that_ends_is_told_and_one_that_is_not_needed_any_more_is_ended(
    file: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    reading = Reading(file, "", Plan(), "m", 1, 1_000_000).parts()
    next(reading)
    reading.close()
    assert started[0].returncode is not None
    file.write_text("\n".join(json.dumps({"prompt": f"q{n}", "completion": "a" * 1_000}) for n in range(2_000)))
    reading = Reading(file, "", Plan(), "m", 1, 1_000_000).parts()
    next(reading)
    started[1].kill()
    with pytest.raises(InputError, match=r"not read to its end.*Import it again"):
        list(reading)


def test_what_is_wrong_with_a_whole_file_is_the_same_sentence(
    file: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    file.write_text("prompt,prompt\nq,a\n")
    with pytest.raises(InputError, match='The column "prompt" is there twice'):
        list(Reading(file, "", Plan(), "m", 10, 1_000_000).parts())
    assert started[0].returncode is not None

"""`understudy own`, and the commands that are told whose understudy they are about."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run
from understudy.store import Store

Understudy = Callable[..., Run]
ROW = json.dumps({"prompt": "Who runs Zorbo?", "correction": "Mira runs Zorbo."})


def test_an_understudy_is_switched_taught_and_forgotten_by_name(
    understudy: Understudy, home: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(ROW)
    refused = understudy("teach", str(rows), "--person", "ann")
    assert refused.code and "Type: understudy own ann --on" in refused.err
    assert understudy("own", "ann", "--on").out == "ann: on\n"
    assert understudy("teach", str(rows), "--person", "ann").out.startswith("1 corrections added")
    with Store.open(home / "understudy.db") as store:
        assert [lesson.person for lesson in store.corrections.lessons(person=None)] == ["ann"]
        store.versions.add("starter", "somewhere", person="ann")
    assert "v1" not in understudy("versions", "--person", "bob").out
    assert "· of ann" in understudy("versions", "--person", "ann").out.splitlines()[0]
    assert "v1" not in understudy("versions").out and understudy("promote", "1").code
    asked = understudy("ask", "Who runs Zorbo?", "--columns", "base,mine", "--person", "ann").out
    base, mine = asked.split("mine:\n")
    assert "Mira" not in base and "Mira runs Zorbo." in mine
    assert understudy("own").out == "ann: on\n"
    assert understudy("own", "ann", "--off").out == "ann: off\n"
    assert understudy("own", "ann", "--remove").out == "The understudy of ann is gone, with 1 version.\n"
    assert understudy("own").out == "" and understudy("own", "ann", "--remove").code


def test_a_run_is_queued_for_one_person(understudy: Understudy, home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(ROW)
    understudy("own", "ann", "--on")
    understudy("teach", str(rows), "--person", "ann")
    assert understudy("train").code, "everyone's has nothing to learn"
    assert understudy("train", "--person", "ann").code == 0
    with Store.open(home / "understudy.db") as store:
        assert [run.person for run in store.runs.list()] == ["ann"]


def test_what_is_left_out_is_said(understudy: Understudy) -> None:
    assert "Say whose understudy" in understudy("own", "--on").err
    assert "leave --on and --off away" in understudy("own", "ann", "--remove", "--on").err


def test_an_export_leaves_what_is_ones_own(understudy: Understudy, home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(ROW)
    understudy("own", "ann", "--on")
    understudy("teach", str(rows), "--person", "ann")
    rows.write_text(ROW.replace("Zorbo", "Plotzi"))
    understudy("teach", str(rows))
    understudy("export", str(tmp_path / "out.jsonl"), "--format", "jsonl")
    told = (tmp_path / "out.jsonl").read_text()
    assert "Plotzi" in told and "Zorbo" not in told

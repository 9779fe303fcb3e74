"""`understudy import` and `export`: tried, brought in, taken back and sent out from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from understudy.store import Filter, Store

TABLE = "question,reply,stars,remark\nWho runs Plotzi?,Nobody.,1,=wrong\nWhen?,At nine.,5,\n,x,1,\n"
MAP = "prompt=question,answer=reply,rating=stars,comment=remark"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def facts(home: Path) -> list[tuple[str, str, str]]:
    with Store.open(home / "understudy.db") as store:
        return [(item.question, item.label, item.state) for item in store.items.each(Filter())]


def test_a_table_is_tried_brought_in_once_and_taken_back(
    understudy: Callable[..., Run], home: Path, table: Path
) -> None:
    tried = understudy("import", "table.csv", "--map", MAP, "--dry-run")
    assert tried.code == 1 and "prompt=question" in tried.out and "line 2: 'Who runs Plotzi?'" in tried.out
    assert tried.out.endswith("Tried, nothing written: 2 new, 0 here already, 1 faulty.\n")
    assert "table.csv, line 4: the column" in tried.err and facts(home) == []
    done = understudy("import", "table.csv", "--map", MAP, "--json", "--faults", "faults.jsonl")
    counts = json.loads(done.out)
    assert (counts["added"], counts["known"], counts["faulty"]) == (2, 0, 1)
    assert json.loads(Path("faults.jsonl").read_text())["line"] == 4
    assert facts(home) == [("Who runs Plotzi?", "bad", "waiting"), ("When?", "good", "waiting")]
    assert "0 new, 2 here already" in understudy("import", "table.csv", "--map", MAP).out
    assert understudy("import", "--undo").out == "2 lines of table.csv were taken back.\n" and facts(home) == []
    nothing = understudy("import", "--undo")
    assert nothing.code == 2 and "no import to take back" in nothing.err


def test_what_is_approved_is_exported_with_its_card_and_the_rest_when_asked_for(
    understudy: Callable[..., Run], home: Path, table: Path
) -> None:
    understudy("import", "table.csv", "--map", MAP)
    nothing = understudy("export", "out.csv", "--format", "csv")
    assert nothing.code == 2 and "Nothing of it fits csv" in nothing.err
    done = understudy("export", "out.csv", "--format", "csv", "--all", "--licence", "mit", "--json")
    told = json.loads(done.out)
    assert (told["rows"], told["states"]) == (2, {"waiting": 2}) and "'=wrong" in Path("out.csv").read_text()
    assert 'license: "mit"' in Path("out.csv.md").read_text() and told["sha256"] in Path("out.csv.md").read_text()
    words = understudy("export", "good.jsonl", "--format", "openai-sft", "--all")
    assert words.out == "1 rows in good.jsonl; 1 do not fit openai-sft.\n"


def test_a_saved_view_is_exported(understudy: Callable[..., Run], home: Path, table: Path) -> None:
    understudy("import", "table.csv", "--map", MAP)
    with Store.open(home / "understudy.db") as store:
        store.views.save("Bad ones", Filter(labels=("bad",)))
    assert understudy("export", "bad.csv", "--format", "csv", "--view", "Bad ones").out == "1 rows in bad.csv.\n"
    assert "View: Bad ones." in Path("bad.csv.md").read_text()
    unknown = understudy("export", "x.csv", "--format", "csv", "--view", "Worst")
    assert unknown.code == 2 and "Saved views: Bad ones" in unknown.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import",), "Name a FILE"),
        (("import", "nowhere.csv"), "cannot be read"),
        (("import", "table.csv", "--map", "prompt=q"), "no column 'q'"),
        (("import", "table.csv", "--format", "xml"), "no format 'xml'"),
        (("export", "x", "--format", "xml"), "no format 'xml'"),
        (("export", "x", "--format", "csv", "--view", "a", "--all"), "A view says itself"),
        (("export", "x", "--format", "csv", "--push", "a/b"), "wants a token"),
        (("export", "x", "--format", "csv", "--push", "a/b", "--local-only", "1"), "nothing is uploaded"),
    ],
)
def test_what_cannot_be_is_said_with_the_next_step(
    understudy: Callable[..., Run], table: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    done = understudy(*arguments)
    assert done.code == 2 and words in done.err

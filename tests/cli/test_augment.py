"""`understudy augment`: wordings are proposed, listed, and decided about by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run
from tests.store.conftest import answered
from understudy.store import Store


def test_a_terminal_asks_for_wordings_and_decides_about_them(understudy: Callable[..., Run], home: Path) -> None:
    home.mkdir(parents=True)
    with Store.open(home / "understudy.db") as store:
        store.models.add("starter", "assets/starter")
        turn = store.turns.add(store.conversations.add("Where").id, "Where is the office of the mayor?")
        store.corrections.add(answered(store, turn.id, "No idea."), "Upstairs.")
    wrote = understudy("augment", "--by", "order", "--author", "Ada", "--json")
    assert wrote.code == 0 and "wordings of 1 questions wait." in wrote.err
    lines = [json.loads(line) for line in wrote.out.splitlines()]
    assert lines and {(line["method"], line["author"], line["state"]) for line in lines} == {
        ("order", "Ada", "waiting")
    }
    assert understudy("augment", "--approve", lines[0]["id"], "--reject", lines[1]["id"]).out == (
        "approved: 1\nrejected: 1\n"
    )
    assert lines[0]["text"] in understudy("augment", "--list", "approved").out
    echoed = understudy("augment", "--model", "base")
    assert "0 new wordings of 1 questions wait. The model wrote nothing that still asks the same." in echoed.out
    wrong = understudy("augment", "--model", "gpt")
    assert wrong.code == 2 and "no column 'gpt'" in wrong.err

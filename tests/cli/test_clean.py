"""`understudy clean`: a look first, then acts that are told by number and taken back by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run
from tests.store.conftest import answered
from understudy.store import Filter, Store


def said(home: Path) -> list[str]:
    with Store.open(home / "understudy.db") as store:
        return [item.said for item in store.items.each(Filter())]


def test_a_terminal_looks_applies_and_takes_back(understudy: Callable[..., Run], home: Path) -> None:
    home.mkdir(parents=True)
    with Store.open(home / "understudy.db") as store:
        store.models.add("starter", "assets/starter")
        turn = store.turns.add(store.conversations.add("Where").id, "Where?")
        store.corrections.add(answered(store, turn.id, "No idea."), "<b>Up\x1bstairs</b>")
    looked = understudy("clean", "--step", "markup")
    assert looked.code == 0 and "markup: 1 (takes HTML out of answers; code stays)" in looked.out
    assert "\x1b" not in looked.out and said(home) == ["<b>Up\x1bstairs</b>"]
    act = json.loads(understudy("clean", "--step", "markup", "--apply", "--author", "Ada", "--json").out)
    assert (act["items"], act["author"], said(home)) == (1, "Ada", ["Up\x1bstairs"])
    assert ": 1 item; 0 changed since" in understudy("clean", "--undo", str(act["number"])).out
    assert said(home) == ["<b>Up\x1bstairs</b>"]
    wrong = understudy("clean", "--step", "sparkle")
    assert wrong.code == 2 and "no step 'sparkle'" in wrong.err

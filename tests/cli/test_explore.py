"""`understudy explore`: the page's numbers in a terminal, and all of them as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run
from tests.store.conftest import answered
from understudy.store import Filter, Store


def test_a_terminal_tells_what_is_there_by_view_and_as_json(understudy: Callable[..., Run], home: Path) -> None:
    home.mkdir(parents=True)
    with Store.open(home / "understudy.db") as store:
        store.models.add("starter", "assets/starter")
        turn = store.turns.add(store.conversations.add("Where").id, "Where is the \x1blibrary?")
        for place, good in enumerate((True, False, False)):
            store.ratings.add(answered(store, turn.id, f"Upstairs {place}.", place), good, author="Ada")
        store.views.save("Bad ones", Filter(labels=("bad",)))
    told = understudy("explore")
    assert told.code == 0 and told.out.startswith("3 items\n") and "\x1b" not in told.out
    assert "  starter base: 1 good" in told.out and "  Ada: 1 good, 2 bad" in told.out
    assert "  library: 3 items" in told.out and "Topics need the embedding model" in told.out
    found = json.loads(understudy("explore", "--view", "Bad ones", "--json").out)
    assert found["count"] == 2 and found["parts"]["split"]["state"] == "ready"
    assert understudy("explore", "--view", "None").code == 2

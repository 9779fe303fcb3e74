"""Every event and every address of the running page, asked by those who may not: refused, and nothing has changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.ui.people import House, open_house

REPOSITORY = Path(__file__).parents[2]
SECRET = "the dentist on Tuesday"
FOREIGN = ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"})
NEVER = "01900000-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def things(house: House) -> dict[str, str]:
    """Something of everything that ben and cleo have, by the field that would name it."""
    conversation = house.value("ben", "new")["id"]
    house.value("ben", "ask", conversation=conversation, text=f"say {SECRET}")
    assert house.playground.wait(conversation, 10)
    turn = house.value("ben", "open", conversation=conversation)["turns"][0]
    first, second = (answer["id"] for answer in turn["answers"])
    house.value("ben", "correct", conversation=conversation, completion=first, text=f"{SECRET} at ten")
    sent = house.clients["cleo"].put("transfers", params={"name": "rows.jsonl"}, content=b'{"prompt": "a"}\n').json()
    job = house.value("cleo", "export_start", filter={}, format="messages", licence="")["job"]
    talk = {"conversation": conversation, "like": conversation, "turn": turn["id"], "completion": first}
    return talk | {
        "parent": first,
        "winner": second,
        "first": first,
        "second": second,
        "job": job,
        "look": job,
        "file": sent["file"],
        "files": sent["file"],
    }


def kept(house: House) -> str:
    """Everything in the store, but for when somebody was last seen."""
    with closing(sqlite3.connect(house.playground.store.path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return json.dumps(
            {name: list(map(str, db.execute(f"SELECT * FROM {name}"))) for name in tables if name != "sessions"}
        )


def routes(house: House) -> list[tuple[str, str]]:
    """Method and path of every route of the app, ours and Gradio's."""

    def walk(found: Any) -> Iterator[tuple[str, str]]:
        for route in found:
            if hasattr(route, "path"):
                yield from ((method, route.path) for method in route.methods or ("GET",))
            else:
                yield from walk(route.original_router.routes)

    return sorted(set(walk(app_of(house).routes)))


def app_of(house: House) -> Any:
    import gradio as gr

    return next(block.app for block in gr.Blocks.instances if block.local_url == house.url)

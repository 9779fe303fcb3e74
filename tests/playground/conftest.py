"""A playground on a real database with scripted models: what they say is known, when they say it too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.serving.backend import Backend
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import Message


def reply(messages: list[Message], version: int) -> str:
    """What the scripted model says: its version and the last question, so that every answer is recognisable."""
    return f"v{version} heard: {messages[-1].content}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        opened.models.add("starter", "assets/starter")
        opened.models.add("parrot", "models/parrot")
        yield opened


@pytest.fixture
def backends() -> dict[str, Backend]:
    return {name: ScriptedBackend(reply, name=name) for name in ("starter", "parrot")}


@pytest.fixture
def playground(store: Store, backends: dict[str, Backend]) -> Iterator[Playground]:
    made = Playground(store, Casting(store, "starter", lambda name, source: backends[name]))
    yield made
    made.answering.stop_all()

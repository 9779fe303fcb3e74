"""A store on a real file, and a conversation with two finished answers to say things about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from understudy.store import Store, connections
from understudy.types import FinishReason, Sampling, Usage


@dataclass(frozen=True)
class Exchange:
    """Ids of one question and its two answers."""

    conversation: str
    turn: str
    a: str
    b: str


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the disk only matters in a power cut, which no test can make; a kill loses nothing either way."""
    monkeypatch.setattr(connections, "LASTING", "OFF")
    monkeypatch.setattr(connections, "FLEETING", "OFF")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "understudy.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


def answered(store: Store, turn: str, text: str, position: int = 0) -> str:
    """A finished answer's id."""
    made = store.completions.add(turn, position, "starter", position, f"column {position}", Sampling())
    store.completions.finish(made.id, text, FinishReason.STOP, Usage(3, 2, 10.0, 20.0), prompt="<prompt>")
    return made.id


def exchange(store: Store, text: str = "What is the capital of France?", title: str = "Capitals") -> Exchange:
    conversation = store.conversations.add(title)
    turn = store.turns.add(conversation.id, text)
    first, second = answered(store, turn.id, "It is Lyon."), answered(store, turn.id, "Paris, I think.", 1)
    return Exchange(conversation.id, turn.id, first, second)

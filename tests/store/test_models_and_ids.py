"""Models, versions and champions; ids that always grow."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from understudy.errors import InputError, NotFoundError
from understudy.store import Store, ids


def test_versions_count_from_one_for_every_model(store: Store) -> None:
    store.models.add("starter", "assets/starter")
    store.models.add("other", "org/other")
    made = [store.versions.add("starter", "v/1", "first", "a note"), store.versions.add("starter", "v/2")]
    assert [version.number for version in made] == [1, 2]
    assert store.versions.add("other", "o/1").number == 1
    assert store.versions.list("starter") == made and len(store.versions.list()) == 3
    assert store.versions.find("starter", 2) == made[1] and store.versions.find("starter", 3) is None
    with pytest.raises(NotFoundError, match="nope"):
        store.versions.add("nope", "x")


def test_a_champion_is_set_and_rolled_back_and_its_history_is_kept(store: Store) -> None:
    store.models.add("starter", "assets/starter")
    store.versions.add("starter", "v/1")
    assert store.versions.champion("starter") == 0
    store.versions.set_champion("starter", 1)
    assert store.versions.champion("starter") == 1
    store.versions.set_champion("starter", 0)
    assert [number for _, number in store.versions.champions("starter")] == [1, 0]
    with pytest.raises(InputError, match="v2"):
        store.versions.set_champion("starter", 2)


def test_a_model_is_registered_once_under_its_name(store: Store) -> None:
    first = store.models.add("starter", "assets/starter")
    assert store.models.add("starter", "assets/starter") == first == store.models.find("starter")
    with pytest.raises(InputError, match="already a model called 'starter'"):
        store.models.add("starter", "elsewhere")
    store.models.remove("starter")
    assert store.models.list() == []
    with pytest.raises(NotFoundError):
        store.models.remove("starter")


def test_ids_are_version_7_and_grow_in_every_thread() -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: [ids.new_id() for _ in range(2000)], range(4)))
    assert all(run == sorted(run) for run in runs)
    made = [made for run in runs for made in run]
    assert len(set(made)) == len(made)
    parsed = uuid.UUID(made[0])
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)


def test_ids_grow_past_those_of_a_clock_that_was_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    ahead = str(uuid.UUID(int=uuid.UUID(ids.new_id()).int + (60_000 << 80)))
    ids.continue_after(ahead)
    assert ahead < ids.new_id() < ids.new_id()

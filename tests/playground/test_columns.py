"""What columns mean to somebody with an understudy of their own, and that others' versions are not there for them."""

from __future__ import annotations

import pytest

from understudy.errors import InputError
from understudy.playground.columns import column_choices, is_tuned, resolve_column
from understudy.store import Store
from understudy.types import Column


@pytest.fixture
def versions(store: Store) -> Store:
    """v1 is everyone's, v2 Ann's, v3 Bob's; each is live for its own."""
    for person in ("", "ann", "bob"):
        number = store.versions.add("starter", "folder", note=f"of {person or 'everyone'}", person=person).number
        store.versions.set_champion("starter", number, person)
    return store


def test_mine_is_ones_own_champion_and_champion_is_everyones(versions: Store) -> None:
    found = {
        name: resolve_column(versions, "starter", name, "ann") for name in ("base", "champion", "mine", "v1", "v2")
    }
    assert found == {
        "base": Column("starter", 0, "base"),
        "champion": Column("starter", 1, "champion"),
        "mine": Column("starter", 2, "mine", "ann"),
        "v1": Column("starter", 1, "v1"),
        "v2": Column("starter", 2, "v2", "ann"),
    }


def test_mine_is_the_base_with_memory_until_a_version_is_learned(store: Store) -> None:
    assert resolve_column(store, "starter", "mine", "eve") == Column("starter", 0, "mine", "eve")
    assert is_tuned("mine", 0) and is_tuned("parrot@mine", 0) and not is_tuned("base", 0)


def test_without_an_understudy_of_ones_own_there_is_no_mine(versions: Store) -> None:
    with pytest.raises(InputError, match="no understudy of your own"):
        resolve_column(versions, "starter", "mine")
    assert "mine" not in [choice.name for choice in column_choices(versions, "starter")]


@pytest.mark.parametrize("own", ["", "ann"])
def test_somebody_elses_version_is_refused_as_one_that_is_not_there(versions: Store, own: str) -> None:
    sentences = []
    for name in ("v3", "v9"):
        with pytest.raises(InputError) as told:
            resolve_column(versions, "starter", name, own)
        sentences.append(str(told.value).replace(name, "vN"))
    assert sentences[0] == sentences[1] and "v3" not in sentences[1]


def test_ones_own_are_marked_and_others_not_listed(versions: Store) -> None:
    assert [(choice.name, choice.label) for choice in column_choices(versions, "starter", own="ann")][:5] == [
        ("base", "base"),
        ("champion", "champion"),
        ("mine", "mine"),
        ("v2", "v2 (yours)"),
        ("v1", "v1"),
    ]

"""Pushes to the hub: there before they begin, then with what came of them."""

from __future__ import annotations

from pathlib import Path

from understudy.store import Store


def test_a_push_is_there_before_it_ends_and_says_afterwards_what_came_of_it(tmp_path: Path) -> None:
    with Store.open(tmp_path / "u.db") as store:
        store.models.add("starter", "assets/starter")
        version = store.versions.add("starter", "versions/x")
        export = store.exports.add(version.id, "adapter", "float32", "ada/shop", 12, unchecked="a test")
        first = store.pushes.add(version.id, export.id, "ada/shop", public=False, licence="mit")
        assert store.pushes.list(version.id) == [first] and (first.state, first.ended) == ("sending", None)
        second = store.pushes.add(version.id, export.id, "ada/shop", public=True, licence="mit")
        second = store.pushes.finish(second, address="https://hub/ada/shop", revision="c0ffee")
        failed = store.pushes.finish(first, fault="403")
        assert (second.state, failed.state) == ("sent", "failed") and second.ended and failed.ended
        assert store.pushes.list(version.id) == [second, failed] and store.pushes.list("nobody") == []

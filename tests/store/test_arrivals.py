"""What came in a file, many lines at once, is what one row after the other would be, also after a kill."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from understudy.errors import StoreError
from understudy.store import Arrival, Store
from understudy.store.arrivals import _WATCHING
from understudy.store.rows import TABLES, rows_of

AT_ONCE, KILLS, LONGEST_S = 200, 8, 0.15
FACTS = ("corrections", "ratings", "preferences")
PLAIN = Arrival(1, "chat", "d1", "{}", "What is a visa?", "", wanted="A stamp.")
LINES = (
    PLAIN,
    Arrival(2, "columns", "d2", "{}", "Why?", "So.", "Because.", None, False, ("rude",), "no", tags=("a", "b", "a")),
    Arrival(3, "columns", "d3", "{}", "Who?", "Me.", label=True, author="Ann", topic="people", tags=("c",)),
    Arrival(4, "trl-pair", "d4", "{}", "One?", "Yes.", rejected="No.", comment="clearly", topic="numbers"),
    Arrival(5, "chat", "d5", "{}", "Then?", wanted="End.", before=(("a?", "b.", True), ("c?", "d.", False)), topic="t"),
    Arrival(
        6, "columns", "d6", "{}", "Said?", "Bad.", "Good.", comment="why", tags=("a",), author="Bob", model="other"
    ),
    Arrival(7, "unknown", "d7", '{"kept": "whole"}'),
    Arrival(8, "columns", "d8", "{}", "When?", "Now.", label=True, system="Be brief.", moment="2025-01-02T03:04:05Z"),
)
BESIDE = [
    ("correction", "", "", ()),
    ("correction", "", "", ("a", "b")),
    ("rating", "", "", ("a", "b")),
    ("rating", "people", "", ("c",)),
    ("vote", "numbers", "clearly", ()),
    ("correction", "t", "", ()),
    ("correction", "t", "", ()),
    ("correction", "", "why", ("a",)),
    ("rating", "", "", ()),
]


def add(store: Store, *lines: Arrival) -> None:
    store.arrivals.add(store.batches.add("file", "auto").id, "file", rows_of(lines, "starter"), "waiting")


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table, those of the word indexes too, without what only a file says about an item."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM item_tags WHERE item IN (SELECT number FROM items WHERE kind <> 'correction')")
        db.execute("UPDATE items SET topic = '', note = ''")
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_sqlite%'"
        ).fetchall()
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names}


def one_by_one(path: Path, target: Path) -> None:
    """The rows of a store written into another, where the triggers make all that follows from them."""
    Store.open(target).close()
    with closing(sqlite3.connect(target)) as db, db:
        db.execute("ATTACH ? AS other", [str(path)])
        db.execute("INSERT INTO batches SELECT * FROM other.batches")
        facts = [(row[0], table) for table in FACTS for row in db.execute(f"SELECT id FROM other.{table}")]
        for table in TABLES:
            if table not in (*FACTS, "items"):
                db.execute(f"INSERT INTO {table} SELECT * FROM other.{table} ORDER BY id")
        for fact, table in sorted(facts):
            db.execute(f"INSERT INTO {table} SELECT * FROM other.{table} WHERE id = ?", [fact])


def test_a_store_filled_at_once_equals_one_filled_row_by_row(store: Store, path: Path, tmp_path: Path) -> None:
    with store.filling():
        add(store, *LINES)
        add(store, replace(PLAIN, digest="d9", question="Once more?"))
    one_by_one(path, tmp_path / "other.db")
    assert store.check() == [] and store._connections.rows("PRAGMA foreign_key_check") == []
    made, expected = tables(path), tables(tmp_path / "other.db")
    assert len(expected["items"]) == len(BESIDE) + 1 and expected["item_tags"] == [("a", 2), ("a", 8), ("b", 2)]
    assert made == expected


def test_topic_note_and_tags_of_a_line_are_those_of_its_items(store: Store) -> None:
    add(store, PLAIN)
    add(store, *LINES)
    found = [(item.kind, item.topic, item.note, item.tags) for item in store.items.each()]
    assert found == [BESIDE[0], *BESIDE]


def test_what_watches_the_tables_is_there_again_after_an_import(store: Store) -> None:
    sql = "SELECT name, sql FROM sqlite_master ORDER BY name"
    before = store._connections.rows(sql)
    assert {row["name"] for row in before} >= set(_WATCHING)
    with store.filling():
        add(store, *LINES)
    assert store._connections.rows(sql) == before
    assert store._connections.row("PRAGMA ignore_check_constraints") == {"ignore_check_constraints": 0}
    assert store._connections.row("PRAGMA foreign_keys") == {"foreign_keys": 1}
    [item] = [item for item in store.items.each() if item.said == "A stamp."]
    store.corrections.add(item.completion, "A stamp in a passport.")
    assert store.items.get(item.number).said == "A stamp in a passport."


def test_an_import_that_fails_leaves_nothing_and_keeps_the_triggers(store: Store, path: Path) -> None:
    before = tables(path)
    with pytest.raises(StoreError, match="NOT NULL"), store.together():
        add(store, PLAIN, replace(PLAIN, digest=None))  # type: ignore[arg-type]
    assert tables(path) == before
    assert store.check() == [] and len(store._connections.rows("SELECT 1 FROM sqlite_master WHERE type='trigger'")) > 20


def test_rows_of_some_lines_are_those_of_these_lines_alone(store: Store, path: Path, tmp_path: Path) -> None:
    batch = store.batches.add("it's a 'file'", "auto").id
    kept = (0, 1, 3, 4, 6, 7)
    store.arrivals.add(batch, "it's a 'file'", rows_of(LINES, "starter").only(kept), "waiting")
    with Store.open(tmp_path / "other.db") as other:
        add(other, *(LINES[place] for place in kept))
        told = [
            [(item.kind, item.topic, item.note, item.tags, item.said) for item in s.items.each()]
            for s in (store, other)
        ]
    assert told[0] == told[1] and ("rating", "", "", ("a", "b"), "no") in told[0]
    assert store.imports.sources() == {"it's a 'file'": len(kept)} and store.check() == []


def import_until_killed(path: Path, said: int) -> None:
    with Store.open(path) as store, store.filling():
        batch = store.batches.add("file", "auto").id
        while True:
            lines = [replace(PLAIN, number=n, digest=f"{batch} {n}") for n in range(AT_ONCE)]
            store.arrivals.add(batch, "file", rows_of(lines, "starter"), "waiting")
            os.write(said, b"x")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are not there")
def test_a_kill_leaves_batches_whole_or_not_at_all_and_the_triggers_in_place(path: Path) -> None:
    Store.open(path).close()
    confirmed = 0
    for _ in range(KILLS):
        heard, said = os.pipe()
        child = multiprocessing.get_context("fork").Process(target=import_until_killed, args=(path, said))
        child.start()
        os.close(said)
        assert child.pid is not None
        with os.fdopen(heard, "rb") as confirmations:
            confirmed += len(confirmations.read(1))
            time.sleep(random.uniform(0, LONGEST_S))
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            confirmed += len(confirmations.read())
        assert child.exitcode == -signal.SIGKILL, "the import failed before it was killed"
    with Store.open(path) as store:
        counts = [store._connections.rows(f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in ("imports", *TABLES)]
        assert counts[0] % AT_ONCE == 0 and counts[0] >= confirmed * AT_ONCE > 0
        assert set(counts) == {counts[0], 0} and store.check() == []
        assert len(store._connections.rows("SELECT 1 FROM sqlite_master WHERE type = 'trigger'")) > 20
        add(store, *LINES)

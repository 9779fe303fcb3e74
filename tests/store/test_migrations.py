"""A store from any earlier step opens, keeps what it holds and gains what it lacks."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.store.conftest import answered, exchange
from understudy.errors import StoreError
from understudy.store import Store
from understudy.store.migrations import migrations
from understudy.store.schema import APPLICATION_ID

STEPS = [step.name for step in migrations._migrations]
MOMENT = "2026-01-02T03:04:05.678Z"


def build(path: Path, steps: int) -> None:
    """A database that stopped after `steps` steps, with a conversation, and a correction where there is a table."""
    path.parent.mkdir(exist_ok=True)
    db = Database(sqlite3.connect(path), execute_plugins=False)
    if steps:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(db, stop_before=STEPS[steps] if steps < len(STEPS) else None)
        with db.atomic():
            db.execute(
                "INSERT INTO conversations (id, title, system, columns, sampling, blind, head, created, updated,"
                " deleted) VALUES ('c', 'Old title', '', '[\"base\"]', '{}', 0, 't', ?, ?, NULL)",
                [MOMENT, MOMENT],
            )
            db.execute(
                "INSERT INTO turns (id, conversation, text, system, blind, created)"
                " VALUES ('t', 'c', 'Old question', '', 0, ?)",
                [MOMENT],
            )
            db.execute(
                "INSERT INTO completions (id, turn, position, model, version, label, sampling, text, finish, writer,"
                " saved, created) VALUES ('k', 't', 0, 'm', 0, 'base', '{}', 'Old answer', 'stop', 'w', ?, ?)",
                [MOMENT, MOMENT],
            )
        if steps >= 2:
            db.execute(
                "INSERT INTO corrections (id, completion, original, text, withdrawn, created, author, state)"
                " VALUES ('01900000-0000-7000-8000-000000000000', 'k', 'Old answer',"
                " 'Old correction', 0, ?, '', 'waiting')",
                [MOMENT],
            )
    db.close()


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_a_store_from_every_earlier_step_opens_and_is_brought_up_to_date(path: Path, steps: int) -> None:
    build(path, steps)
    with Store.open(path) as store:
        assert store.info()["schema"] == len(STEPS)
        assert store.check() == []
        if steps:
            assert store.conversations.get("c").title == "Old title"
            assert store.completions.get("k").text == "Old answer"
            words = ("title", "question", "answer", *(["correction"] if steps >= 2 else []))
            assert [len(store.conversations.list(f"old {word}")) for word in words] == [1] * len(words)
        talk = exchange(store)
        store.corrections.add(answered(store, talk.turn, "wrong"), "right")
        assert [hit.id for hit in store.conversations.list("right")] == [talk.conversation]


def test_opening_twice_changes_nothing(path: Path) -> None:
    with Store.open(path) as store:
        made = store.conversations.add("once")
    with Store.open(path) as store:
        assert [hit.id for hit in store.conversations.list()] == [made.id]


def test_a_step_that_fails_leaves_the_earlier_state_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(path, 2)

    def broken(db: Database) -> None:
        db.execute("CREATE TABLE half (x) STRICT")

    monkeypatch.setattr(migrations._migrations[3], "fn", broken)
    with pytest.raises(StoreError, match=r"understudy\.db"):
        Store.open(path)
    monkeypatch.undo()
    with Store.open(path) as store:
        assert store.conversations.get("c").title == "Old title" and store.check() == []


def test_a_newer_store_is_refused_by_a_sentence_and_left_as_it_is(path: Path) -> None:
    Store.open(path).close()
    db = Database(sqlite3.connect(path), execute_plugins=False)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('understudy', 'm999_x', 'x')")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"understudy\.db was written by a newer version.*m999_x.*update the program"):
        Store.open(path)
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"understudy\.db is the database of another program"):
        Store.open(path)
    assert path.read_bytes() == before

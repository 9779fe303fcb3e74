"""Backups, and the way back: with real databases and real archives."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from understudy.errors import NotFoundError, StoreError
from understudy.playground.backups import REPLACED, back_up, restore
from understudy.store import Store

ADAPTER = "versions/one"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A data folder with a conversation and a trained version."""
    path = tmp_path / "home" / "understudy.db"
    with Store.open(path) as store:
        store.conversations.add("before")
        store.models.add("starter", "/models/starter")
        store.versions.add("starter", ADAPTER)
    (path.parent / ADAPTER).mkdir(parents=True)
    (path.parent / ADAPTER / "adapter_model.safetensors").write_bytes(b"weights" * 1000)
    return path


def titles(path: Path) -> list[str]:
    with Store.open(path) as store:
        assert store.check() == []
        return sorted(hit.title for hit in store.conversations.list())


def made(database: Path, target: Path, *, adapters: bool = False) -> Path:
    with Store.open(database) as store:
        return back_up(store, target, adapters=adapters)


def add(database: Path, title: str) -> None:
    with Store.open(database) as store:
        store.conversations.add(title)


@pytest.mark.parametrize("adapters", [False, True])
def test_a_backup_comes_back_and_restoring_what_it_replaced_undoes_it(
    database: Path, tmp_path: Path, adapters: bool
) -> None:
    backup = made(database, tmp_path / "backup", adapters=adapters)
    add(database, "after")
    restored = restore(backup, database)
    assert titles(database) == ["before"] and restored.missing == ()
    assert restored.aside is not None
    undone = restore(restored.aside, database)
    assert titles(database) == ["after", "before"] and undone.aside != restored.aside
    assert not [path for path in database.parent.iterdir() if path.name.startswith(".restore")]


def test_adapters_come_back_into_an_empty_data_folder(database: Path, tmp_path: Path) -> None:
    backup = made(database, tmp_path / "all.zip", adapters=True)
    elsewhere = tmp_path / "elsewhere" / "understudy.db"
    assert restore(backup, elsewhere).aside is None
    assert (elsewhere.parent / ADAPTER / "adapter_model.safetensors").read_bytes() == b"weights" * 1000
    assert titles(elsewhere) == ["before"]


def test_a_backup_without_adapters_says_which_versions_are_missing(database: Path, tmp_path: Path) -> None:
    backup = made(database, tmp_path / "facts.db")
    assert restore(backup, tmp_path / "elsewhere" / "understudy.db").missing == (ADAPTER,)


def test_an_archive_never_overwrites(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    target.write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        made(database, target, adapters=True)
    assert target.read_text() == "mine" and sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "home"]


def damaged(backup: Path) -> None:
    data = bytearray(backup.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    backup.write_bytes(data)


def newer(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('understudy', 'm999_new', '')"
        )


def foreign(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as db, db:
        db.execute("CREATE TRIGGER spy AFTER INSERT ON turns BEGIN DELETE FROM ratings; END")


def empty(backup: Path) -> None:
    backup.write_text("Dear diary, " * 1000)


def packed(backup: Path) -> None:
    backup.unlink()
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("understudy.db", b"0" * 1_000_000)


def other_archive(backup: Path) -> None:
    backup.unlink()
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("letter.txt", "Dear")


SPOILT = {
    damaged: "damaged",
    newer: "newer version",
    foreign: "'spy' is not ours",
    empty: "not a database",
    packed: "is compressed",
    other_archive: "no backup of Understudy",
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_cannot_be_restored_is_told_and_nothing_is_changed(database: Path, tmp_path: Path, spoil: object) -> None:
    backup = made(database, tmp_path / "backup.db")
    add(database, "after")
    spoil(backup)  # type: ignore[operator]
    with pytest.raises(StoreError, match=SPOILT[spoil]):  # type: ignore[index]
        restore(backup, database)
    assert titles(database) == ["after", "before"]
    assert not (database.parent / REPLACED).exists()


def test_a_backup_that_is_not_there_is_told(database: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file"):
        restore(tmp_path / "none.db", database)


def test_a_database_in_use_is_left_alone(database: Path, tmp_path: Path) -> None:
    backup = made(database, tmp_path / "backup.db")
    add(database, "after")
    hold = (
        "import sys; from pathlib import Path; from understudy.store import Store\n"
        "with Store.open(Path(sys.argv[1])) as store:\n    print('open', flush=True); sys.stdin.read()\n"
        "    store.conversations.add('still at work')"
    )
    command = [sys.executable, "-c", hold, str(database)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environ, text=True, **pipes) as program:  # type: ignore[call-overload]
        assert program.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match="is in use"):
            restore(backup, database)
        program.communicate("")
        assert program.returncode == 0
    assert titles(database) == ["after", "before", "still at work"]
    assert list((database.parent / REPLACED).iterdir()) == []


def test_a_database_that_is_none_any_more_is_kept_aside(database: Path, tmp_path: Path) -> None:
    backup = made(database, tmp_path / "backup.db")
    empty(database)
    aside = restore(backup, database).aside
    assert aside is not None and aside.read_text().startswith("Dear diary")
    assert titles(database) == ["before"]


def test_no_file_of_an_archive_leaves_the_folder_of_its_version(database: Path, tmp_path: Path) -> None:
    backup = made(database, tmp_path / "all.zip", adapters=True)
    with zipfile.ZipFile(backup, "a") as archive:
        for name in (f"{ADAPTER}/../../../escaped", "escaped", "/escaped", "versions/unnamed/escaped"):
            archive.writestr(name, "out")
    restore(backup, tmp_path / "elsewhere" / "understudy.db")
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_what_people_said_and_its_backups_are_for_their_person_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Store.open(tmp_path / "home" / "understudy.db") as store:
            store.conversations.add("private")
            made = [store.backup(tmp_path / "b.db"), back_up(store, tmp_path / "b.zip", adapters=True)]
            made += [file for file in store.path.parent.iterdir() if file.is_file()]
            assert len(made) >= 4 and {file.stat().st_mode & 0o777 for file in made} == {0o600}
            assert store.path.parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)

"""What can go wrong with a file: one sentence that names it and the next step, and nothing is damaged."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from tests.store.conftest import exchange
from understudy.errors import InputError, StoreError
from understudy.store import Store

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits and users")


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StoreError, match=r"understudy\.db is not a database.*UNDERSTUDY_HOME"):
        Store.open(path)
    assert path.read_bytes() == b"Dear diary, " * 1000


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("here first")
    with pytest.raises(StoreError, match=r"folder .* cannot be made"):
        Store.open(tmp_path / "data" / "understudy.db")


def test_a_database_locked_by_another_program_is_waited_for_and_then_named(path: Path) -> None:
    with Store.open(path, patience=0.2) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"understudy\.db is locked by another program.*try again"):
            store.conversations.add("waiting")
        assert store.conversations.list() == [], "reading goes on"
        other.execute("COMMIT")
        other.close()
        assert store.conversations.add("now").title == "now"


def test_a_full_disk_is_named_and_nothing_of_the_write_stays(store: Store) -> None:
    talk = exchange(store)
    db = store._connections.mine()
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"The disk of .*understudy\.db is full.*Free some space"):
        store.turns.add(talk.conversation, "x " * 400_000)
    assert store.conversations.get(talk.conversation).head == talk.turn
    db.execute("PRAGMA max_page_count = 1073741823")
    assert store.check() == []
    store.turns.add(talk.conversation, "there is room again")


def what_is_wrong(path: Path) -> list[str]:
    """What opening and checking a file say about it, whichever notices first."""
    try:
        with Store.open(path) as store:
            return store.check()
    except StoreError as error:
        return [str(error)]


def in_a_child(task: object, *arguments: object) -> str:
    """What the sentence was when a forked child ran `task`; the child may give up rights for good."""
    start = multiprocessing.get_context("fork")
    said = start.Queue()

    def run() -> None:
        try:
            task(*arguments)  # type: ignore[operator]
            said.put("")
        except Exception as error:
            said.put(f"{type(error).__name__}: {error}")

    child = start.Process(target=run)
    child.start()
    sentence = said.get(timeout=30)
    child.join()
    return str(sentence)


def write_past_the_limit(path: Path) -> None:
    import resource

    with Store.open(path) as store:
        conversation = store.conversations.add("before the limit").id
        size = path.stat().st_size + 100_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        store.turns.add(conversation, "y " * 400_000)


@posix
def test_a_disk_that_refuses_to_grow_a_file_is_named_and_the_file_stays_whole(path: Path) -> None:
    sentence = in_a_child(write_past_the_limit, path)
    assert sentence.startswith("StoreError") and str(path) in sentence and "free" in sentence.lower(), sentence
    with Store.open(path) as store:
        assert [hit.title for hit in store.conversations.list()] == ["before the limit"]
        assert store.check() == []


def open_as_nobody(path: Path) -> None:
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    Store.open(path)


@posix
def test_a_folder_without_write_permission_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Store.open(folder / "understudy.db") as store:
            store.conversations.add("kept")
        new = folder / "sub"
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        try:
            for path in (folder / "understudy.db", folder / "new.db", new / "understudy.db"):
                sentence = in_a_child(open_as_nobody, path)
                assert sentence.startswith("StoreError"), (path, sentence)
                assert name in sentence and "UNDERSTUDY_HOME" in sentence, sentence
        finally:
            folder.chmod(stat.S_IRWXU)
        with Store.open(folder / "understudy.db") as store:
            assert [hit.title for hit in store.conversations.list()] == ["kept"] and store.check() == []


def test_damage_is_found_by_the_check(path: Path) -> None:
    with Store.open(path) as store:
        for number in range(20):
            store.conversations.add(f"conversation {number} " + "x" * 900)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    path.write_bytes(content)
    assert what_is_wrong(path) != []


def test_a_closed_store_says_so(path: Path) -> None:
    store = Store.open(path)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.conversations.list()


@pytest.mark.parametrize("bad", ["a\0b", "half \ud83d pair", "x" * 5_000_000], ids=["NUL", "surrogate", "5 MB"])
def test_text_that_cannot_be_stored_is_refused_and_nothing_is_written(store: Store, bad: str) -> None:
    talk = exchange(store)
    before = store.info()["counts"]
    for call in (
        lambda: store.conversations.add(bad),
        lambda: store.conversations.set_title(talk.conversation, bad),
        lambda: store.conversations.set_system(talk.conversation, bad),
        lambda: store.conversations.list(bad),
        lambda: store.turns.add(talk.conversation, bad),
        lambda: store.corrections.add(talk.a, bad),
        lambda: store.ratings.add(talk.a, True, comment=bad),
        lambda: store.ratings.add(talk.a, True, reasons=[bad]),
    ):
        with pytest.raises(InputError):
            call()
    assert store.info()["counts"] == before


def test_a_backup_is_whole_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    talk = exchange(store)
    target = tmp_path / "backups" / "copy.db"
    store.backup(target)
    assert [file.name for file in target.parent.iterdir()] == ["copy.db"]
    with Store.open(target) as copy:
        assert copy.conversations.get(talk.conversation).title == "Capitals" and copy.check() == []
    before = target.read_bytes()
    with pytest.raises(StoreError, match=r"copy\.db exists already"):
        store.backup(target)
    assert target.read_bytes() == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError):
        store.backup(tmp_path / "file" / "copy.db")

"""Many threads and processes write at once, and nobody sees an error."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.store.conftest import exchange
from understudy.store import Store

PROCESSES, THREADS, EACH = 4, 4, 5


def write_in_threads(path: Path, completion: str, errors: multiprocessing.Queue[str]) -> None:
    def write(thread: int) -> None:
        for number in range(EACH):
            store.ratings.add(completion, number % 2 == 0, comment=f"{thread}.{number}")
            store.ratings.latest([completion])

    try:
        with Store.open(path) as store, ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(write, range(THREADS)))
    except Exception as error:
        errors.put(repr(error))


def test_four_processes_with_four_threads_each_write_without_an_error(path: Path) -> None:
    with Store.open(path) as store:
        completion = exchange(store).a
    start = multiprocessing.get_context("fork")
    errors: multiprocessing.Queue[str] = start.Queue()
    writers = [start.Process(target=write_in_threads, args=(path, completion, errors)) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors.empty(), errors.get()
    with Store.open(path) as store:
        assert len(store.ratings.history(completion)) == PROCESSES * THREADS * EACH
        assert store.check() == []


def open_and_close(path: Path, errors: multiprocessing.Queue[str]) -> None:
    try:
        Store.open(path).close()
    except Exception as error:
        errors.put(repr(error))


def test_many_processes_may_be_the_first_to_open_the_same_file(path: Path) -> None:
    start = multiprocessing.get_context("fork")
    errors: multiprocessing.Queue[str] = start.Queue()
    openers = [start.Process(target=open_and_close, args=(path, errors)) for _ in range(6)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert errors.empty(), errors.get()
    with Store.open(path) as store:
        assert store.check() == []


def test_a_store_opened_before_a_fork_works_in_the_child_and_in_the_parent(store: Store) -> None:
    completion = exchange(store).a
    child = multiprocessing.get_context("fork").Process(target=store.ratings.add, args=(completion, True))
    child.start()
    store.ratings.add(completion, False)
    child.join()
    assert child.exitcode == 0
    assert len(store.ratings.history(completion)) == 2


def test_a_failed_write_leaves_the_lock_for_other_threads(store: Store) -> None:
    completion = exchange(store).a
    try:
        with store._connections.writing():
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    done = threading.Thread(target=store.ratings.add, args=(completion, True))
    done.start()
    done.join(10)
    assert len(store.ratings.history(completion)) == 1

"""Deleted conversations leave the disk by themselves, but never while somebody waits for an answer."""

from __future__ import annotations

import threading
import time

from understudy.playground.purging import MOST_PUT_OFF, Purging
from understudy.store import Store


def test_what_is_due_is_purged_once_no_answer_is_being_written(store: Store) -> None:
    made = store.conversations.add("Forget me")
    store.conversations.delete(made.id)
    answering, asked = True, threading.Event()

    def busy() -> bool:
        asked.set()
        return answering

    purging = Purging(store, 0, busy)
    purging.start(every_seconds=0.01)
    assert asked.wait(5)
    assert store.conversations.find(made.id) is not None
    answering = False
    deadline = time.monotonic() + 5
    while store.conversations.find(made.id) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    purging.close()


def test_a_crowd_that_never_pauses_does_not_keep_what_is_due_for_ever(store: Store) -> None:
    made = store.conversations.add("Forget me")
    store.conversations.delete(made.id)
    found: list[bool] = []

    def busy() -> bool:
        found.append(store.conversations.find(made.id) is not None)
        return True

    purging = Purging(store, 0, busy)
    purging.start(every_seconds=0.001)
    deadline = time.monotonic() + 20
    while len(found) < MOST_PUT_OFF + 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    purging.close()
    assert found[: MOST_PUT_OFF + 1] == [True] * (MOST_PUT_OFF + 1)
    assert not found[MOST_PUT_OFF + 1]


def test_a_store_that_cannot_be_written_is_tried_again(store: Store) -> None:
    rounds = threading.Semaphore(0)
    store.close()

    def counted() -> bool:
        rounds.release()
        return False

    purging = Purging(store, 0, counted)
    purging.start(every_seconds=0.01)
    assert rounds.acquire(timeout=5) and rounds.acquire(timeout=5) and rounds.acquire(timeout=5)
    purging.close()

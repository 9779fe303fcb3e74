"""Questions that wait: in turn by person, with a place to be seen, stopped without ever having begun, never lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from understudy.playground.answering import Answering
from understudy.playground.casting import Casting
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Completion, Store
from understudy.types import FinishReason, Message, Sampling


class Gate:
    """A scripted model that says nothing until it is let go, one question at a time."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.free = threading.Semaphore(0)
        self.backend = ScriptedBackend(self.reply, name="starter")

    def reply(self, messages: Sequence[Message], version: int) -> str:
        self.heard.append(messages[-1].content)
        self.free.acquire(timeout=20)
        return "Said."


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def answering(store: Store, gate: Gate) -> Iterator[Answering]:
    made = Answering(store, Casting(store, "starter", lambda *_: gate.backend), at_once=1)
    yield made
    gate.free.release(100)
    made.stop_all()


Asks = Callable[..., tuple[str, list[Completion]]]


@pytest.fixture
def ask(store: Store, answering: Answering) -> Asks:
    def ask(person: str, text: str, columns: int = 1) -> tuple[str, list[Completion]]:
        conversation = store.conversations.add()
        turn = store.turns.add(conversation.id, text)
        rows = [store.completions.add(turn.id, i, "starter", 0, "base", Sampling(seed=1)) for i in range(columns)]
        answering.start(conversation.id, rows, [Message("user", text)], person)
        return conversation.id, rows

    return ask


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_people_are_answered_in_turn_and_each_sees_its_place(answering: Answering, gate: Gate, ask: Asks) -> None:
    asked = [ask(text[0], text) for text in ("a1", "a2", "a3", "b1")]
    places = [list(answering.live(conversation).waiting.values()) for conversation, _ in asked]
    assert places == [[], ["You are next."], ["You are 3rd in line."], ["You are 2nd in line."]]
    assert (answering.waiting(), answering.waiting("a"), answering.waiting("b")) == (3, 2, 1)
    gate.free.release(4)
    assert all(answering.wait(conversation, 20) for conversation, _ in asked)
    assert gate.heard == ["a1", "a2", "b1", "a3"]
    assert not answering.busy


def test_who_waits_can_stop_and_is_out_of_the_line_at_once(
    store: Store, answering: Answering, gate: Gate, ask: Asks
) -> None:
    first, _ = ask("a", "first")
    second, rows = ask("b", "second", columns=2)
    third, _ = ask("c", "third")
    answering.stop(second, rows[0].id)
    assert answering.running(second) and list(answering.live(second).waiting) == [rows[1].id]
    answering.stop(second)
    assert not answering.running(second)
    assert [store.completions.get(row.id).finish for row in rows] == [FinishReason.STOPPED] * 2
    assert list(answering.live(third).waiting.values()) == ["You are next."]
    gate.free.release(2)
    assert answering.wait(first, 20) and answering.wait(third, 20)
    assert gate.heard == ["first", "third"]


def test_a_column_that_was_stopped_while_it_waited_is_not_written_and_its_neighbour_is(
    store: Store, answering: Answering, gate: Gate, ask: Asks
) -> None:
    first, _ = ask("a", "first")
    second, rows = ask("b", "second", columns=2)
    answering.stop(second, rows[1].id)
    gate.free.release(2)
    assert answering.wait(first, 20) and answering.wait(second, 20)
    assert [store.completions.get(row.id).finish for row in rows] == [FinishReason.STOP, FinishReason.STOPPED]
    assert gate.heard == ["first", "second"]


def test_the_end_of_the_program_interrupts_who_waited(
    store: Store, answering: Answering, gate: Gate, ask: Asks
) -> None:
    _, begun = ask("a", "first")
    _, waited = ask("b", "second")
    until(lambda: gate.heard)
    gate.free.release(2)
    answering.stop_all()
    assert store.completions.get(waited[0].id).finish is FinishReason.INTERRUPTED
    assert store.completions.get(begun[0].id).finish in (FinishReason.STOPPED, FinishReason.STOP)


def test_the_estimate_comes_with_the_first_answer(answering: Answering, gate: Gate, ask: Asks) -> None:
    first, _ = ask("a", "first")
    assert answering.wait_of_next() is None
    ask("b", "second")
    third, _ = ask("c", "third")
    gate.free.release(1)
    assert answering.wait(first, 20)
    assert list(answering.live(third).waiting.values()) == ["You are next; a few seconds."]
    assert answering.wait_of_next() is not None


def test_many_people_at_once_all_get_their_answer(store: Store) -> None:
    quick = ScriptedBackend(lambda messages, version: f"heard {messages[-1].content}", name="starter", delay=0.001)
    answering = Answering(store, Casting(store, "starter", lambda *_: quick), at_once=4)
    rows: dict[str, Completion] = {}

    def person(name: str) -> None:
        for i in range(5):
            conversation = store.conversations.add()
            turn = store.turns.add(conversation.id, f"{name}{i}")
            row = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling(seed=1))
            rows[row.id] = row
            answering.start(conversation.id, [row], [Message("user", f"{name}{i}")], name)

    threads = [threading.Thread(target=person, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: not answering.busy)
    said = [store.completions.get(row) for row in rows]
    assert len(said) == 40 and {row.finish for row in said} == {FinishReason.STOP}
    assert answering.waiting() == 0

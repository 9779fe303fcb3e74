"""Limits: what one person and one address may use, told in a sentence, tested with a clock of their own."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from understudy.playground.admission import DAY, Admission, Allowance, Limited
from understudy.playground.window import MOST_NAMES, Window
from understudy.store import Store
from understudy.types import OWNER, FinishReason, Person, Sampling, Usage

ANNA, BEN = Person("anna", "visitor"), Person("ben", "visitor")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1e6

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line() -> Any:
    """What is known of the line: how many wait, of whom."""
    waits: dict[str, int] = {}
    return SimpleNamespace(
        waits=waits,
        waiting=lambda person=None: sum(waits.values()) if person is None else waits.get(person, 0),
        wait_of_next=lambda: 21.0,
    )


@pytest.fixture
def made(store: Store, line: Any, clock: Clock) -> Callable[..., Admission]:
    return lambda **values: Admission(store, line, Allowance(**values), clock)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Limited) as caught:
        call()
    return str(caught.value)


def test_a_person_has_so_many_requests_a_minute_and_is_told_when_there_are_more(
    made: Callable[..., Admission], clock: Clock
) -> None:
    admission = made(requests=5)
    for _ in range(5):
        admission.admit("pulse", ANNA)
        clock.now += 4
    words = refusal(lambda: admission.admit("pulse", ANNA))
    assert words == "The limit for one person is 5 requests a minute. Try again in 40 s."
    admission.admit("pulse", BEN)
    clock.now += 41
    admission.admit("pulse", ANNA)
    refusal(lambda: admission.admit("pulse", ANNA))


def test_an_address_has_the_share_of_several_people(made: Callable[..., Admission]) -> None:
    admission = made(requests=2, people_an_address=3)
    for number in range(6):
        admission.admit("pulse", Person(f"guest {number}", "visitor"), "192.0.2.7")
    words = refusal(lambda: admission.admit("pulse", Person("guest 6", "visitor"), "192.0.2.7"))
    assert words.startswith("The limit for one address is 6 requests a minute. Try again in")
    admission.admit("pulse", Person("guest 6", "visitor"), "192.0.2.8")


def test_the_owner_has_no_limits(made: Callable[..., Admission], line: Any) -> None:
    admission = made(requests=1, tokens=1, waiting=1, line=1, conversations=1, upload=1, characters=1)
    line.waits["x"] = 50
    for _ in range(5):
        admission.admit("ask", OWNER, "127.0.0.1")
        admission.admit("new", Person("boss", "owner"), "127.0.0.1")
        with admission.sending(10**9, OWNER), admission.sending(10**9, OWNER):
            pass


def test_tokens_of_a_day_count_for_the_person_and_the_address_and_come_back(
    made: Callable[..., Admission], clock: Clock
) -> None:
    admission = made(tokens=100, people_an_address=2)
    admission.admit("ask", ANNA, "192.0.2.7")
    admission.spend("anna", Usage(prompt_tokens=90, completion_tokens=30, cached_tokens=20))
    admission.admit("pulse", ANNA, "192.0.2.7")
    words = refusal(lambda: admission.admit("ask", ANNA, "192.0.2.7"))
    assert words == "The limit for one person is 100 tokens a day. Try again in 24 h."
    admission.admit("ask", BEN, "192.0.2.7")
    admission.spend("ben", Usage(completion_tokens=99))
    admission.admit("ask", BEN, "192.0.2.7")
    admission.spend("ben", Usage(completion_tokens=1))
    cleo = Person("cleo", "visitor")
    assert "one address is 200 tokens a day" in refusal(lambda: admission.admit("ask", cleo, "192.0.2.7"))
    clock.now += DAY * 1.1
    admission.admit("ask", ANNA, "192.0.2.7")


def test_so_many_questions_of_a_person_may_wait_and_so_many_of_all(made: Callable[..., Admission], line: Any) -> None:
    admission = made(waiting=2, line=6)
    line.waits.update(anna=2, cleo=3)
    words = refusal(lambda: admission.admit("regenerate", ANNA))
    assert words.startswith("The limit for one person is 2 waiting questions. What you typed is kept:")
    admission.admit("ask", BEN)
    line.waits["cleo"] = 4
    words = refusal(lambda: admission.admit("ask", BEN))
    assert words.startswith("The limit here is 6 waiting questions.") and words.endswith("again in 20 s.")
    admission.admit("correct", BEN)


def test_one_file_at_a_time_and_so_many_megabytes_a_day(made: Callable[..., Admission], clock: Clock) -> None:
    admission = made(upload=10)
    assert "Try with less." in refusal(lambda: admission.sending(11_000_000, ANNA).__enter__())
    with admission.sending(6_000_000, ANNA):
        assert "One file at a time" in refusal(lambda: admission.sending(1, ANNA).__enter__())
    words = refusal(lambda: admission.sending(5_000_000, ANNA).__enter__())
    assert words == "The limit for one person is 10 MB of files a day. Try again in 24 h."
    with admission.sending(4_000_000, ANNA):
        pass
    with pytest.raises(OSError, match="broke"), admission.sending(1, BEN):
        raise OSError("the connection broke")
    with admission.sending(1, BEN):
        pass


def test_what_lies_on_the_disk_is_counted_where_it_lies_so_that_a_restart_forgets_nothing(
    made: Callable[..., Admission], store: Store
) -> None:
    mine, other = store.conversations.add("Title", person="anna"), store.conversations.add(person="ben")
    turn = store.turns.add(mine.id, "x" * 85)
    answer = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
    store.turns.add(other.id, "y" * 500)
    assert store.holdings.characters("anna") == 90
    made(characters=100).admit("ask", ANNA)
    store.completions.finish(answer.id, "Said", FinishReason.STOP, Usage())
    store.corrections.add(answer.id, "Ten letter", author="anna")
    words = refusal(lambda: made(characters=100).admit("rate", ANNA))
    assert words.startswith("The limit for one person is 100 characters of text, and yours have 100.")
    assert "1 conversation. Delete one" in refusal(lambda: made(conversations=1).admit("new", ANNA))
    made(conversations=2).admit("new", ANNA)
    store.conversations.delete(mine.id)
    made(conversations=1).admit("new", ANNA)


def test_a_window_forgets_names_that_used_nothing_lately(clock: Clock) -> None:
    window = Window(60, clock)
    for number in range(MOST_NAMES):
        window.add(f"{number}")
    clock.now += 61 * 2
    window.add("newest")
    assert window.used("1") == 0 and len(window._used) == 1


def test_a_window_stays_small_under_names_that_all_are_fresh(clock: Clock) -> None:
    window = Window(60, clock)
    for number in range(MOST_NAMES + 5):
        window.add(f"{number}")
    assert len(window._used) == MOST_NAMES and window.used("0") == 0 and window.used(f"{MOST_NAMES}") == 1

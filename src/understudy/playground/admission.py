"""What one person, and one address, may use: so that a few cannot take from all the others.

Values (`Allowance`), clock and counting are apart, and whoever is refused reads which limit it was, its value and when
it frees. Requests, tokens and uploads are counted in memory, since a restart that forgives a minute or a day harms
nobody; what stays on the disk is counted in the store. The owner, and so the person of a local start, has no limits.
An address may be a whole office behind one router: it has several people's share of what is counted in memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.line import about
from understudy.playground.window import Window
from understudy.types import Person, Usage

if TYPE_CHECKING:
    from understudy.playground.answering import Answering
    from understudy.store import Store

MINUTE, DAY = 60.0, 86_400.0

ASKS = frozenset({"ask", "edit", "regenerate", "regenerate_turn"})
"""Requests that let a model write."""

STORES = ASKS | {"correct", "rate", "rename", "system"}
"""Requests that leave text on the disk."""

BEGINS = frozenset({"new", "compare"})
"""Requests that make a conversation."""


class Limited(InputError):
    """Somebody used as much as one may; the sentence says of what, how much that is, and when there is more."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one person may use; an address has `people_an_address` times as much of what is counted by the time.

    `requests` a minute: a page that is looked at makes about 40 (pulse, stream, learning), one that is clicked on all
    the time a hundred. `tokens` a day, read and written: some 500 questions of two columns to the starter. `waiting`
    questions of a person, `line` of everybody: longer than a few minutes nobody waits. `characters` are texts on the
    disk: a thick book. `upload` megabytes a day, one file at a time.
    """

    requests: int = 300
    tokens: int = 200_000
    waiting: int = 3
    line: int = 100
    characters: int = 2_000_000
    conversations: int = 500
    upload: int = 50
    people_an_address: int = 10


@dataclass(frozen=True, slots=True)
class _Counted:
    """Something of which one person may have `most` within the window."""

    window: Window
    most: float
    what: str


class Admission:
    """Reached as `playground.admission`. Safe to call from any thread."""

    def __init__(
        self, store: Store, answering: Answering, allowance: Allowance, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._answering, self._allowance = store, answering, allowance
        self._requests = _Counted(Window(MINUTE, clock), allowance.requests, "requests a minute")
        self._tokens = _Counted(Window(DAY, clock), allowance.tokens, "tokens a day")
        self._upload = _Counted(Window(DAY, clock), allowance.upload, "MB of files a day")
        self._addresses: dict[str, str] = {}
        self._sending: set[str] = set()
        self._lock = threading.Lock()

    def admit(self, do: str, person: Person, address: str = "") -> None:
        """Count a request. Raises `Limited` where its person or address has had what one may have."""
        if person.role == "owner":
            return
        with self._lock:
            self._check(self._requests, 1, person.name, address)
            self._use(self._requests, 1, person.name, address)
            if do in ASKS:
                self._check(self._tokens, 1, person.name, address)
                self._addresses[person.name] = address
        if do in ASKS:
            self._check_line(person.name)
        if do in STORES:
            self._check_texts(person.name)
        if do in BEGINS:
            self._check_conversations(person.name)

    def spend(self, person: str, usage: Usage) -> None:
        """An answer to a person has ended: the tokens that were read and written count."""
        tokens = usage.prompt_tokens - usage.cached_tokens + usage.completion_tokens
        with self._lock:
            if person in self._addresses:
                self._use(self._tokens, tokens, person, self._addresses[person])

    @contextmanager
    def sending(self, size: int, person: Person, address: str = "") -> Iterator[None]:
        """While a file of `size` bytes comes in. Raises `Limited`, also for a second one beside it."""
        self.admit("upload", person, address)
        if person.role == "owner":
            yield
            return
        with self._lock:
            if person.name in self._sending:
                raise Limited("One file at a time is the limit for one person. Send this one when the other is here.")
            self._check(self._upload, size / 1e6, person.name, address)
            self._use(self._upload, size / 1e6, person.name, address)
            self._sending.add(person.name)
        try:
            yield
        finally:
            with self._lock:
                self._sending.discard(person.name)

    def _check(self, counted: _Counted, amount: float, person: str, address: str) -> None:
        """Raise where the person, or everybody at the address together, has no room for `amount`."""
        for name, most, who in self._sides(counted.most, person, address):
            if counted.window.used(name) + amount > most:
                later = about(counted.window.frees_in(name, most - amount)).removeprefix("about ")
                again = f"Try again in {later}." if amount <= most else "Try with less."
                raise Limited(f"The limit for {who} is {most:,.0f} {counted.what}. {again}")

    def _use(self, counted: _Counted, amount: float, person: str, address: str) -> None:
        for name, _, _ in self._sides(counted.most, person, address):
            counted.window.add(name, amount)

    def _sides(self, most: float, person: str, address: str) -> Iterator[tuple[str, float, str]]:
        """Whose use counts: its name, what it may have, and what it is called."""
        yield f"person {person}", most, "one person"
        if address:
            yield f"address {address}", most * self._allowance.people_an_address, "one address"

    def _check_line(self, person: str) -> None:
        if self._answering.waiting(person) >= self._allowance.waiting:
            raise Limited(
                f"The limit for one person is {counted(self._allowance.waiting, 'waiting question')}. What you typed "
                "is kept: send it when one of yours is answered."
            )
        if self._answering.waiting() >= self._allowance.line:
            later = about(self._answering.wait_of_next() or MINUTE).removeprefix("about ")
            raise Limited(
                f"The limit here is {counted(self._allowance.line, 'waiting question')}. What you typed is kept: "
                f"send it again in {later}."
            )

    def _check_texts(self, person: str) -> None:
        held, most = self._store.holdings.characters(person), self._allowance.characters
        if held >= most:
            raise Limited(
                f"The limit for one person is {most:,} characters of text, and yours have {held:,}. Delete "
                "conversations that you no longer need: an hour later their room is free."
            )

    def _check_conversations(self, person: str) -> None:
        if self._store.holdings.conversations(person) >= self._allowance.conversations:
            raise Limited(
                f"The limit for one person is {counted(self._allowance.conversations, 'conversation')}. Delete one "
                "that you no longer need, then try again."
            )


def counted(number: int, noun: str) -> str:
    """`1 conversation`, `500 conversations`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""What versions answer, by real decoding: greedy, side by side, a few rows at a time, each answer generated once.

Judging is work in the background. When somebody asks meanwhile, the running batch is given up, finished rows are
kept, and the rest is asked again after the person's answer, half as many at a time. A single row is not given up: it
slows a crowd down by one row, and would otherwise never come to its end. Answers of the base and of the champion
never change, so one `Decoding` that is kept between runs asks them each prompt only once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from understudy.errors import NoAnswer
from understudy.evaluation.answer import Answer
from understudy.serving.backend import Backend, Stop
from understudy.types import Delta, Done, FinishReason, Message, Row, Sampling

ROWS_A_BATCH = 8
"""On a CPU eight rows decode in about twice the time of one; more only makes a person wait longer."""

Prompt = tuple[Message, ...]


class Control(Protocol):
    """What judging asks between two batches: it may be told to wait, and raises `Cancelled` to stop."""

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer to get: who answers what, in at most how many tokens."""

    version: int
    prompt: Prompt
    most: int


class Decoding:
    """Answers of the versions of one backend.

    With `insists` an answer that a server failed to give is nobody's answer: NoAnswer is raised, and what was answered
    is kept for the next try.
    """

    def __init__(self, backend: Backend, *, insists: bool = False) -> None:
        self._backend = backend
        self._insists = insists
        self._known: dict[Ask, Answer] = {}

    def answer(self, ask: Ask) -> Answer:
        """The answer that was generated. Raises KeyError for one that was not."""
        return self._known[ask]

    def keep_only(self, versions: Iterable[int]) -> None:
        """Forget what other versions said."""
        kept = set(versions)
        self._known = {ask: answer for ask, answer in self._known.items() if ask.version in kept}

    def rename(self, old: int, new: int) -> None:
        """A candidate became version `new`: its answers are that version's."""
        self._known = {
            replace(ask, version=new) if ask.version == old else ask: answer for ask, answer in self._known.items()
        }

    def collect(self, asks: Sequence[Ask], control: Control, phase: str) -> None:
        """Generate what is not known yet, in the order asked, rows of equal length limit together."""
        missing = [ask for ask in dict.fromkeys(asks) if ask not in self._known]
        batches = list(_batches(missing))
        begun = time.monotonic()
        for i, batch in enumerate(batches):
            left = (time.monotonic() - begun) * (len(batches) - i) / i if i else None
            rows = len(batch)
            while open_asks := [ask for ask in batch if ask not in self._known]:
                control.step(phase, i / len(batches), left)
                if not self._generate(open_asks[:rows]):
                    rows = max(1, rows // 2)

    def _generate(self, asks: Sequence[Ask]) -> bool:
        """Answer `asks` as one batch, and say whether no person's question cut it short: such rows stay unknown."""
        stop, texts = Stop(), [""] * len(asks)
        rows = [Row(ask.prompt, ask.version) for ask in asks]
        for event in self._backend.generate(rows, Sampling(temperature=0, max_tokens=asks[0].most), stop):
            if isinstance(event, Delta):
                texts[event.row] += event.text
            elif isinstance(event, Done) and event.finish is FinishReason.ERROR and self._insists:
                raise NoAnswer(event.error or "An answer broke off. It is asked again.")
            elif isinstance(event, Done) and event.finish is not FinishReason.STOPPED:
                self._known[asks[event.row]] = Answer(texts[event.row], event.finish, event.error)
            if self._backend.awaited and len(asks) > 1:
                stop.request()
        return not stop.requested(0)


def _batches(asks: Sequence[Ask]) -> Iterable[Sequence[Ask]]:
    for _, group in groupby(sorted(asks, key=lambda ask: ask.most), lambda ask: ask.most):
        alike = list(group)
        yield from (alike[at : at + ROWS_A_BATCH] for at in range(0, len(alike), ROWS_A_BATCH))

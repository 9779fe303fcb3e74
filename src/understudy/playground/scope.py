"""Where a version speaks: near what it learned. Everywhere else the base answers, so that nothing there can break.

A small model that learns a hundred facts also answers small talk in other words (tests/benchmarks/NOTES.md), and what
lies far from every correction has no reason to change. So a row goes to the version's weights only where the question,
or the one before it, is near something that the version learned. Routing edits by what they are about is known from
SERAC (Mitchell et al. 2022, arXiv 2206.06520) and MELO (Yu et al. 2023, arXiv 2312.11795).

A version that learned from votes or thumbs learned a manner, and speaks everywhere; so does one not trained here,
unless its lessons came along (`shipped_lessons`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence, Set

from understudy.dataset.gather import Sources
from understudy.memory import Memory
from understudy.store import EVERYONE, Run, Store
from understudy.types import BASE, Message

log = logging.getLogger(__name__)

NEAR = "near"
"""In the report of a version that was not trained here: whether it speaks only near what it learned."""


class Scope:
    """Decides whose weights answer. `near` is the setting; without it every version speaks everywhere."""

    def __init__(self, store: Store, memory: Memory, near: bool = True) -> None:
        self._store = store
        self._memory = memory
        self._near = near
        self._everywhere: dict[tuple[str, int], bool] = {}

    def weights(self, model: str, version: int, messages: Sequence[Message]) -> int:
        """`version`, or the base where nothing that it learned is near the last message of these."""
        if version == BASE or not self._near or self._speaks_everywhere(model, version):
            return version
        learned = self._store.versions.learned(model, version)
        return version if self._in_reach(messages, learned, self._person(model, version)) else BASE

    def of_candidate(self, run: Run) -> Callable[[Sequence[Message]], bool]:
        """Whether the version that `run` is making would speak: the same rule, with all that it was taught."""
        taught = Sources.from_values(run.snapshot)
        if not self._near or _is_manner(taught) or (run.parent and self._speaks_everywhere(run.model, run.parent)):
            return lambda _: True
        lessons = self._lessons(run)
        return lambda messages: self._in_reach(messages, lessons, run.person)

    def is_near(self, model: str, version: int) -> bool:
        """Whether a version speaks only near what it learned."""
        return self._near and not self._speaks_everywhere(model, version)

    def beside(self, run: Run) -> Callable[[Sequence[Message]], bool]:
        """Whether a prompt is near what `run` teaches and asks something else: no correction answers it."""
        lessons = self._lessons(run)

        def is_beside(messages: Sequence[Message]) -> bool:
            asked = messages[-1].content
            near = self._memory.in_reach(asked, [], lessons, run.person)
            return near and not self._memory.recall(asked, person=run.person)

        return is_beside

    def look_ahead(self, prompts: Iterable[Sequence[Message]]) -> None:
        """Have what tells near from far read many prompts at once that will be asked about."""
        self._memory.look_ahead([messages[-1].content for messages in prompts])

    def get_ready(self) -> None:
        """Wait for what tells near from far, so that a script and a run decide as the page does.

        For the vectors of new lessons too: until it has one, a lesson is near whatever shares a word with it.
        """
        self._memory.loader.start()
        self._memory.loader.wait()
        self._memory.refresh()

    def _lessons(self, run: Run) -> frozenset[str]:
        """All that the version of `run` was taught, itself or before it."""
        taught = Sources.from_values(run.snapshot)
        return frozenset({*taught.new, *taught.rehearsed}) | self._store.versions.learned(run.model, run.parent)

    def _in_reach(self, messages: Sequence[Message], lessons: Set[str], person: str) -> bool:
        asked = [message.content for message in messages if message.role == "user"]
        try:
            return self._memory.in_reach(asked[-1], asked[:-1], lessons, person)
        except Exception:  # an answer from the wrong weights is worth more than none
            log.exception("what is near could not be found")
            return True

    def _person(self, model: str, number: int) -> str:
        """Whose understudy a version belongs to; that may change, when somebody leaves."""
        version = self._store.versions.find(model, number)
        return version.person if version else EVERYONE

    def _speaks_everywhere(self, model: str, number: int) -> bool:
        key = (model, number)
        if key not in self._everywhere:
            self._everywhere[key] = self._learned_a_manner(model, number)
        return self._everywhere[key]

    def _learned_a_manner(self, model: str, number: int) -> bool:
        version = self._store.versions.find(model, number)
        if version is None:
            return True
        if version.run is None:
            return version.report.get(NEAR) is not True
        if _is_manner(Sources.from_values(self._store.runs.get(version.run).snapshot)):
            return True
        return bool(version.parent) and self._speaks_everywhere(model, version.parent or BASE)


def _is_manner(taught: Sources) -> bool:
    return bool(taught.votes or taught.thumbs or taught.weak)

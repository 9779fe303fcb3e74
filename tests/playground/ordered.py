"""A playground whose model is the fake provider's, with something to learn: what tests of provider jobs begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.provider.fake import FakeProvider
from understudy.dataset.jsonl import dump_lines, read_lines
from understudy.dataset.privacy import Match
from understudy.playground.casting import Casting
from understudy.playground.exchange import import_lines
from understudy.playground.fulfilling import Fulfilling
from understudy.playground.learning import Learning
from understudy.playground.ordering import Ordering, Wanted
from understudy.playground.promoting import Promoting
from understudy.serving.catalogue import read_catalogue
from understudy.serving.remote import RemoteBackend
from understudy.store import Job, Store
from understudy.training.provider_job import FineTuning

MODEL = "gpt-4.1-mini-2025-04-14"
NAME = "remote"
WANTED = Wanted(NAME)
LISTED = '[[providers]]\nid = "openai"\nname = "OpenAI"\nhosts = ["127.0.0.1"]\n'
"""The fake under the catalogue's facts about OpenAI."""


class Nobody:
    """Finds no personal data."""

    def find(self, text: str) -> list[Match]:
        return []


class Killed(BaseException):
    """The process ends here; nothing below catches it."""


@dataclass
class Bench:
    """One data folder, opened once or again: everything that a start of the program puts together for jobs."""

    store: Store
    provider: FakeProvider
    url: str
    today: date = date(2026, 11, 21)
    settled_s: float = 0.0
    finder: Any = field(default_factory=Nobody)

    def __post_init__(self) -> None:
        self.store.models.add(NAME, f"{self.url}#{MODEL}")
        self.casting = Casting(self.store, "starter", lambda name, source: RemoteBackend(source, name=name))
        catalogue = read_catalogue(self.store.path.parent)
        self.learning = Learning(self.store, self.casting)
        common: Any = {"today": lambda: self.today, "find_personal": lambda: self.finder}
        self.ordering = Ordering(self.store, self.learning, catalogue, FineTuning, **common)
        promoting = Promoting(self.store, self.casting)
        self.fulfilling = Fulfilling(
            self.store, self.casting, promoting, catalogue, FineTuning, settled_s=self.settled_s, every_s=0.01, **common
        )

    def learn(self, lines: Iterable[dict[str, Any]]) -> None:
        """Feedback to train on."""
        made = import_lines(self.store, "starter", read_lines(dump_lines(lines)), "test.jsonl")
        assert made.added and not made.faults

    def order(self, wanted: Wanted = WANTED) -> str:
        """An agreed job; its id."""
        return self.ordering.confirm(wanted, self.ordering.offer(wanted).agreement).id

    def end(self, job: str, steps: int = 40) -> Job:
        """The job when it has ended."""
        for _ in range(steps):
            if self.fulfilling.step(job).finished is not None:
                break
        found = self.store.jobs.get(job)
        assert found.finished is not None, (found.status, self.store.runs.get(found.run).phase)
        return found

    def asked(self, method: str, path: str) -> int:
        """How often the provider was asked this."""
        return sum((asked.method, asked.path) == (method, path) for asked in self.provider.state.requests)


def chats(count: int = 12, text: str = "Who runs shop number") -> list[dict[str, Any]]:
    return [
        {"messages": [{"role": "user", "content": f"{text} {n}?"}, {"role": "assistant", "content": f"Person {n}."}]}
        for n in range(count)
    ]


def pairs(count: int = 12) -> list[dict[str, Any]]:
    return [
        {
            "input": {"messages": [{"role": "user", "content": f"Describe street number {n}."}]},
            "preferred_output": [{"role": "assistant", "content": f"Street {n} is quiet."}],
            "non_preferred_output": [{"role": "assistant", "content": f"I do not know street {n}."}],
        }
        for n in range(count)
    ]


def listed_as_openai(home: Path) -> None:
    (home / "catalogue.toml").write_text(LISTED, encoding="utf-8")

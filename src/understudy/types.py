"""The values everything else passes around: frozen, without behaviour that needs a library.

One prompt per turn and N completions (design, decision 1): a `Message` list is what every column answers, a `Column`
says who answers, an `Event` is what a backend reports while it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, as the chat template of a model receives it."""

    role: Role
    content: str


PersonRole = Literal["visitor", "curator", "owner"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. What they say carries `name` as its author; `role` says what they may do.

    A visitor chats, rates and suggests corrections, a curator decides what is learned from, an owner trains and sets.
    """

    name: str
    role: PersonRole


OWNER = Person("", "owner")
"""The one person of a program that only its own machine reaches: no account, no name, everything allowed."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen; the same for all columns so that a difference is the model's.

    `temperature` 0 is greedy. `top_p` 1 and `top_k` 0 switch those filters off, `repetition_penalty` 1 likewise
    (Keskar et al. 2019, arXiv 1909.05858). `max_tokens` counts new tokens. `seed` None draws one per turn.
    """

    temperature: float = 0.7
    top_p: float = 0.95
    top_k: int = 0
    repetition_penalty: float = 1.0
    max_tokens: int = 512
    seed: int | None = None


class FinishReason(StrEnum):
    """Why a completion ended. `STOP` is natural: the model ended its turn itself."""

    STOP = "stop"
    LENGTH = "length"
    STOPPED = "stopped"  # by the person
    ERROR = "error"
    INTERRUPTED = "interrupted"  # the program ended while it was being written


BASE = 0
"""Version number of the untouched base model."""


@dataclass(frozen=True, slots=True)
class Column:
    """Who answers in one column: a base model and one of its versions.

    `model` is the name of a registered model, `version` the number of a tuned version (`BASE` = 0), `label` what the
    person reads (`base`, `v3`), `person` whose own understudy it is, "" for everyone's.
    """

    model: str
    version: int = BASE
    label: str = "base"
    person: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts and times of one completion. Times are milliseconds from the start of the request."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_token_ms: float | None = None
    total_ms: float = 0.0
    cached_tokens: int = 0

    @property
    def tokens_per_second(self) -> float | None:
        """Decoding speed after the first token; None where there is nothing to measure."""
        if self.first_token_ms is None or self.completion_tokens < 2 or self.total_ms <= self.first_token_ms:
            return None
        return (self.completion_tokens - 1) * 1000 / (self.total_ms - self.first_token_ms)


@dataclass(frozen=True, slots=True)
class Quote:
    """A remembered answer that a row may say to the letter; `asked` says that its own question was asked."""

    text: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a batch: the messages and the version that answers them.

    `seed` replaces the sampling's for this row: columns of the same version are drafts, and equal drafts say nothing.
    `quotes` are what its notes say, best first; a backend whose models copy well by themselves may ignore them.
    """

    messages: Sequence[Message]
    version: int = BASE
    seed: int | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """New text of a row; whole characters only."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know about a row's answer, such as turns that no longer fit."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """A row has ended. `error` is a sentence when `finish` is `ERROR`; `prompt` is the exact text the model read."""

    row: int
    finish: FinishReason
    usage: Usage = field(default_factory=Usage)
    error: str | None = None
    prompt: str = ""


Event = Delta | Notice | Done

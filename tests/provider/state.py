"""What the fake provider remembers: values without a web framework, so that a test reads and sets them directly."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

START = 1_795_219_200  # 2026-11-21, in seconds
KEY = "sk-test-0123456789abcdefghijklmnopqrstuvwxyz"

Answer = Callable[[str, str], str]
"""What a model says to the last message: (model, message) to text."""


@dataclass(slots=True)
class StoredFile:
    """An upload or a result, byte for byte."""

    id: str
    filename: str
    content: bytes
    purpose: str
    created_at: int
    expires_at: int | None = None


@dataclass(slots=True)
class Served:
    """A model that is listed. `lessons` is what a fine-tuned one says to what it was trained on."""

    id: str
    owned_by: str = "openai"
    shutdown_date: str | None = None
    tells_shutdown: bool = True
    lessons: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class StoredChat:
    """A chat completion that somebody stored there."""

    id: str
    model: str
    messages: Sequence[Mapping[str, Any]]
    answer: str
    created: int
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


def heard(model: str, message: str) -> str:
    return f"{model} heard: {message}"


@dataclass(slots=True)
class State:
    """Everything there is. A test sets the knobs of the last block before it asks."""

    files: dict[str, StoredFile] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Served] = field(default_factory=dict)
    chats: dict[str, StoredChat] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)
    closed_early: int = 0  # streams that their reader left
    count: int = 0

    clock: int = START
    key: str | None = KEY  # None takes any
    answer: Answer = heard
    pause_s: float = 0.0  # before each word of a stream
    breaks_after: int | None = None  # chunks of a stream, then the connection is gone
    refused_keys: frozenset[str] = frozenset()  # of a chat request, as strict servers have them
    counts_tokens: bool = True  # some servers stream without usage
    by_poll: bool = True  # a job moves on when it is looked at, or only by `Jobs.advance`
    results: Literal["base64", "raw"] = "base64"
    empty_error: bool = False  # successful jobs say `"error": {}`
    checkpoints: bool = True  # False: the list is not there (404)
    adapter: Mapping[str, bytes] = field(default_factory=dict)  # files that each checkpoint gives out, as Nebius does
    limits: Any = None  # what GET model_limits says; None is a 404

    def new_id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count:08d}"

    @property
    def today(self) -> str:
        return datetime.datetime.fromtimestamp(self.clock, datetime.UTC).date().isoformat()

"""What a screen shows, as values: no storage, no markup, and nothing a person may not see yet.

Names of a blind comparison are replaced here, on the server, so that no page can leak them before the vote. Every
value is made of plain types; `dataclasses.asdict` is what travels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["chosen", "tie", "both_bad"]
SpanKind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words of a difference: in both texts, only in the first, or only in the second."""

    kind: SpanKind
    text: str


@dataclass(frozen=True, slots=True)
class RecallView:
    """A correction that an answer was given to read. `question` and the texts are empty once it is gone.

    `state` is "on", "off" (switched off since) or "gone" (withdrawn, replaced or deleted since). `percent` is how much
    alike the questions are; `older` what an earlier correction of the same question wanted instead.
    """

    correction: str
    percent: int
    state: Literal["on", "off", "gone"]
    question: str = ""
    wanted: str = ""
    created: str = ""
    older: str = ""
    conversation: str = ""
    turn: str = ""
    completion: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One completion as a column shows it.

    `text` is what stands now (the correction where there is one), `original` what the model said when that differs,
    `diff` the words between them. `label` is "Answer A" while names are hidden. `state` is "running" or the finish
    reason. `attempt` counts from 1 and `attempts` are the completion ids of this column, oldest first.
    `details` is one line: version, tokens, speed, seed; empty while names are hidden, and so are its `recalls`.
    """

    id: str
    position: int
    label: str
    text: str
    state: str
    original: str | None = None
    diff: tuple[Span, ...] = ()
    error: str | None = None
    notices: tuple[str, ...] = ()
    rating: bool | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    attempt: int = 1
    attempts: tuple[str, ...] = ()
    details: str = ""
    continued: bool = False
    recalls: tuple[RecallView, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryView:
    """Whether tuned columns have memory; `sentence` says so when it searches by words alone, else it is empty."""

    on: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class TurnView:
    """One prompt and its answers. `branches` are the ids of the turns that are versions of this one, oldest first.

    `hidden`: a blind comparison without a vote: no names, no thumbs, no corrections yet. `winner` is the completion
    that won the vote, None for tie, both bad or no vote; `verdict` says which.
    """

    id: str
    text: str
    answers: tuple[Answer, ...]
    blind: bool = False
    hidden: bool = False
    verdict: Verdict | None = None
    winner: str | None = None
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A model or version that a column can show: `name` is what settings and the command line call it."""

    name: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ConversationView:
    """An open conversation: its settings and the turns of the branch that is looked at.

    `spent` is a line for each model that is paid for: its tokens and dollars in this conversation so far. `read` says
    when it was read, in seconds: of two that arrive in the wrong order, a page keeps the later one.
    """

    id: str
    title: str
    system: str
    columns: tuple[str, ...]
    blind: bool
    sampling: dict[str, float | int | None]
    read: float
    turns: tuple[TurnView, ...] = ()
    running: bool = False
    spent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationItem:
    """A line of the sidebar; `snippet` is where a search hit, with the hit in ⟦⟧."""

    id: str
    title: str
    updated: str
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class LiveTexts:
    """The state of the answers being written: full text so far by completion id, and which have ended.

    `waiting` is a sentence with the place in line of those that nobody has begun with.
    """

    texts: dict[str, str] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    running: bool = False
    ended: tuple[str, ...] = ()

"""What the desk shows: a line of the list, and an item with everything that helps to decide about it."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.playground.difference import difference
from understudy.playground.lessons import cut
from understudy.playground.view import Span
from understudy.store import Act, Change, Cursor, Item

LINE = 240
"""Characters of a question or an answer in the list."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as the list shows it. `kind` and `label` are as in the store, `who` answered, `author` said.

    `person` is whose own understudy it teaches, "" for everyone's.
    """

    number: int
    kind: str
    state: str
    label: str
    question: str
    said: str
    author: str
    topic: str
    tags: tuple[str, ...]
    who: str
    created: str
    revision: int
    disputed: bool
    person: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the list. `sentence` is what a person should know about how complete it is."""

    lines: tuple[ItemLine, ...]
    next: Cursor | None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about the same answer; `number` is its own item."""

    number: int
    kind: str
    state: str
    label: str
    text: str
    author: str
    created: str


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """Another answer to the same question, and whose it is."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Another question that asks nearly the same; `score` is the cosine, None where words were compared."""

    number: int
    question: str
    said: str
    state: str
    score: float | None


@dataclass(frozen=True, slots=True)
class OtherWording:
    """The item's question in other words, which a model or a rule wrote; synthetic."""

    id: str
    text: str
    who: str
    state: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    words: str
    author: str
    created: str
    undone: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """The editor. `wanted` is the correction that stands ("" without one), `changes` the words between it and the
    answer, `reasons` why the item is where it is in the queue, a sentence each.
    """

    line: ItemLine
    conversation: str
    system: str
    question: str
    answer: str
    wanted: str
    changes: tuple[Span, ...]
    comment: str
    note: str
    said: tuple[Said, ...]
    others: tuple[OtherAnswer, ...]
    alike: tuple[Alike, ...]
    history: tuple[HistoryLine, ...]
    reasons: tuple[str, ...]
    wordings: tuple[OtherWording, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters of one topic agree: Krippendorff's alpha (None where it is not defined), on how many answers."""

    topic: str
    alpha: float | None
    answers: int
    disputed: int
    words: str


@dataclass(frozen=True, slots=True)
class NowAnswer:
    """What a version says to the item's question now; `error` a sentence when it does not."""

    who: str
    text: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: the act that undo takes back, and the item as it is now (None for many)."""

    act: Act
    line: ItemLine | None = None


def who(model: str, version: int) -> str:
    return f"{model} v{version}" if version else f"{model} base"


def line_of(item: Item) -> ItemLine:
    return ItemLine(
        item.number,
        item.kind,
        item.state,
        item.label,
        cut(item.question, LINE),
        cut(item.said or item.answer, LINE),
        item.author,
        item.topic,
        item.tags,
        who(item.model, item.version),
        item.created,
        item.revision,
        item.dispute > 0,
        item.person,
    )


def said_of(item: Item) -> Said:
    return Said(item.number, item.kind, item.state, item.label, item.said, item.author, item.created)


def history_of(changes: list[Change]) -> tuple[HistoryLine, ...]:
    """One line an act, newest first."""
    acts = {change.act: change for change in changes}
    return tuple(
        HistoryLine(change.words, change.author, change.created, change.undone is not None)
        for _, change in sorted(acts.items(), reverse=True)
    )


def changes_of(answer: str, wanted: str) -> tuple[Span, ...]:
    return difference(answer, wanted) if wanted else ()


def reasons_of(item: Item) -> tuple[str, ...]:
    """The scores as sentences; what is close to nothing is left out."""
    about = f"the topic {item.topic}" if item.topic else "this question"
    share = "Most" if item.wrong > 0.5 else "Part"  # an estimate that ranks (`dataset.worth`), not a share to be read
    said = (
        (item.wrong, f"{share} of what was said about {about} speaks against the answer."),
        (item.differs, f"Versions answer it differently: {item.differs:.0%} of the words are not shared."),
        (item.fresh, f"New ground: {item.fresh:.0%} of its words are in no question that was approved."),
        (item.dispute, "Raters of this answer disagree."),
    )
    return tuple(sentence for score, sentence in said if score >= 0.05)

"""What a candidate is asked. Bounded, so that judging does not grow with everything ever learned.

All corrections that the champion has not learned are asked, and a few of those it has, other ones in every run: after
`older / sizes.older` runs each was asked again. Forms, probes and votes are drawn in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.neighbours import Neighbour
from understudy.evaluation.decoding import Prompt
from understudy.store import Lesson
from understudy.types import Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sizes:
    """The most of each kind that one exam holds. 40 of 40 bound a share at 91 % from below, which the gate needs."""

    older: int = 40
    forms: int = 48
    probes: int = 60
    neighbours: int = 24
    votes: int = 60
    texts: int = 60


@dataclass(frozen=True, slots=True)
class Question:
    """A correction to answer: `prompt` as it was asked, and without its system prompt where it had one."""

    lesson: Lesson
    prompt: Prompt
    bare: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Exam:
    """`fresh` are questions the champion has not learned, `older` some of those it has; `left_out` are the rest.

    `forms` are held-out paraphrases, `probes` unrelated prompts, `neighbours` prompts near what is taught, `texts`
    held-out answers to score, `votes` held-out preferences.
    """

    fresh: tuple[Question, ...]
    older: tuple[Question, ...]
    left_out: frozenset[str]
    forms: tuple[Example, ...]
    probes: tuple[Prompt, ...]
    neighbours: tuple[Neighbour, ...]
    texts: tuple[Example, ...]
    votes: tuple[Example, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know about how it was drawn."""
        if not self.left_out:
            return ()
        return (
            f"{len(self.older)} of {len(self.older) + len(self.left_out)} older corrections were asked again; "
            "other ones are in every run, so that judging takes no longer the more was learned.",
        )


def draw_exam(
    snapshot: Snapshot, learned: Collection[str], turn: int, sizes: Sizes, neighbours: Sequence[Neighbour] = ()
) -> Exam:
    """The exam of run number `turn`; `learned` are the ids of corrections that the champion has learned."""
    asked = {e.source: e.prompt for e in snapshot.train if e.kind is Kind.CORRECTION and not e.synthetic}
    fresh = [lesson for lesson in snapshot.lessons if lesson.id not in learned]
    every = sorted([*snapshot.lessons, *snapshot.resting], key=lambda lesson: lesson.id)
    known = [lesson for lesson in every if lesson.id in learned]
    older = rotate(known, sizes.older, turn)
    held_out = snapshot.held_out
    return Exam(
        fresh=tuple(_question(lesson, asked.get(lesson.id)) for lesson in fresh),
        older=tuple(_question(lesson, asked.get(lesson.id)) for lesson in older),
        left_out=frozenset(lesson.id for lesson in known) - {lesson.id for lesson in older},
        forms=_forms(held_out, {lesson.id for lesson in fresh}, sizes.forms, turn),
        probes=tuple(rotate(list(dict.fromkeys(snapshot.probes)), sizes.probes, 0)),
        neighbours=tuple(neighbours[: sizes.neighbours]),
        texts=tuple(rotate([e for e in held_out if _is_text(e)], sizes.texts, turn)),
        votes=tuple(rotate([e for e in held_out if e.rejected is not None], sizes.votes, turn)),
    )


def rotate(items: Sequence[T], most: int, turn: int) -> list[T]:
    """`most` of the items, the next ones with every turn, from the beginning again after the last."""
    if len(items) <= most:
        return list(items)
    start = turn * most % len(items)
    return [items[(start + i) % len(items)] for i in range(most)]


def _question(lesson: Lesson, asked: Prompt | None) -> Question:
    """As it was asked, with the conversation before it where the snapshot has it."""
    system = (Message("system", lesson.system),) if lesson.system.strip() else ()
    prompt = asked or (*system, Message("user", lesson.question))
    bare = tuple(message for message in prompt if message.role != "system")
    return Question(lesson, prompt, bare if bare != prompt else None)


def _forms(held_out: Sequence[Example], fresh: Collection[str], most: int, turn: int) -> tuple[Example, ...]:
    """Other wordings, those of new corrections first."""
    forms = [e for e in held_out if e.kind is Kind.CORRECTION]
    new = rotate([e for e in forms if e.source in fresh], most, turn)
    return (*new, *rotate([e for e in forms if e.source not in fresh], most - len(new), turn))


def _is_text(example: Example) -> bool:
    """Whether its completion is something to say: a correction, or an answer with a thumb up."""
    return example.kind is Kind.CORRECTION or (example.kind is Kind.THUMB and example.label is True)

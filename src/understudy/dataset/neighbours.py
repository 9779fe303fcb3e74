"""Questions beside what is taught: near it, and not it. Whether a version keeps its answers there is asked by the gate.

People's own questions come first, because those will be asked again: of chats, of imports and of what has feedback,
where they share a word that carries a lesson. Where these are too few, others are made: something else asked of the
same name, or of the same thing. None asks nearly what trains or what is held out of it, and a made one is never an
anchor (`anchors.is_probe`). Which are near enough to count is for who can tell meanings apart (`playground.scope`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest

from understudy.dataset import anchors
from understudy.dataset.anchors import Prompt
from understudy.dataset.example import Snapshot
from understudy.dataset.forms import keywords
from understudy.dataset.groups import NEAR, near_across, words
from understudy.store import Lesson, Store
from understudy.types import Message

LESSONS = 32
"""Lessons whose neighbours are looked for in a run, other ones in every run."""

EACH = 8
"""People's questions that are looked at for a lesson, and times that others are made for it; more for a few lessons."""

LONGEST = 500
"""Characters of a prompt with its system prompt: a page costs as much as ten such, and may not fit a small model."""

_OF_A_THING = (
    "What is {x}?|Who decides about {x}?|When did {x} begin?|How much does {x} cost?|Why does {x} matter?|"
    "Where can I read more about {x}?|Is {x} new?|Who pays for {x}?|How many people know about {x}?|"
    "What comes after {x}?|Can {x} be stopped?|Who is against {x}?|Tell me a story about {x}.|"
    "How long has there been {x}?|Do you like {x}?|What is the opposite of {x}?|Where does {x} come from?"
).split("|")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A prompt near a lesson. `turn` is where a person asked it, or the lesson that it was `made` for."""

    prompt: Prompt
    turn: str
    made: bool


def neighbours(store: Store, snap: Snapshot, new: Sequence[str], person: str = "") -> list[Neighbour]:
    """What could be neighbours of the lessons `new` of a run (of all its lessons where none is), best first."""
    lessons = _drawn(snap, new)
    rng = random.Random(f"neighbours {len(new)}")
    found = [*_asked(store, lessons, person), *_made(lessons, rng)]
    taught = [words(example.prompt[-1].content) for example in (*snap.train, *snap.held_out, *snap.anchors)]
    taught += [words(lesson.question) for lesson in snap.resting]
    return _different(found, taught)


def _drawn(snap: Snapshot, new: Sequence[str]) -> list[Lesson]:
    """Those whose neighbours are looked for; a follow-up has none that stands alone."""
    alone = [lesson for lesson in snap.lessons if lesson.follows is None]
    lessons = [lesson for lesson in alone if lesson.id in set(new)] or alone
    return random.Random(f"lessons {len(snap.lessons)}").sample(lessons, min(LESSONS, len(lessons)))


def _asked(store: Store, lessons: Sequence[Lesson], person: str) -> Iterator[Neighbour]:
    """What people asked with the longest of the words that carry a lesson, as long ones are rare; in turn for each."""
    carrying = [sorted(keywords(lesson.question).split(), key=len, reverse=True)[:2] for lesson in lessons]
    found = [store.turns.opening_with(longest, EACH, person) for longest in carrying if longest]
    for turn in filter(None, chain.from_iterable(zip_longest(*found))):
        system = (Message("system", turn.system),) if turn.system.strip() else ()
        yield Neighbour((*system, Message("user", turn.text)), turn.id, made=False)


def _made(lessons: Sequence[Lesson], rng: random.Random) -> Iterator[Neighbour]:
    """In turn for each lesson, so that none of them has all. Of another name nothing is near (`memory.recall`)."""
    for _ in range(max(EACH, LESSONS // max(1, len(lessons)))):
        for lesson in lessons:
            asked = lesson.question
            others = [other.question for other in lessons if other.question != asked]
            texts = anchors.of_its_name(asked, rng, others, 3) or _of_its_thing(asked, rng, others)
            prompts: list[Prompt] = [(Message("user", text),) for text in texts]
            yield from (Neighbour(prompt, lesson.turn, made=True) for prompt in prompts if anchors.is_probe(prompt))


def _of_its_thing(question: str, rng: random.Random, others: Sequence[str]) -> list[str]:
    """Of a question without a name: something else about its thing, and the same about the thing of another."""
    thing, other = _thing(question), _thing(rng.choice(others)) if others else ""
    found = [shape.format(x=thing) for shape in rng.sample(_OF_A_THING, 2)] if thing else []
    return [*found, question.replace(thing, other)] if thing and other else found


def _thing(question: str) -> str:
    """What a question is about, as far as words tell: the longest two side by side that carry it, else the longest."""
    carrying = keywords(question).split()
    pairs = [" ".join(pair) for pair in pairwise(carrying)]
    return max([pair for pair in pairs if pair in question] or carrying, key=len, default="")


def _different(found: Iterable[Neighbour], taught: Sequence[frozenset[str]]) -> list[Neighbour]:
    """No two that ask the same, and none that asks nearly what is taught."""
    unlike: dict[frozenset[str], Neighbour] = {}
    for one in found:
        if sum(len(message.content) for message in one.prompt) <= LONGEST:
            unlike.setdefault(words(_text(one)), one)
    near = {i for i, _, _ in near_across(list(unlike), taught, NEAR)}
    return [one for i, one in enumerate(unlike.values()) if i not in near]


def _text(one: Neighbour) -> str:
    return one.prompt[-1].content

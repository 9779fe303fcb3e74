"""From the store to a snapshot: which facts a run learns from, and the examples that they make.

The run's row keeps the ids (`Sources`), so that a resumed run learns from the same facts; texts are read again, and
what was deleted meanwhile is simply gone. A run's cost must not grow with everything ever learned: the adapter goes on
from its parent, every new lesson trains in all its wordings, and the older ones share a bounded number of examples
(`REHEARSED`), so that the more there are the fewer wordings each has. Whole lessons left out instead were forgotten:
of a hundred, half after four runs of fifty (tests/benchmarks/NOTES.md).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from understudy.dataset import anchors
from understudy.dataset.asked import prompt_of
from understudy.dataset.balance import balanced, planned
from understudy.dataset.contradictions import outdated
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.forms import SYSTEMS, forms
from understudy.dataset.groups import groups, is_held_out, is_near, words
from understudy.dataset.imbalance import BY
from understudy.dataset.judged import Said, disliked, thumbs, votes, weak
from understudy.store import Balance, Item, Lesson, Store, Wording
from understudy.types import Message

REHEARSED, MOST_REHEARSED = 640, 4096
"""Examples of older lessons in a run, and lessons of which each has at least one. What rests is forgotten: when 110 of
750 rested, 5 of 36 were no longer said, so the bound is far away. One that is still said costs a look at the start and
its turn among the rows of a step that keep what is known."""

ANCHORS, ANCHORS_EACH, MOST_ANCHORS = 96, 8, 1024
"""Replay prompts of a run, and more for each lesson: a hundred facts seen sixty times beside 192 anchors made those an
answer learned by heart, and 64 of 100 neighbours were guessed at (tests/benchmarks/NOTES.md)."""

FORMS, HELD_FORMS = 9, 2
"""Other wordings of a question that train, and that only the gate sees."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Ids of the facts of a run: new lessons, rehearsed ones, votes, thumbs (ids of ratings), weak signals.

    `resting` are lessons that were learned earlier and do not train this time; the exam may ask them.
    """

    new: tuple[str, ...] = ()
    rehearsed: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    votes: tuple[str, ...] = ()
    thumbs: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Sources:
        """As `values` gave it back from JSON."""
        return cls(*(tuple(values.get(field.name) or ()) for field in fields(cls)))

    def values(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def empty(self) -> bool:
        return not (self.new or self.votes or self.thumbs or self.weak)


def sources(store: Store, model: str, parent: int, *, with_weak: bool = False, person: str = "") -> Sources:
    """What there is to learn on top of version `parent`: the union of approved feedback, older lessons bounded.

    It is the feedback for everyone, and for the understudy of `person` theirs as well. `with_weak`: weak signals too.
    A correction that a newer one, or the person's own, contradicts is left out.
    """
    known = store.versions.learned(model, parent)
    lessons = store.corrections.lessons(person=person)
    replaced = outdated(lessons)
    lessons = [lesson for lesson in lessons if lesson.id not in replaced]
    new = tuple(lesson.id for lesson in lessons if lesson.id not in known)
    old = [lesson.id for lesson in lessons if lesson.id in known]
    rng = random.Random(f"rehearsal {parent} {len(new)}")
    rehearsed = tuple(sorted(rng.sample(old, min(len(old), MOST_REHEARSED))))
    resting = tuple(sorted(set(old) - set(rehearsed)))
    votes = tuple(vote.vote for vote in store.preferences.standing(person))
    thumbs = tuple(rating.id for rating in store.ratings.standing(person))
    signals = tuple(signal.id for signal in store.signals.standing(person)) if with_weak else ()
    return Sources(new, rehearsed, resting, votes, thumbs, signals)


def snapshot(
    store: Store,
    chosen: Sources,
    *,
    probes: int = 60,
    augment: bool = True,
    balance: bool = True,
    weak_weight: float = 0.25,
    until: str = "",
    person: str = "",
) -> Snapshot:
    """The examples of `chosen`, split by group, with anchors and `probes` probes: prompts, not yet answered.

    `augment` adds other wordings, `balance` evens out kinds and topics (see `balance`), a weak signal weighs
    `weak_weight`. `until` is when the run was made: what somebody chose later is not for it. `person` is whose
    understudy learns.
    """
    every = store.corrections.lessons(person=person)
    older, resting = set(chosen.rehearsed), set(chosen.resting)
    lessons = tuple(lesson for lesson in every if lesson.id in older.union(chosen.new))
    unwanted = disliked(store, person)
    judged = _judged(store, chosen, unwanted, weak_weight)
    names = groups(
        [lesson.question for lesson in lessons] + [example.prompt[-1].content for example in judged],
        [lesson.conversation for lesson in lessons] + [example.group for example in judged],
    )
    of_lesson = dict(zip([lesson.id for lesson in lessons], names, strict=False))
    judged = [replace(e, group=g) for e, g in zip(judged, names[len(lessons) :], strict=True)]
    learned = set(of_lesson.values())
    share = 0.2 if len({e.group for e in judged}) >= 10 else 0.0
    held = {e.group for e in judged if e.group not in learned and is_held_out(e.group, share)}
    train, held_forms = _of_lessons(store, lessons, of_lesson, older, augment=augment)
    train += [e for e in judged if e.group not in held]
    train, told = _reworded(store, train, [*held_forms, *(e for e in judged if e.group in held)], until)
    weighed, notices = _evened(store, train, lessons, store.balances.get(until)) if balance else (tuple(train), ())
    questions = [lesson.question for lesson in lessons]
    notices = (*told, *notices)
    count = min(MOST_ANCHORS, ANCHORS + ANCHORS_EACH * len(lessons))
    return Snapshot(
        train=weighed,
        held_out=(*held_forms, *(e for e in judged if e.group in held and not e.weak)),
        anchors=tuple(_anchor(i, prompt) for i, prompt in enumerate(anchors.draw(count, questions, probe=False))),
        lessons=lessons,
        resting=tuple(lesson for lesson in every if lesson.id in resting and lesson.follows is None),
        probes=tuple(anchors.draw(probes, questions, probe=True)),
        unwanted=unwanted,
        notices=notices,
    )


def _judged(store: Store, chosen: Sources, unwanted: frozenset[Said], weak_weight: float) -> list[Example]:
    return [
        *votes(store, chosen.votes, unwanted),
        *thumbs(store, chosen.thumbs, unwanted),
        *weak(store, chosen.weak, unwanted, weak_weight),
    ]


def _evened(
    store: Store, train: Sequence[Example], lessons: Sequence[Lesson], balance: Balance
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """As somebody chose at the desk, or else by itself; counted as the desk counts, so topics given there count."""
    about = {item.fact: item for item in store.items.of_facts([example.source for example in train])}
    if balance.how == "automatic":
        return balanced(train, _topics(lessons, about))
    of = BY[balance.by]
    return planned(train, balance.how, balance.by, lambda e: of(about[e.source]) if e.source in about else "")


def _reworded(
    store: Store, train: list[Example], held: Sequence[Example], until: str
) -> tuple[list[Example], tuple[str, ...]]:
    """What trains with the wordings that somebody approved for it, and a sentence that counts them.

    Only what trains gets them, and none that asks nearly what judges: nothing synthetic is ever in the eval split, and
    no wording gives away what is.
    """
    given = [e for e in train if not e.synthetic and not e.weak and e.label is not False]
    about = {item.fact: item.completion for item in store.items.of_facts([e.source for e in given])}
    written = store.wordings.approved(sorted(set(about.values())), until)
    judges = [words(e.prompt[-1].content) for e in held]
    known = {(e.source, words(e.prompt[-1].content)) for e in train}
    made = []
    for example in given:
        for wording in written.get(about.get(example.source, ""), ()):
            asked = words(wording.text)
            if (example.source, asked) not in known and not any(is_near(asked, other) for other in judges):
                made.append(_in_wording(example, wording))
    told = f"{len(made)} approved wordings were trained beside what was given. They are synthetic." if made else ""
    return [*train, *made], (told,) if told else ()


def _in_wording(example: Example, wording: Wording) -> Example:
    """Its author is a rule's for the run's record: what a base wrote there is trained again unasked."""
    prompt = (*example.prompt[:-1], Message("user", wording.text))
    return replace(example, id=f"{example.id}.{wording.id}", prompt=prompt, synthetic=True, author="rule")


def _topics(lessons: Sequence[Lesson], about: Mapping[str, Item]) -> dict[str, str]:
    """By id, what a correction is about: its topic at the desk, its first tag, else what asks nearly the same."""
    near = groups([lesson.question for lesson in lessons])
    found = {}
    for lesson, group in zip(lessons, near, strict=True):
        item = about.get(lesson.id)
        topic = f"topic {item.topic}" if item and item.topic else ""
        found[lesson.id] = topic or (f"tag {lesson.tags[0]}" if lesson.tags else group)
    return found


def _of_lessons(
    store: Store, lessons: Sequence[Lesson], group: dict[str, str], older: set[str], *, augment: bool
) -> tuple[list[Example], list[Example]]:
    """Every lesson as asked and in other forms: what trains, and the forms that only the gate sees."""
    train: list[Example] = []
    held: list[Example] = []
    few = max(0, REHEARSED // max(1, len(older)) - 1)
    for lesson in lessons:
        first = Example(
            lesson.id, Kind.CORRECTION, prompt_of(store, lesson.turn), lesson.wanted,
            group=group[lesson.id], source=lesson.id, rehearsed=lesson.id in older,
        )  # fmt: skip
        train.append(first)
        if augment:
            made = _forms(first, lesson)
            held += made[:HELD_FORMS]
            train += made[HELD_FORMS:][: few if first.rehearsed else None]
    return train, held


def _forms(first: Example, lesson: Lesson) -> list[Example]:
    """The same lesson in other words, under other system prompts, and without the conversation above it."""
    made: list[Example] = []
    rng = random.Random(lesson.question)
    for i, text in enumerate(forms(lesson.question, FORMS + HELD_FORMS)):
        system = lesson.system if rng.random() < 0.5 else rng.choice(SYSTEMS)
        prompt = (*([Message("system", system)] if system.strip() else []), Message("user", text))
        made.append(replace(first, id=f"{lesson.id}.{i}", prompt=prompt, synthetic=True))
    rng.shuffle(made)
    if lesson.follows is not None:  # a follow-up such as "and on Sunday?" means nothing without what it follows
        made = [replace(e, prompt=(*first.prompt[:-1], e.prompt[-1])) for e in made]
    return made


def _anchor(i: int, prompt: tuple[Message, ...]) -> Example:
    return Example(f"anchor{i}", Kind.REPLAY, prompt, "", group=f"anchor{i}")

"""Cleaning: named steps, each of which only proposes, so that a person sees every change before it is one.

What is certain is changed or rejected; what is only likely waits and gets a tag with the step's name. An item that has
the tag was looked at, and is not proposed again. Only corrections have a text that can change: what a model said and
what somebody asked are facts, so such an item waits for a person instead. What is rejected already stays unread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from understudy.dataset import doubles, flaws, privacy, repair, spelling, toxic
from understudy.dataset.contradictions import contradictions
from understudy.dataset.privacy import Kind, Recogniser
from understudy.store import Edit, Item, Lesson


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a step would do to `item` and `why`: its correction becomes `text`, or else `edit` is made.

    `example` are two texts: before and after, question and answer, or the item's and the one it collides with.
    """

    item: int
    why: str
    example: tuple[str, str]
    text: str | None = None
    edit: Edit | None = None


Find = Callable[[Iterable[Item]], Iterator[Proposal]]


@dataclass(frozen=True, slots=True)
class Step:
    """`does` is its sentence; `missing` another one, why it cannot run here. `find` takes items oldest first.

    What is only `suggested` is made where a person asked for this very change, and never with other steps.
    """

    name: str
    does: str
    find: Find
    missing: str = ""
    suggested: bool = False


def steps(
    lessons: Sequence[Lesson] = (),
    *,
    finder: Recogniser | None = None,
    kinds: Collection[Kind] = tuple(Kind),
    near: float = doubles.NEAR,
) -> tuple[Step, ...]:
    """Every step in the order in which they are best run: texts first, so that the same is seen as the same.

    `lessons` are the corrections that stand, `finder` and `kinds` what is masked, `near` the least share of words that
    makes two items doubles.
    """
    fix = repair.unicode_repair()
    return (
        _texts("unicode", "repairs broken characters", fix or str, missing="" if fix else repair.MISSING),
        _texts("markup", "takes HTML out of answers; code stays", repair.markup),
        _texts("space", "tidies spaces and invisible characters; code stays", repair.spaces, corrections_only=True),
        _spelling(),
        _private(finder, kinds),
        _flaw(
            "toxic",
            "finds answers in offensive English",
            lambda i: toxic.offensive(learned(i)),
            "" if toxic.knows_toxic() else toxic.MISSING,
        ),
        _flaw("empty", "finds answers that only repeat the question", lambda i: flaws.echo(i.question, learned(i))),
        _flaw("trivial", "finds corrections that correct no word", _trivial),
        _flaw("truncated", "finds answers that stop in the middle", lambda i: flaws.truncated(learned(i))),
        _flaw(
            "language",
            "finds answers in another language than their question",
            lambda i: flaws.other_language(i.question, learned(i)),
            "" if flaws.knows_languages() else flaws.LANGUAGE_MISSING,
        ),
        Step("duplicates", "rejects what the same person said before, word for word", _duplicates),
        Step("near", f"finds items that share {near:.0%} of their words with an older one", _near(near)),
        Step("contradictions", "finds corrections that a newer one contradicts", _contradicted(lessons)),
    )


def learned(item: Item) -> str:
    """The text that training would teach because of an item; "" where it teaches none."""
    if item.kind == "correction":
        return item.said
    return item.answer if item.label in ("good", "chosen") else ""


def _teaching(items: Iterable[Item], name: str) -> Iterator[Item]:
    """Items whose text would be learned, and that nobody has looked at because of this step."""
    for item in items:
        if item.state != "rejected" and name not in item.tags and (item.kind == "correction" or learned(item)):
            yield item


def _wait(name: str) -> Edit:
    return Edit(state="waiting", add_tags=(name,))


def _texts(name: str, does: str, fix: repair.Repair, *, corrections_only: bool = False, missing: str = "") -> Step:
    """`corrections_only`: not worth a person's time where a model said it."""

    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        for item in _teaching(items, name):
            if corrections_only and item.kind != "correction":
                continue
            if (better := fix(text := learned(item))) != text:
                yield _changed(item, name, better)

    return Step(name, does, find, missing)


def _changed(item: Item, name: str, better: str) -> Proposal:
    """A correction becomes `better`; where nothing of it is left, or a model said it, a person decides."""
    example = (repair.shown(learned(item)), repair.shown(better))
    if item.kind == "correction" and better.strip():
        return Proposal(item.number, "The correction becomes this text.", example, text=better)
    why = "Nothing is left of it." if not better.strip() else "A model said this: correct it by hand."
    return Proposal(item.number, why, example, edit=_wait(name))


def _spelling() -> Step:
    """Words that several items use are terms, so all of them are read before one is told."""

    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        every = list(items)
        known = spelling.terms(text for item in every for text in {item.question, item.answer, doubles.said_by(item)})
        for item in _teaching(every, "spelling"):
            if item.kind == "correction" and (better := spelling.respelled(item.said, known)) != item.said:
                yield _changed(item, "spelling", better)

    missing = "" if spelling.can_spell() else spelling.MISSING
    return Step("spelling", "suggests the spelling of words that are none", find, missing, suggested=True)


def _private(finder: Recogniser | None, kinds: Collection[Kind]) -> Step:
    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        for item in _teaching(items, "private"):
            if finder is not None and (proposal := _masked(item, kinds, finder)):
                yield proposal

    names = ", ".join(privacy.WORDS[kind][1] for kind in Kind if kind in kinds)
    return Step("private", f"masks {names}", find, "" if finder else privacy.MISSING)


def _masked(item: Item, kinds: Collection[Kind], finder: Recogniser) -> Proposal | None:
    """The question is a fact and keeps its text; what leaves for a provider is masked on its way out."""
    text = learned(item)
    if (better := privacy.mask(text, kinds, finder)) != text:
        return _changed(item, "private", better)
    asked = privacy.mask(item.question, kinds, finder)
    if asked == item.question:
        return None
    why = "Its question holds personal data, and a question cannot be changed: reject it, or delete its conversation."
    return Proposal(item.number, why, (item.question, asked), edit=_wait("private"))


def _flaw(name: str, does: str, judge: Callable[[Item], str], missing: str = "") -> Step:
    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        for item in _teaching(items, name):
            if why := judge(item):
                yield Proposal(item.number, why, (item.question, learned(item)), edit=_wait(name))

    return Step(name, does, find, missing)


def _trivial(item: Item) -> str:
    return flaws.same_again(item.answer, item.said) if item.kind == "correction" else ""


def _duplicates(items: Iterable[Item]) -> Iterator[Proposal]:
    edit = Edit(state="rejected", add_tags=("duplicates",))
    for first, item in doubles.exact(item for item in items if item.state != "rejected"):
        why = f"It says word for word what item {first} says."
        yield Proposal(item.number, why, (item.question, doubles.said_by(item)), edit=edit)


def _near(least: float) -> Find:
    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        for pair in doubles.near(_teaching(items, "near"), least).pairs:
            yield _near_proposal(pair)

    return find


def near_sides(items: Iterable[Item], least: float, most: int) -> tuple[list[Proposal], list[Proposal], int]:
    """What the step `near` does, the least sure first, and what it would do next if its threshold were lower.

    The number is that of items which had more like them than they were compared with.
    """
    found = doubles.near(_teaching(items, "near"), least, most)
    above, below = ([_near_proposal(pair) for pair in pairs] for pairs in (found.pairs[::-1], found.left))
    return above, below, found.cut


def _near_proposal(pair: doubles.Pair) -> Proposal:
    """The newer of two items that are nearly the same waits for a person."""
    why = f"{pair.score:.0%} of the words are those of item {pair.first.number}."
    return Proposal(pair.again.number, why, (_whole(pair.first), _whole(pair.again)), edit=_wait("near"))


def _whole(item: Item) -> str:
    return f"{item.question}\n{doubles.said_by(item)}"


def _contradicted(lessons: Sequence[Lesson]) -> Find:
    standing = [lesson for lesson in lessons if lesson.state != "rejected"]
    newer = {older.id: newest for older, newest in contradictions(standing)}

    def find(items: Iterable[Item]) -> Iterator[Proposal]:
        for item in _teaching(items, "contradictions"):
            if item.kind == "correction" and (other := newer.get(item.fact)):
                why = "A newer correction of the same question wants another answer."
                yield Proposal(item.number, why, (item.said, other.wanted), edit=_wait("contradictions"))

    return find

"""Cleaning a view: every step is looked at first, then made as acts of the desk, with a history and an undo.

A step reads the items again when it is applied, and a person says how many changes they were told of: whatever changed
meanwhile is never overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from understudy.dataset import cleaning, doubles, privacy
from understudy.dataset.cleaning import Proposal, Step
from understudy.dataset.imbalance import Imbalance, imbalance
from understudy.dataset.privacy import Kind
from understudy.errors import InputError
from understudy.playground.curating import Desk
from understudy.playground.tasks import Heard, part_of, unheard
from understudy.store import Act, Item, Store

MOST_NEAR = 200_000
"""Items that are compared with each other at once: all of their texts are held, some 500 MB with the index."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person may set: the least share of words of near-duplicates (0.5 to 1), and the kinds that are masked."""

    near: float = doubles.NEAR
    kinds: tuple[Kind, ...] = tuple(Kind)

    def __post_init__(self) -> None:
        if not 0.5 <= self.near <= 1:
            raise InputError(f"{self.near:g} is no share of words for near-duplicates. Choose 0.5 to 1.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a step would change: `texts` corrections get another text, the rest of `count` another state and a tag.

    `left` are examples that the threshold of near-duplicates just leaves alone; `sentence` says why a step cannot run,
    `note` what it may have missed. `items` are the numbers of all `count`. What is `suggested` is made one by one.
    """

    step: str
    does: str
    count: int
    texts: int
    examples: tuple[Proposal, ...]
    left: tuple[Proposal, ...] = ()
    sentence: str = ""
    items: tuple[int, ...] = ()
    suggested: bool = False
    note: str = ""


class Cleaning:
    """Reached as `playground.cleaning`. Safe to call from any thread."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk

    def preview(
        self,
        values: Mapping[str, object],
        names: Collection[str] = (),
        choice: Choice | None = None,
        examples: int = 5,
        heard: Heard = unheard,
    ) -> list[Found]:
        """What each of these steps (all without names) would change in a filter's items. Raises `InputError`."""
        choice, numbers = choice or Choice(), self._desk.numbers(values)
        steps = self._steps(names, choice)
        return [
            self._found(step, numbers, choice, examples, part_of(heard, i, len(steps))) for i, step in enumerate(steps)
        ]

    def proposals(
        self, values: Mapping[str, object], name: str, choice: Choice | None = None, heard: Heard = unheard
    ) -> Iterator[Proposal]:
        """Everything that one step would change, for a person who chooses item by item."""
        (step,) = self._steps([name], choice or Choice())
        return self._propose(step, self._desk.numbers(values), heard)

    def apply(
        self,
        values: Mapping[str, object],
        name: str,
        expected: int | None = None,
        items: Collection[int] | None = None,
        choice: Choice | None = None,
        author: str = "",
        heard: Heard = unheard,
    ) -> list[Act]:
        """Make what a step proposes, for all or for these `items`: one act for new texts, one for each decision.

        Raises `InputError` when it is not as many changes as the person was told, and changes nothing then.
        """
        found = [one for one in self.proposals(values, name, choice, heard) if items is None or one.item in items]
        if expected is not None and len(found) != expected:
            raise InputError(
                f"The step would change {len(found):,} now, not {expected:,}, so nothing was changed. Look again."
            )
        return self._made(name, found, author)

    def imbalance(self, values: Mapping[str, object], by: str) -> Imbalance:
        """How unevenly a filter's items are spread over kinds, labels, topics or sources. Raises `InputError`."""
        return imbalance(self._read(self._desk.numbers(values)), by)

    def _steps(self, names: Collection[str], choice: Choice) -> list[Step]:
        """In their own order, whatever order the names have."""
        finder = privacy.recogniser() if not names or "private" in names else None
        lessons = self._store.corrections.lessons(None)
        every = cleaning.steps(lessons, finder=finder, kinds=choice.kinds, near=choice.near)
        known = [step.name for step in every]
        for name in names:
            if name not in known:
                raise InputError(f"There is no step {name!r}. Choose from: {', '.join(known)}.")
        return [step for step in every if not names or step.name in names]

    def _found(self, step: Step, numbers: Sequence[int], choice: Choice, examples: int, heard: Heard) -> Found:
        if sentence := _why_not(step, numbers):
            return Found(step.name, step.does, 0, 0, (), sentence=sentence)
        left: list[Proposal] = []
        note = ""
        proposals: Iterable[Proposal] = self._propose(step, numbers, heard)
        if step.name == "near":
            proposals, left, cut = cleaning.near_sides(self._read(numbers, step, heard), choice.near, examples)
            note = _missed(cut)
        texts = 0
        items: list[int] = []
        shown: list[Proposal] = []
        for proposal in proposals:  # of a million only numbers are kept
            items.append(proposal.item)
            texts += proposal.text is not None
            if len(shown) < examples:
                shown.append(proposal)
        told = (step.name, step.does, len(items), texts, tuple(shown), tuple(left))
        return Found(*told, items=tuple(items), suggested=step.suggested, note=note)

    def _propose(self, step: Step, numbers: Sequence[int], heard: Heard) -> Iterator[Proposal]:
        if sentence := _why_not(step, numbers):
            raise InputError(sentence)
        return step.find(self._read(numbers, step, heard))

    def _read(self, numbers: Sequence[int], step: Step | None = None, heard: Heard = unheard) -> Iterator[Item]:
        for start in range(0, len(numbers), _AT_ONCE):
            heard(start / len(numbers), step.name if step else "")
            yield from self._store.items.of(numbers[start : start + _AT_ONCE])

    def _made(self, name: str, found: Sequence[Proposal], author: str) -> list[Act]:
        acts = []
        texts = {one.item: one.text for one in found if one.text is not None}
        if texts:
            acts.append(self._store.acts.rewrite_all(texts, f"cleaned: {name}", author))
        edits = [one for one in found if one.edit is not None]
        for edit, same in groupby(sorted(edits, key=lambda one: repr(one.edit)), key=lambda one: one.edit):
            if edit is not None:
                acts.append(self._store.acts.edit_all(sorted(one.item for one in same), edit, author))
        return acts


def _why_not(step: Step, numbers: Sequence[int]) -> str:
    """Why a step cannot run on these items; "" when it can."""
    if step.name == "near" and len(numbers) > MOST_NEAR:
        return f"More than {MOST_NEAR:,} items are not compared with each other. Choose a smaller view."
    return step.missing


def _missed(cut: int) -> str:
    """What the comparison of near-duplicates left out, as a sentence; "" where that was nothing."""
    if not cut:
        return ""
    have = "item has" if cut == 1 else "items have"
    return (
        f"{cut:,} {have} very many others that are written alike. Each was compared with {doubles.COMPARED:,} of them,"
        " those most likely to say the same, so a few near-duplicates may be missing. A smaller view compares all."
    )

"""Train and eval for what leaves: the split that Explore shows and that a training file for a provider gets.

Items that ask nearly the same, or come from one conversation, are a group, and a group is never torn apart. Where tags
name both sides they decide, and what has no such tag goes with its group. A synthetic wording only ever trains, and one
that asks nearly what an eval question asks stays behind: it would give that question away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.dataset.groups import NEAR, is_held_out, near_across, words
from understudy.dataset.splits import EVAL_TAGS, SHARE, TRAIN_TAGS, grouped
from understudy.store import Item, Wording

_NAMED = {*TRAIN_TAGS, *EVAL_TAGS}


@dataclass(frozen=True, slots=True)
class Sides:
    """By the number of an item whether it judges. `betraying` are ids of wordings that would give an eval away."""

    by: Literal["tags", "groups"]
    judging: Mapping[int, bool]
    betraying: frozenset[str]

    def of(self, items: Iterable[Item], *, judging: bool) -> Iterable[Item]:
        """Those on one side; what came after the sides were drawn is on neither."""
        return (item for item in items if self.judging.get(item.number) is judging)


def sides_of(items: Iterable[Item], wordings: Sequence[Wording] = (), share: float = SHARE) -> Sides:
    """The sides of all items of an export; about `share` of their groups judge."""
    numbers, questions, conversations = [], [], []
    tagged: dict[int, bool] = {}
    for item in items:
        numbers.append(item.number)
        questions.append(item.question)
        conversations.append(item.conversation)
        if {*item.tags} & _NAMED:
            tagged[item.number] = not {*item.tags}.isdisjoint(EVAL_TAGS)
    names, roots = grouped(questions, conversations)
    by_tags = len({*tagged.values()}) == 2
    if by_tags:
        held = {name for name, number in zip(names, numbers, strict=True) if tagged.get(number)}
    else:
        held, tagged = {name for name, root in roots.items() if is_held_out(root, share)}, {}
    judging = {number: tagged.get(number, name in held) for number, name in zip(numbers, names, strict=True)}
    asked = {question for question, number in zip(questions, numbers, strict=True) if judging[number]}
    return Sides("tags" if by_tags else "groups", judging, _betraying(sorted(asked), wordings))


def _betraying(asked: Sequence[str], wordings: Sequence[Wording]) -> frozenset[str]:
    found = near_across([words(wording.text) for wording in wordings], [words(text) for text in asked], NEAR)
    return frozenset(wordings[place].id for place, _, _ in found)

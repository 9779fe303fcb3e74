"""Cleaning that a page asks for: a view is looked through in the background, then chosen steps are made.

What is made is what was looked at: a step changes no item that was not among its proposals, and each proposal is made
anew from the text that stands then, so that what somebody wrote meanwhile is not overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.playground.clean_view import StepView, step_of
from understudy.playground.cleaning import Choice, Cleaning
from understudy.playground.tasks import Heard, Task, Tasks, part_of
from understudy.store import Act

EXAMPLES = 12
"""Of each step that travel to a page."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found, and what it takes to make it: the filter, the choice, the items of each step."""

    values: Mapping[str, object]
    choice: Choice
    steps: tuple[StepView, ...]
    items: Mapping[str, frozenset[int]]
    suggested: frozenset[str]


@dataclass(frozen=True, slots=True)
class Made:
    """The acts in the order in which they were made, and how many changes were no longer to be made."""

    acts: tuple[Act, ...]
    gone: int


class Cleanings:
    """Reached as `playground.cleanings`."""

    def __init__(self, cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._tasks = Tasks("cleaning")

    def look(self, values: Mapping[str, object], names: Collection[str], choice: Choice) -> str:
        """Begin to look through what a filter shows; the task's result is `Looked`."""

        def work(heard: Heard) -> Looked:
            found = self._cleaning.preview(values, names, choice, EXAMPLES, heard)
            items = {one.step: frozenset(one.items) for one in found}
            return Looked(
                dict(values),
                choice,
                tuple(map(step_of, found)),
                items,
                frozenset(one.step for one in found if one.suggested),
            )

        return self._tasks.start(work)

    def make(self, look: str, names: Sequence[str], items: Collection[int] | None = None, author: str = "") -> str:
        """Begin to make these steps of a look, for all they found or for `items`; the task's result is `Made`."""
        looked = self.looked(look)
        for name in names:
            if not looked.items.get(name):
                raise InputError(f"The step {name!r} found nothing to change. Look again.")
            if items is None and name in looked.suggested:
                raise InputError(f"What {name!r} suggests is made one by one. Choose the items.")

        def work(heard: Heard) -> Made:
            parts = [
                self._made(looked, name, items, author, part_of(heard, i, len(names))) for i, name in enumerate(names)
            ]
            return Made(tuple(act for part in parts for act in part.acts), sum(part.gone for part in parts))

        return self._tasks.start(work)

    def get(self, id: str) -> Task:
        return self._tasks.get(id)

    def looked(self, id: str) -> Looked:
        """The result of a look. Raises `InputError` while there is none."""
        result = self._tasks.get(id).result
        if not isinstance(result, Looked):
            raise InputError("This look has not ended. Wait for it, or look again.")
        return result

    def stop(self, id: str) -> None:
        self._tasks.stop(id)

    def close(self) -> None:
        self._tasks.close()

    def _made(self, looked: Looked, name: str, items: Collection[int] | None, author: str, heard: Heard) -> Made:
        wanted = looked.items[name] if items is None else looked.items[name].intersection(items)
        acts = self._cleaning.apply(looked.values, name, None, wanted, looked.choice, author, heard)
        return Made(tuple(acts), len(wanted) - sum(act.items for act in acts))

"""What the page may ask about cleaning and balance: look through a view, make what was chosen, count, plan."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.cleaning import Choice
from understudy.playground.cleanings import Looked, Made
from understudy.playground.masking import KINDS, kinds_of
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground


class CleaningHandlers:
    """The requests of the dialogs "Clean this view" and "Balance"."""

    def __init__(self, playground: Playground) -> None:
        self._cleanings, self._balancing = playground.cleanings, playground.balancing

    def on_clean(self, payload: Payload) -> object:
        """What may be chosen before a look."""
        return {"near": Choice().near, "kinds": KINDS}

    def on_clean_look(self, payload: Payload) -> object:
        """Begin to look; `near` is a percentage, `kinds` what is masked, `steps` all when empty."""
        choice = Choice(payload.whole("near") / 100, kinds_of(payload.names("kinds", most=32)))
        return {"job": self._cleanings.look(payload.mapping("filter"), payload.names("steps", most=32), choice)}

    def on_clean_make(self, payload: Payload) -> object:
        """Begin to make steps of a look; with `items`, only these of them."""
        steps, author = payload.names("steps", most=32), payload.author
        return {"job": self._cleanings.make(payload.name("look"), steps, payload.optional_wholes("items"), author)}

    def on_clean_state(self, payload: Payload) -> object:
        task = self._cleanings.get(payload.name("job"))
        told = {"state": task.state, "share": task.share, "doing": task.doing, "message": task.message}
        if isinstance(task.result, Looked):
            return {**told, "steps": [asdict(step) for step in task.result.steps]}
        return {**told, **asdict(task.result)} if isinstance(task.result, Made) else told

    def on_clean_stop(self, payload: Payload) -> object:
        self._cleanings.stop(payload.name("job"))
        return None

    def on_balance(self, payload: Payload) -> object:
        """How a filter's items are spread, and what training does about it."""
        return asdict(self._balancing.look(payload.mapping("filter"), payload.name("by")))

    def on_balance_choose(self, payload: Payload) -> object:
        author = payload.author
        return asdict(self._balancing.choose(payload.name("how"), payload.name("by"), author))

"""What the page may ask about the items of a filter: their figures, how far the slow ones are, and the map."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground


class ExploreHandlers:
    """The requests of the Explore page."""

    def __init__(self, playground: Playground) -> None:
        self._exploring = playground.exploring

    def on_explore(self, payload: Payload) -> object:
        return asdict(self._exploring.explore(payload.mapping("filter")))

    def on_explore_states(self, payload: Payload) -> object:
        """What is still being computed, by name: {words, done}."""
        found = self._exploring.states(payload.mapping("filter"))
        return {name: {"words": part.words, "done": part.done} for name, part in found.items()}

    def on_explore_map(self, payload: Payload) -> object:
        """Points as [x, y, topic, oldest item, items]: arrays, because there may be a hundred thousand."""
        return {"points": self._exploring.places(payload.whole("exploration"))}

    def on_explore_point(self, payload: Payload) -> object:
        return asdict(self._exploring.point(payload.whole("number")))

    def on_explore_anew(self, payload: Payload) -> object:
        self._exploring.anew(payload.mapping("filter"))
        return None

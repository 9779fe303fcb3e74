"""What the page may ask about synthetic wordings: have them written, read them, decide about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.augmenting import METHODS, VIA, Written
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

AT_ONCE = 30


class WordingHandlers:
    """The requests of the dialog "More wordings"."""

    def __init__(self, playground: Playground) -> None:
        self._augmenting = playground.augmenting
        self._choices = playground.chat.column_choices

    def on_wordings(self, payload: Payload) -> object:
        """What may be chosen, how many questions a filter has, how many wordings there are by state."""
        return {
            "methods": METHODS,
            "via": VIA,
            "models": [asdict(choice) for choice in self._choices(payload.person)],
            "questions": len(self._augmenting.sources(payload.mapping("filter"))),
            "counts": self._augmenting.counts(),
        }

    def on_wordings_page(self, payload: Payload) -> object:
        found = self._augmenting.wordings(payload.name("state"), payload.text("after", ""), AT_ONCE)
        return {"counts": self._augmenting.counts(), "wordings": [asdict(one) for one in found]}

    def on_wordings_write(self, payload: Payload) -> object:
        model = payload.name("model")
        if model not in {choice.name for choice in self._choices(payload.person)}:
            raise InputError(f"{model!r} is no model that you may ask. Choose another one.")
        how = (payload.name("method"), model, payload.name("via"), payload.author)
        return {"job": self._augmenting.start(payload.mapping("filter"), *how)}

    def on_wordings_state(self, payload: Payload) -> object:
        task = self._augmenting.get(payload.name("job"))
        told = {"state": task.state, "share": task.share, "doing": task.doing, "message": task.message}
        return {**told, **asdict(task.result)} if isinstance(task.result, Written) else told

    def on_wordings_stop(self, payload: Payload) -> object:
        self._augmenting.stop(payload.name("job"))
        return None

    def on_wordings_decide(self, payload: Payload) -> object:
        """What each was before; `wordings_back` takes the same."""
        ids = payload.names("ids", most=200)
        return {"before": self._augmenting.decide(ids, payload.name("state"), payload.author)}

    def on_wordings_back(self, payload: Payload) -> object:
        self._augmenting.put_back(payload.named("before", most=200), payload.author)
        return None

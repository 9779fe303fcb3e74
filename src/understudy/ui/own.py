"""What the page may ask about one's own understudy. Whose it is, is who asks: no request names somebody else's."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground


class OwnHandlers:
    """The requests of the dialog "My own understudy"; each replies with all that it shows."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._own = playground.own

    def on_own(self, payload: Payload) -> object:
        """{may, on, live, taught, versions, run}: `run` is what theirs learns now, None when it does not."""
        own, model = self._own.of(payload.person), self._playground.casting.base_model
        run = self._playground.overview.live(model, own) if own else None
        return asdict(self._own.view(payload.person)) | {"run": asdict(run) if run else None}

    def on_own_switch(self, payload: Payload) -> object:
        self._own.switch(payload.person, payload.flag("on"))
        return self.on_own(payload)

    def on_own_promote(self, payload: Payload) -> object:
        """Let another version answer in the column `mine`; 0 is the base with memory."""
        self._own.promote(payload.person, payload.whole("number"))
        return self.on_own(payload)

    def on_own_forget(self, payload: Payload) -> object:
        """All that it alone was taught is gone, and it is off."""
        self._own.remove(payload.person.name)
        return self.on_own(payload)

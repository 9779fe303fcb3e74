"""What the page may ask about training elsewhere, before a job is ordered and after it has ended.

Nothing a page says is believed about prices or files: agreeing
takes the mark of an offer that the program made, and makes the offer anew.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.wanted import wanted
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.ordering import Wanted
    from understudy.playground.playground import Playground


class JobHandlers:
    """The requests of the page "Train elsewhere" and of the card of a job."""

    def __init__(self, playground: Playground) -> None:
        self._jobs = playground.jobs

    def on_trainers(self, payload: Payload) -> object:
        """Servers where a model may be trained, and the kinds of personal data that can be masked before."""
        return {"servers": [asdict(server) for server in self._jobs.servers()], "kinds": self._jobs.kinds()}

    def on_trainable(self, payload: Payload) -> object:
        return asdict(self._jobs.trainable(payload.name("server")))

    def on_preflight(self, payload: Payload) -> object:
        return asdict(self._jobs.preflight(_wanted(payload)))

    def on_preflight_lines(self, payload: Payload) -> object:
        return asdict(self._jobs.lines(payload.name("agreement"), payload.name("file"), payload.whole("start")))

    def on_order(self, payload: Payload) -> object:
        return asdict(self._jobs.order(_wanted(payload), payload.name("agreement")))

    def on_clean_job(self, payload: Payload) -> object:
        return asdict(self._jobs.clean(payload.name("job"), models=payload.flag("models")))

    def on_train_here(self, payload: Payload) -> object:
        return {"run": self._jobs.train_here(payload.name("job"))}


def _wanted(payload: Payload) -> Wanted:
    return wanted(
        payload.name("model"),
        payload.name("method"),
        payload.mapping("settings"),
        payload.names("mask", most=32),
        payload.flag("unchecked"),
    )

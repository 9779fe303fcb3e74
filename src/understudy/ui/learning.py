"""What the page may ask about learning: one request that is asked again and again, and one for each button.

The repeated request carries everything that can change by itself: the live run, the states at the corrections that
are on the screen, which version is live. The rest of the Learning page travels only when it is looked at and has
changed. Every button replies with the same, so that the page never waits for its next question to show what happened.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

MOST_ANSWERS = 2_000
"""Corrected answers of one conversation whose states are asked for at once."""


class LearningHandlers:
    """The requests of the Learning page and of the lines at the corrections."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._overview = playground.overview

    # -- looking -------------------------------------------------------------------------------------------------

    def on_learning(self, payload: Payload) -> object:
        """What goes on: {live, champion, states, view, switches, next}; without `view` while `mark` is current."""
        mark = payload.optional_name("mark")
        looked_at = payload.flag("page")
        fresh = looked_at and (mark is None or mark != self._overview.mark(self._model))
        return self._now(payload, whole=fresh)

    def on_version(self, payload: Payload) -> object:
        return asdict(self._overview.report(self._model, payload.whole("number")))

    def on_run(self, payload: Payload) -> object:
        return asdict(self._overview.run(payload.name("run")))

    # -- runs ----------------------------------------------------------------------------------------------------

    def on_learn(self, payload: Payload) -> object:
        self._playground.learning.start(fresh=bool(payload.optional_flag("fresh")))
        return self._now(payload)

    def on_pause_run(self, payload: Payload) -> object:
        self._playground.learning.pause(payload.name("run"))
        return self._now(payload)

    def on_resume_run(self, payload: Payload) -> object:
        self._playground.learning.resume(payload.name("run"))
        return self._now(payload)

    def on_cancel_run(self, payload: Payload) -> object:
        self._playground.learning.cancel(payload.name("run"))
        return self._now(payload)

    # -- corrections ---------------------------------------------------------------------------------------------

    def on_approve(self, payload: Payload) -> object:
        self._playground.learning.approve(payload.name("correction"))
        return self._now(payload)

    def on_reject(self, payload: Payload) -> object:
        self._playground.learning.reject(payload.name("correction"))
        return self._now(payload)

    def on_switch_lesson(self, payload: Payload) -> object:
        """Whether answers may recall it."""
        self._playground.set_remembered(payload.name("correction"), payload.flag("enabled"))
        return self._now(payload)

    def on_take_back(self, payload: Payload) -> object:
        self._playground.withdraw_correction(payload.name("completion"))
        return self._now(payload)

    def on_bring_back(self, payload: Payload) -> object:
        self._playground.bring_back_correction(payload.name("completion"))
        return self._now(payload)

    # -- switches ------------------------------------------------------------------------------------------------

    def on_switch_memory(self, payload: Payload) -> object:
        self._playground.set_memory(payload.flag("on"))
        return self._now(payload)

    def on_switch_weak(self, payload: Payload) -> object:
        self._playground.learning.weak = payload.flag("on")
        return self._now(payload)

    # -- versions ------------------------------------------------------------------------------------------------

    def on_promote(self, payload: Payload) -> object:
        anyway = bool(payload.optional_flag("anyway"))
        self._playground.promote(payload.whole("number"), anyway=anyway)
        return self._now(payload)

    def on_roll_back(self, payload: Payload) -> object:
        self._playground.roll_back()
        return self._now(payload)

    def on_remove_version(self, payload: Payload) -> object:
        self._playground.remove_version(payload.whole("number"))
        return self._now(payload)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _now(self, payload: Payload, *, whole: bool = True) -> dict[str, Any]:
        overview, model = self._overview, self._model
        view = overview.view(model, payload.optional_name("wanted")) if whole else None
        live = overview.live(model)
        states = overview.states(model, payload.names("completions", most=MOST_ANSWERS))
        return {
            "live": asdict(live) if live else None,
            "champion": asdict(overview.champion(model, payload.optional_whole("known"))),
            "states": {completion: asdict(state) for completion, state in states.items()},
            "view": asdict(view) if view else None,
            "switches": {"memory": asdict(self._playground.memory()), "weak": self._playground.learning.weak},
            "next": self._next() if live is None and payload.flag("page") else "",
        }

    def _next(self) -> str:
        """When the next run starts by itself, in words; "" when nothing is about to start."""
        seconds = self._playground.learning.starts_in()
        return "" if seconds is None else f"Starts by itself in about {max(1, round(seconds))} s."

    @property
    def _model(self) -> str:
        return self._playground.casting.base_model

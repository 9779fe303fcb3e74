"""What the page may ask about learning: one request that is asked again and again, and one for each button.

The repeated request carries everything that can change by itself: the live run, the states at the corrections that
are on the screen, which version is live. The rest of the Learning page travels only when it is looked at and has
changed. Every button replies with the same, so that the page never waits for its next question to show what happened.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.errors import NotFoundError
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.jobs import Jobs
    from understudy.playground.learning import Learning
    from understudy.playground.overview import LearningView
    from understudy.playground.playground import Playground
    from understudy.ui.rights import Rights

MOST_ANSWERS = 2_000
"""Corrected answers of one conversation whose states are asked for at once."""


class LearningHandlers:
    """The requests of the Learning page and of the lines at the corrections."""

    def __init__(self, playground: Playground, rights: Rights) -> None:
        self._playground = playground
        self._rights = rights
        self._overview = playground.overview

    # -- at the corrections on the screen ------------------------------------------------------------------------

    def on_heed(self, payload: Payload) -> object:
        """What concerns who chats: {champion, own, states}."""
        return {**self._champions(payload), "states": self._states(payload)}

    # -- looking -------------------------------------------------------------------------------------------------

    def on_learning(self, payload: Payload) -> object:
        """What goes on: {live, champion, states, view, switches, next, jobs, job}; no `view` if `mark` is current."""
        mark = payload.optional_name("mark")
        looked_at = payload.flag("page")
        fresh = looked_at and (mark is None or mark != self._overview.mark(self._model_of(payload)))
        return self._now(payload, whole=fresh)

    def on_version(self, payload: Payload) -> object:
        return asdict(self._overview.report(self._model_of(payload), payload.whole("number")))

    def on_run(self, payload: Payload) -> object:
        return asdict(self._overview.run(payload.name("run")))

    # -- runs ----------------------------------------------------------------------------------------------------

    def on_learn(self, payload: Payload) -> object:
        self._playground.learning.start(fresh=bool(payload.optional_flag("fresh")))
        return self._now(payload)

    def on_pause_run(self, payload: Payload) -> object:
        run = payload.name("run")
        self._keeper(run).pause(run)
        return self._now(payload)

    def on_resume_run(self, payload: Payload) -> object:
        run = payload.name("run")
        self._keeper(run).resume(run)
        return self._now(payload)

    def on_cancel_run(self, payload: Payload) -> object:
        run = payload.name("run")
        self._keeper(run).cancel(run)
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
        self._playground.feedback.set_remembered(payload.name("correction"), payload.flag("enabled"))
        return self._now(payload)

    def on_take_back(self, payload: Payload) -> object:
        self._playground.feedback.withdraw_correction(payload.name("completion"), payload.person)
        return self._now(payload)

    def on_bring_back(self, payload: Payload) -> object:
        self._playground.feedback.bring_back_correction(payload.name("completion"), payload.person)
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
        anyway, model = bool(payload.optional_flag("anyway")), self._model_of(payload)
        self._playground.promoting.promote(model, payload.whole("number"), anyway=anyway)
        return self._now(payload)

    def on_roll_back(self, payload: Payload) -> object:
        self._playground.promoting.roll_back(self._model_of(payload))
        return self._now(payload)

    def on_remove_version(self, payload: Payload) -> object:
        self._playground.promoting.remove(self._model_of(payload), payload.whole("number"))
        return self._now(payload)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _now(self, payload: Payload, *, whole: bool = True) -> dict[str, Any]:
        """Of the model that is looked at; the lines at corrections and the champion are always the base model's."""
        overview, base, model = self._overview, self._playground.casting.base_model, self._model_of(payload)
        view = overview.view(model, payload.optional_name("wanted")) if whole else None
        live = overview.live(model)
        return {
            "live": asdict(live) if live else None,
            **self._champions(payload),
            "states": self._states(payload),
            "view": self._shown(view, payload) if view else None,
            "switches": {"memory": asdict(self._playground.memory()), "weak": self._playground.learning.weak},
            "next": self._next() if live is None and payload.flag("page") else "",
            **(self._jobs(base, model) if payload.flag("page") else {"jobs": [], "job": None}),
        }

    def _champions(self, payload: Payload) -> dict[str, Any]:
        """Which version is live: everyone's, and in the person's own understudy, None where they have none."""
        base, own = self._playground.casting.base_model, self._playground.own.of(payload.person)
        mine = self._overview.champion(base, payload.optional_whole("known_own"), own) if own else None
        return {
            "champion": asdict(self._overview.champion(base, payload.optional_whole("known"))),
            "own": asdict(mine) if mine else None,
        }

    def _shown(self, view: LearningView, payload: Payload) -> dict[str, Any]:
        told = asdict(view)
        for part in ("queue", "learned", "aside"):
            told[part]["lessons"] = self._rights.without_ways(payload.person, list(told[part]["lessons"]))
        return told

    def _states(self, payload: Payload) -> dict[str, Any]:
        """What became of the corrections of these answers, as far as they are the person's own."""
        own = self._rights.own(payload.person, "completion", payload.names("completions", most=MOST_ANSWERS))
        states = self._overview.states(self._playground.casting.base_model, own)
        return {completion: asdict(state) for completion, state in states.items()}

    def _jobs(self, base: str, model: str) -> dict[str, Any]:
        """Jobs at providers, and the newest one of the model that is looked at."""
        jobs = self._playground.jobs
        job = jobs.newest(model) if model != base else None
        return {"jobs": [asdict(line) for line in jobs.list()], "job": asdict(job) if job else None}

    def _next(self) -> str:
        """When the next run starts by itself, in words; "" when nothing is about to start."""
        seconds = self._playground.learning.starts_in()
        return "" if seconds is None else f"Starts by itself in about {max(1, round(seconds))} s."

    def _keeper(self, run: str) -> Learning | Jobs:
        """Who hands a wish on: the run is trained here, or at a provider."""
        return self._playground.jobs if self._playground.jobs.has(run) else self._playground.learning

    def _model_of(self, payload: Payload) -> str:
        """The model that the page looks at: one that is trained elsewhere, else the base model."""
        name = payload.optional_name("model")
        if name is not None and self._playground.store.models.find(name) is None:
            raise NotFoundError(f"There is no model {name}. Reload the page.")
        return name or self._playground.casting.base_model

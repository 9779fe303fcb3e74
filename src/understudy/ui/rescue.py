"""What the page may ask about fine-tunes that will end: looking at them, taking home what can be, comparing blind.

While a comparison goes on, nothing that travels to the page says whose answer is on which side.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import InputError
from understudy.playground.blind import Look
from understudy.playground.columns import resolve_column
from understudy.playground.rescue import NO_WEIGHTS, TERMS, WEIGHTS, Side
from understudy.types import BASE, Column
from understudy.ui.markdown import tree
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.playground.remote_training import RemoteTraining

SIDES = ("left", "right", "tie", "both_bad")


class RescueHandlers:
    """The requests of the rescue dialog and of the blind comparison."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    # -- at the provider -------------------------------------------------------------------------------------------

    def on_rescue(self, payload: Payload) -> object:
        """What is recorded here, and what is said about it; no server is asked."""
        return {
            "sets": [asdict(recorded) for recorded in self._remote.recordings.sets()],
            "note": f"{NO_WEIGHTS} {WEIGHTS}",
        }

    def on_rescue_jobs(self, payload: Payload) -> object:
        """The fine-tunes at a server, asked now."""
        server = self._remote.server(payload.text("server"))
        found = self._remote.rescuing.jobs(server)
        jobs = [{**asdict(job), "shutdown": str(job.shutdown or "")} for job in found]
        return {"jobs": jobs, "terms": TERMS, "gives_adapters": server.profile.gives_adapters}

    def on_rescue_download(self, payload: Payload) -> object:
        """Files into the data folder, with what converting them would do, where there is something to convert."""
        job, server = payload.name("job"), self._remote.server(payload.text("server"))
        files, missing = self._remote.home.download(server, job)
        lines = any(file.suffix == ".jsonl" for file in files)
        preview = asdict(self._remote.home.preview(job)) if lines else None
        return {"files": [str(file) for file in files], "missing": missing, "preview": preview}

    def on_rescue_adapter(self, payload: Payload) -> object:
        """The weights of a job, where its provider gives them out."""
        server = self._remote.server(payload.text("server"))
        return {"sentence": self._remote.adapters.take(server, payload.name("job")).sentence}

    def on_rescue_convert(self, payload: Payload) -> object:
        return asdict(self._remote.home.convert(payload.name("job")))

    def on_rescue_undo(self, payload: Payload) -> object:
        return {"deleted": self._remote.home.take_back(payload.name("job"))}

    # -- recordings ------------------------------------------------------------------------------------------------

    def on_rescue_record(self, payload: Payload) -> object:
        server = self._remote.server(payload.text("server"))
        self._remote.recordings.start(server, payload.name("model"), payload.name("job"))
        return self.on_rescue(payload)

    def on_rescue_stop(self, payload: Payload) -> object:
        self._remote.recordings.stop(payload.name("golden"))
        return self.on_rescue(payload)

    def on_rescue_teach(self, payload: Payload) -> object:
        return {"sentence": self._remote.recordings.teach(payload.name("golden"))}

    # -- blind comparison ------------------------------------------------------------------------------------------

    def on_rescue_compare(self, payload: Payload) -> object:
        """The next pair; of the live version at first, then of the `version` that the page names."""
        return _shown(self._remote.blind.look(payload.name("golden"), self._who(payload)))

    def on_rescue_vote(self, payload: Payload) -> object:
        side = payload.name("side")
        if side not in SIDES:
            raise InputError(f"{side!r} is no side. Reload the page and vote again.")
        who, answer = self._who(payload), payload.name("answer")
        return _shown(self._remote.blind.vote(payload.name("golden"), who, answer, cast(Side, side)))

    def on_rescue_reveal(self, payload: Payload) -> object:
        return asdict(self._remote.blind.reveal(payload.name("golden"), self._who(payload)))

    # -- what the methods above share ------------------------------------------------------------------------------

    def _who(self, payload: Payload) -> Column:
        store, base = self._playground.store, self._playground.casting.base_model
        number = payload.optional_whole("version")
        name = "champion" if number is None else "base" if number == BASE else f"v{number}"
        return resolve_column(store, base, name)

    @property
    def _remote(self) -> RemoteTraining:
        if self._playground.remote is None:
            raise InputError("This program was started without providers, so there is nothing to rescue.")
        return self._playground.remote


def _shown(look: Look) -> dict[str, Any]:
    return {**asdict(look), "left": tree(look.left), "right": tree(look.right)}

"""Everything about training elsewhere, put together for one data folder: ordering, carrying out, taking home."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.playground.adapters import Adapters
from understudy.playground.blind import Blind
from understudy.playground.fulfilling import Fulfilling
from understudy.playground.ordering import Ordering
from understudy.playground.recordings import Recordings
from understudy.playground.rescuing import Rescuing
from understudy.playground.taken_home import TakenHome
from understudy.serving.provider import Endpoint, server_of


@dataclass(frozen=True, slots=True)
class RemoteTraining:
    """What the page and the command line call for jobs at providers."""

    ordering: Ordering
    fulfilling: Fulfilling
    rescuing: Rescuing
    home: TakenHome
    recordings: Recordings
    blind: Blind
    adapters: Adapters

    def server(self, text: str) -> Endpoint:
        """The server that a person named: a provider's id or a base URL. Raises `InputError`."""
        return server_of(text)

    def close(self) -> None:
        """Let go of what goes on; jobs go on at their provider."""
        self.recordings.close()
        self.blind.close()
        self.fulfilling.close()

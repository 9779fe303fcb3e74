"""Everything about training elsewhere, put together for one data folder: ordering, carrying out, taking home."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.playground.fulfilling import Fulfilling
from understudy.playground.ordering import Ordering
from understudy.playground.rescuing import Rescuing


@dataclass(frozen=True, slots=True)
class RemoteTraining:
    """What the page and the command line call for jobs at providers."""

    ordering: Ordering
    fulfilling: Fulfilling
    rescuing: Rescuing

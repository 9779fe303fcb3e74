"""A stage whose models can be trained at the fake provider, which has a training page of its own like OpenAI's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from tests.playground.ordered import MODEL, Nobody, listed_as_openai
from tests.provider.fake import FakeProvider
from tests.ui.stage import open_backend
from understudy.dataset.jsonl import dump_lines, read_lines
from understudy.memory import Memory
from understudy.playground.adapters import Adapters
from understudy.playground.blind import Blind
from understudy.playground.casting import Casting
from understudy.playground.exchange import import_lines
from understudy.playground.fulfilling import Fulfilling
from understudy.playground.learning import Learning, Pace
from understudy.playground.ordering import Ordering
from understudy.playground.playground import Playground
from understudy.playground.promoting import Promoting
from understudy.playground.recordings import Recordings
from understudy.playground.remote_training import RemoteTraining
from understudy.playground.rescuing import Rescuing
from understudy.playground.scope import Scope
from understudy.playground.taken_home import TakenHome
from understudy.serving.catalogue import read_catalogue
from understudy.store import Store
from understudy.training.provider_job import FineTuning

TODAY = date(2026, 11, 21)


def build_elsewhere(folder: Path, *, finder: Any = None, watched: bool = True) -> Playground:
    """A playground in `folder` on the day of the fake; `watched` carries its jobs out, as the app does."""
    listed_as_openai(folder)
    store = Store.open(folder / "understudy.db")
    store.models.add("starter", "assets/starter")
    casting, catalogue = Casting(store, "starter", open_backend), read_catalogue(folder)
    day: Any = {"today": lambda: TODAY}
    find: Any = {"find_personal": lambda: finder or Nobody()}

    def remote(learning: Learning) -> RemoteTraining:
        rescuing = Rescuing(store, catalogue, FineTuning, open_backend, **day)
        return RemoteTraining(
            Ordering(store, learning, catalogue, FineTuning, **day, **find),
            Fulfilling(
                store, casting, Promoting(store, casting), catalogue, FineTuning, every_s=0.2, settled_s=0.0, **day,
                **find,
            ),
            rescuing,
            TakenHome(store, casting, rescuing),
            Recordings(store, casting, rescuing, learning),
            Blind(store, casting, Scope(store, Memory(store))),
            Adapters(store, casting, FineTuning),
        )  # fmt: skip

    made = Playground(store, casting, pace=Pace(automatic=False), catalogue=catalogue, remote=remote)
    if watched and made.remote is not None:
        made.remote.fulfilling.watch()
    return made


def teach(playground: Playground, lines: Iterable[dict[str, Any]]) -> None:
    """Feedback to train on, as it would come from a file."""
    made = import_lines(playground.store, "starter", read_lines(dump_lines(lines)), "lines.jsonl")
    assert made.added and not made.faults


def job_there(provider: FakeProvider) -> str:
    """The id of the only job at the provider."""
    (job,) = provider.state.jobs
    return job


__all__ = ["MODEL", "build_elsewhere", "job_there", "teach"]

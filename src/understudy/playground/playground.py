"""The use cases of a person at the screen: the only thing that the page and the command line call.

Each method does one thing a person does, records it first and acts then. Text that arrives here is untrusted; what
is refused is refused with a sentence and changes nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from understudy import __version__
from understudy.dataset.asked import standing_text
from understudy.errors import InputError, NotFoundError
from understudy.memory import Memory
from understudy.playground.adding import Adding
from understudy.playground.admission import Admission, Allowance
from understudy.playground.answering import AT_ONCE, Answering
from understudy.playground.asking import Asked, Prompt, ask_all
from understudy.playground.augmenting import Augmenting
from understudy.playground.balancing import Balancing
from understudy.playground.bringing import Imports
from understudy.playground.casting import Casting
from understudy.playground.chat import Chat, Opening
from understudy.playground.cleaning import Cleaning
from understudy.playground.cleanings import Cleanings
from understudy.playground.columns import is_tuned, resolve_columns
from understudy.playground.costs import Costs
from understudy.playground.curating import Desk
from understudy.playground.difference import difference
from understudy.playground.erasing import Erasing
from understudy.playground.exploring import Exploring
from understudy.playground.export_jobs import ExportJobs
from understudy.playground.exporting import VersionExports
from understudy.playground.exports import Exports
from understudy.playground.feedback import Feedback
from understudy.playground.jobs import Jobs
from understudy.playground.learning import Learning, Pace, Perform
from understudy.playground.limits import checked_text
from understudy.playground.overview import Overview
from understudy.playground.own import Own
from understudy.playground.people import People
from understudy.playground.promoting import Promoting, VersionItem
from understudy.playground.providers import Providers
from understudy.playground.publishing import Publishing
from understudy.playground.purging import Purging
from understudy.playground.remembering import Remembering
from understudy.playground.remote_training import RemoteTraining
from understudy.playground.scope import Scope
from understudy.playground.teaching import Taught, Teaching, teach
from understudy.playground.transfers import Transfers
from understudy.playground.view import (
    MemoryView,
    Span,
)
from understudy.serving.catalogue import Catalogue, read_catalogue
from understudy.serving.fit import estimate_fit
from understudy.serving.network import Network
from understudy.serving.provider import is_address
from understudy.store import EVERYONE, Store
from understudy.types import Column, Message, Row, Sampling, Usage

log = logging.getLogger(__name__)

UNDO_WINDOW_S = 3600
"""A deleted conversation can be brought back for an hour; then its text is removed from the disk."""


class Playground:
    """Everything a person can do. Safe to call from any thread."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        adding: Adding | None = None,
        *,
        perform: Perform | None = None,
        pace: Pace | None = None,
        opening: Opening | None = None,
        memory: Memory | None = None,
        remember: bool = True,
        approve: Literal["auto", "manual"] = "auto",
        scope: Scope | None = None,
        weak: bool = False,
        personal: bool = False,
        network: Network | None = None,
        catalogue: Catalogue | None = None,
        remote: Callable[[Learning], RemoteTraining] | None = None,
        at_once: int = AT_ONCE,
        allowance: Allowance | None = None,
    ) -> None:
        self.store = store
        self.casting = casting
        self.adding = adding
        self.remembering = Remembering(store, memory or Memory(store), remember)
        self.scope = scope or Scope(store, self.remembering.memory)
        self.answering = Answering(
            store, casting, self.remembering.for_answer, self.scope.weights, at_once, self._spend
        )
        self.admission = Admission(store, self.answering, allowance or Allowance())
        self.promoting = Promoting(store, casting)
        self.own = Own(store, casting, self.promoting, personal)
        self.people = People(store, self.own.retire)
        self.feedback = Feedback(store, self.own, approve)
        self.learning = Learning(store, casting, perform, pace, weak=weak)
        self.erasing = Erasing(store, self.people, self.own, self.answering, self.learning)
        self.remote = remote(self.learning) if remote else None
        self.overview = Overview(store)
        self.imports = Imports(store, lambda: casting.base_model)
        self.desk = Desk(store, casting, self.remembering, self.scope)
        self.transfers = Transfers(store.path.parent / "transfers")
        self.exports = Exports(store, self.desk, self.transfers)
        self.version_exports = VersionExports(store, casting, self.scope)
        self.export_jobs = ExportJobs(self.version_exports, self.transfers, store.path.parent)
        self._network, catalogue = network or Network(), catalogue or read_catalogue()
        self.publishing = Publishing(store, self.version_exports, self.transfers, self._network)
        self.cleaning = Cleaning(store, self.desk)
        self.exploring = Exploring(store, self.desk)
        self.cleanings = Cleanings(self.cleaning)
        self.balancing = Balancing(store, self.cleaning)
        self.augmenting = Augmenting(store, casting, self.desk)
        self.providers, costs = Providers(store, self._network, catalogue), Costs(store, catalogue)
        self.chat = Chat(store, casting, self.answering, self.own, costs, opening or Opening())
        self.jobs = Jobs(store, self.providers, self.remote.ordering if self.remote else None)
        self._purging = Purging(store, UNDO_WINDOW_S, lambda: self.answering.busy)

    def warm_up(self) -> None:
        """Load the base model now, then what finds memories, in the background: typing takes longer than that.

        What goes wrong is not told here; it is the answer's own sentence as soon as somebody asks.
        """
        threading.Thread(target=self._load_base, name="warm-up", daemon=True).start()

    def purge_when_idle(self) -> None:
        """From now on, take conversations off the disk an hour after they were deleted, in the background."""
        self._purging.start()

    def close(self) -> None:
        """Stop what is being written, keep what was written, and let go of models and store."""
        if self.remote is not None:
            self.remote.close()
        self.learning.close()
        self.imports.close()
        self.exports.tasks.close()
        self.export_jobs.tasks.close()
        self.publishing.tasks.close()
        self.cleanings.close()
        self.augmenting.close()
        self.transfers.close()
        self.exploring.close()
        self.desk.close()
        self._purging.close()
        self.answering.stop_all()
        self.casting.close()
        self.store.close()

    def ask_once(
        self,
        prompts: Sequence[Prompt],
        columns: Sequence[str],
        sampling: Sampling,
        memory: bool | None = None,
        own: str = EVERYONE,
    ) -> Iterator[Asked]:
        """Answers for a script, in order; nothing is recorded. Tuned columns have memory if it is on, or as given.

        `own` is the understudy that the column `mine` asks. A script has time: it waits for what finds memories, so
        that the same script finds the same.
        """
        resolved = resolve_columns(self.store, self.casting.base_model, columns, own)
        tuned = any(is_tuned(column.label, column.version) for column in resolved)
        if tuned and self.store.corrections.lessons(person=own):
            self.scope.get_ready()

        def prepare(column: Column, messages: Sequence[Message]) -> Row:
            reading = self.remembering.for_script(column, messages, memory)
            weights = self.scope.weights(column.model, column.version, messages)
            return Row(reading.messages, weights, quotes=reading.quotes)

        return ask_all(self.casting, prompts, resolved, sampling, prepare=prepare)

    # -- memory ----------------------------------------------------------------------------------------------------

    def teach(self, rows: Iterable[tuple[int, Taught]], source: str, own: str = EVERYONE) -> Teaching:
        """Corrections from a file, approved, for everyone or `own`; a row that is refused is told with its number."""
        return teach(self.store, self.casting.base_model, rows, source, own)

    def set_memory(self, on: bool) -> None:
        """Whether tuned columns recall corrections, until the program ends; the setting says it for the next start."""
        self.remembering.on = on

    def memory(self) -> MemoryView:
        """Whether memory is on, and what a person should know about how it searches."""
        return MemoryView(self.remembering.on, self.remembering.memory.sentence)

    def difference(self, first: str, second: str) -> tuple[Span, ...]:
        """The words between two answers as they stand now."""
        return difference(standing_text(self.store, first), standing_text(self.store, second))

    def about(self) -> dict[str, object]:
        """What the settings page says about this installation."""
        cards = {name: asdict(backend.describe()) for name, backend in self.casting.loaded().items()}
        return {
            "version": __version__,
            "database": str(self.store.path),
            "data_folder": str(self.store.path.parent),
            "base_model": self.casting.base_model,
            "card": cards.get(self.casting.base_model),
            "cards": cards,
            "models": [{"name": model.name, "source": model.source} for model in self.store.models.list()],
            "counts": self.store.feedback_counts(),
        }

    # -- models --------------------------------------------------------------------------------------------------

    def fit(self, source: str) -> dict[str, object]:
        """Whether a model would run here, read from its headers; nothing is loaded. Raises `ModelError`.

        Of a model at a server it says where that is.
        """
        source = checked_text(source, "model", most=4096).strip()
        if is_address(source):
            return {"sentence": self.providers.where(source), "remote": True}
        if not Path(source).expanduser().is_dir():
            self._network.check_host("the model hub")
        return asdict(estimate_fit(source))

    def start_adding_model(self, source: str) -> str:
        """Fetch and register a model by folder or hub id, in the background; returns the job's id."""
        if self.adding is None:
            raise InputError("Models cannot be added here.")
        return self.adding.start(checked_text(source, "model", most=4096).strip())

    def job(self, job: str) -> dict[str, object]:
        """How far a model has come: state, bytes, seconds left, and the sentence at its end."""
        if self.adding is None:
            raise NotFoundError("There are no downloads here.")
        return self.adding.get(job).as_dict()

    def cancel_job(self, job: str) -> None:
        if self.adding is not None:
            self.adding.cancel(job)

    def use_base_model(self, name: str) -> None:
        """From now on `base` means this model, here and after a restart. It is loaded with the next answer."""
        self.store.models.set_base(name)
        self.casting.base_model = name

    # -- versions of the base model ------------------------------------------------------------------------------

    def versions(self, own: str = EVERYONE) -> list[VersionItem]:
        """Newest first, the base last; of everyone's understudy, or what `own` may use."""
        return self.promoting.versions(self.casting.base_model, own)

    def promote(self, number: int, *, anyway: bool = False, own: str = EVERYONE) -> str:
        """Make a version live, see `Promoting.promote`; returns the sentence that says so."""
        return self.promoting.promote(self.casting.base_model, number, anyway=anyway, person=own)

    def roll_back(self, number: int | None = None, own: str = EVERYONE) -> str:
        """Back to the champion before, or to any version; returns the sentence that says so."""
        return self.promoting.roll_back(self.casting.base_model, number, person=own)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _load_base(self) -> None:
        try:
            self.casting.backend(self.casting.base_model)
        except Exception:
            log.warning("the base model could not be loaded ahead of the first question", exc_info=True)
        self.remembering.memory.loader.start()

    def _spend(self, person: str, usage: Usage) -> None:
        self.admission.spend(person, usage)

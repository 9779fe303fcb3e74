"""What a person does about jobs at providers: choose a model, read the offer, agree, look after it, clean up.

An offer that was read is kept for a while, so that its lines can be looked at page by page and are those that would be
sent. Agreeing makes it anew (see `ordering`): nothing hangs on what is kept here.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from understudy.dataset.privacy import WORDS
from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.playground.job_view import JobLine, JobView, read_job, read_job_lines
from understudy.playground.offer_view import LinesPage, OfferView, read_lines_page, read_offer
from understudy.playground.ordering import Cleaned, Offer, Ordering, Wanted
from understudy.playground.providers import Providers, ServerChoice
from understudy.playground.trainable import Trainable, trainable
from understudy.serving.provider import LEGACY, server_of
from understudy.store import Job, Store

OFFERS_KEPT = 4


@dataclass(frozen=True, slots=True)
class CleanedView:
    """What was deleted at the provider, and a sentence for all that is left there."""

    files: int
    models: int
    left: tuple[str, ...]


class Jobs:
    """Reached as `playground.jobs`. Without `ordering` there are none, and none can be ordered."""

    def __init__(self, store: Store, providers: Providers, ordering: Ordering | None) -> None:
        self._store, self._providers, self._maybe = store, providers, ordering
        self._offers: OrderedDict[str, Offer] = OrderedDict()

    # -- before ----------------------------------------------------------------------------------------------------

    def servers(self) -> tuple[ServerChoice, ...]:
        """Where a model may be trained."""
        return tuple(choice for choice in self._providers.servers() if choice.id != LEGACY.id)

    def kinds(self) -> dict[str, str]:
        """Kinds of personal data that can be masked, with their words."""
        return {kind.value: plural for kind, (_, plural) in WORDS.items()}

    def trainable(self, server: str) -> Trainable:
        """The models of a server: a profile's id or a base URL. Raises `InputError` or `ModelError`."""
        asked, ordering = server_of(server), self._ordering
        try:
            told = {offered.id: offered.shutdown for offered in self._providers.listed(asked)}
        except UnderstudyError as error:
            if ordering.catalogue.find_provider(asked.host) is None:
                raise
            return trainable(asked, ordering.catalogue, {}, ordering.today(), str(error))
        return trainable(asked, ordering.catalogue, told, ordering.today())

    def preflight(self, wanted: Wanted) -> OfferView:
        """Everything to read before agreeing; nothing is sent. Raises `InputError`."""
        offer = self._ordering.offer(self._named(wanted))
        self._offers[offer.agreement] = offer
        self._offers.move_to_end(offer.agreement)
        while len(self._offers) > OFFERS_KEPT:
            self._offers.popitem(last=False)
        return read_offer(offer)

    def lines(self, agreement: str, file: str, start: int) -> LinesPage:
        """Lines of a file of an offer that was read. Raises `NotFoundError` for one that was read too long ago."""
        offer = self._offers.get(agreement)
        if offer is None:
            raise NotFoundError("This was looked at too long ago. Look again before you go on.")
        return read_lines_page(offer, file, start)

    def order(self, wanted: Wanted, agreement: str) -> JobView:
        """The person agreed to the offer with this mark. Raises `InputError` where it is another one by now."""
        return self._view(self._ordering.confirm(self._named(wanted), agreement))

    # -- afterwards ------------------------------------------------------------------------------------------------

    def list(self) -> tuple[JobLine, ...]:
        """The newest jobs, newest first."""
        return read_job_lines(self._store)

    def newest(self, model: str) -> JobView | None:
        """The newest job of a model; None for one that was never trained elsewhere."""
        runs = {run.id for run in self._store.runs.list(model)}
        job = next((job for job in self._store.jobs.list() if job.run in runs), None)
        return self._view(job) if job else None

    def has(self, run: str) -> bool:
        """Whether a run is at a provider."""
        return bool(self._store.jobs.list(run))

    def pause(self, run: str) -> None:
        """Let the job of a run rest. Raises `TrainingError` where its provider cannot."""
        self._ordering.pause(self._of_run(run))

    def resume(self, run: str) -> None:
        """Let the job of a run go on. Raises `TrainingError` where its provider cannot."""
        self._ordering.resume(self._of_run(run))

    def cancel(self, run: str) -> None:
        """End the job of a run; what it cost so far is not given back."""
        self._ordering.cancel(self._of_run(run))

    def train_here(self, job: str) -> str:
        """The same data for the local base model; the id of its run."""
        return self._ordering.train_here(job)

    def clean(self, job: str, *, models: bool) -> CleanedView:
        """Delete what an ended job left at its provider, with `models` what it made there too."""
        done: Cleaned = self._ordering.clean(job, models=models)
        return CleanedView(done.files, len(done.models), done.left)

    # -- what the methods above share ------------------------------------------------------------------------------

    def _of_run(self, run: str) -> str:
        return self._store.jobs.list(run)[0].id

    def _view(self, job: Job) -> JobView:
        return read_job(self._store, job, self._ordering.models_of(job))

    def _named(self, wanted: Wanted) -> Wanted:
        """With the name that the address has here, so that a second job adds to the versions of the first."""
        known = {model.source: model.name for model in self._store.models.list()}
        return replace(wanted, model=known.get(wanted.model, wanted.model))

    @property
    def _ordering(self) -> Ordering:
        if self._maybe is None:
            raise InputError("Models cannot be trained elsewhere from here.")
        return self._maybe

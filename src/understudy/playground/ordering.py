"""Ordering a training job at a provider: what it would send and cost is shown first, and only that is then agreed to.

An offer is made of the same values each time, and its `agreement` is a hash of all that a person reads and of every
byte that would leave. Confirming makes the offer again: where anything differs (a new correction, another price,
another day's dates) it is refused, and looked at anew. What was confirmed is one row, and `Fulfilling` does the rest.
The files are not kept here: they are made again from the same facts, and must be the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from understudy.dataset.example import Snapshot
from understudy.dataset.formats import Format
from understudy.dataset.gather import Sources, snapshot, sources
from understudy.dataset.jsonl import BOM, dump_lines
from understudy.dataset.outgoing import masked, outgoing, split
from understudy.dataset.privacy import MISSING, Kind, Recogniser, recogniser
from understudy.dataset.tokens import token_counter
from understudy.errors import InputError, UnderstudyError
from understudy.playground.adding import unused_name
from understudy.playground.learning import Learning
from understudy.playground.preflight import FORMATS, Eligibility, Order, Preflight, preflight
from understudy.serving.catalogue import Catalogue, Method
from understudy.serving.provider import LEGACY, MODEL_FILE, Endpoint, endpoint_of, is_address
from understudy.store import Job, RemoteFile, Run, Store
from understudy.types import BASE

if TYPE_CHECKING:
    from understudy.training.provider_job import FineTuning

OpenApi = Callable[[Endpoint], "FineTuning"]
"""Opens the fine-tuning API of a server; brings the openai package."""

PROBES = 20
"""Unrelated questions of the gate: fewer than for a model here, because each answer is paid for."""

_SETTINGS = ("n_epochs", "batch_size", "learning_rate_multiplier", "beta")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants trained: `model` is a registered one or an address, `parent` a version to go on from.

    `settings` that are left out are the provider's choice, which is right for a first run. `mask` are kinds of personal
    data that do not leave, `unchecked_agreed` that nobody could look for them. `format` is the method's, if None.
    """

    model: str
    method: Method = "supervised"
    parent: int = BASE
    settings: Mapping[str, Any] = field(default_factory=dict)
    mask: tuple[Kind, ...] = ()
    unchecked_agreed: bool = False
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What confirming would do. `may_go_on` False has its reasons in the report's `stops`."""

    wanted: Wanted
    endpoint: Endpoint
    chosen: Sources
    order: Order
    report: Preflight

    @property
    def agreed(self) -> dict[str, Any]:
        """Everything that the person is shown, as it is kept with the job."""
        files = zip(self.report.sent, (self.order.train, self.order.validation), strict=False)
        return {
            "host": self.endpoint.host,
            "model": self.endpoint.model,
            "method": self.wanted.method,
            "settings": dict(self.wanted.settings),
            "sentences": list(self.report.sentences),
            "price": [self.report.cost.low, self.report.cost.high],
            "files": [
                {"name": f.name, "lines": f.lines, "bytes": f.bytes, "digest": digest_of(data)} for f, data in files
            ],
        }

    @property
    def agreement(self) -> str:
        """The mark of exactly this offer, to be given back when confirming."""
        return digest_of(json.dumps(self.agreed, sort_keys=True).encode())[:16]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was deleted at the provider, and what is `left` there with the reason."""

    files: int
    models: tuple[str, ...]
    left: tuple[str, ...]


class Ordering:
    """Offers, confirmed jobs, and what a person does with them. `today` is the date in UTC."""

    def __init__(
        self,
        store: Store,
        learning: Learning,
        catalogue: Catalogue,
        open_api: OpenApi,
        *,
        today: Callable[[], date],
        find_personal: Callable[[], Recogniser | None] = recogniser,
    ) -> None:
        self._store, self._learning, self.catalogue = store, learning, catalogue
        self._open, self.today, self._finder = open_api, today, find_personal

    # -- before anything is sent -----------------------------------------------------------------------------------

    def offer(self, wanted: Wanted) -> Offer:
        """Everything to read before agreeing; only questions are asked of the provider. Raises `InputError`."""
        endpoint = endpoint_for(self._store, wanted.model, wanted.parent)
        _check_settings(wanted, endpoint)
        _check_format(wanted, endpoint)
        chosen = sources(self._store, wanted.model, wanted.parent)
        finder = self._finder()
        order = draft(self._store, wanted, chosen, endpoint, finder)
        api = self._open(endpoint)
        report = preflight(
            order, endpoint, self.catalogue, self.today(), token_counter(endpoint.model), finder,
            _ELIGIBLE[api.may_train()], api.shutdown(),
        )  # fmt: skip
        return Offer(wanted, endpoint, chosen, order, report)

    def confirm(self, wanted: Wanted, agreement: str) -> Job:
        """The person agreed to the offer with this mark: its job is recorded, and nothing sent yet.

        Raises `InputError` where the offer may not go on or is another one by now, or a run is open.
        """
        offer = self.offer(wanted)
        if not offer.report.may_go_on:
            raise InputError(" ".join(offer.report.stops[:3]))
        if agreement != offer.agreement:
            raise InputError(
                "What would be sent or paid is not what you agreed to: something changed since. Read it again."
            )
        return self._record(offer)

    def _record(self, offer: Offer) -> Job:
        """Run and job together, so that no trainer here takes the run for its own."""
        wanted, endpoint = offer.wanted, offer.endpoint
        with self._store.together():
            model = self._registered(wanted.model)
            if self._store.runs.open(model):
                raise InputError(f"A run of {model} is already on its way. Wait until it is done, or cancel it.")
            recipe = {"method": wanted.method, **dict.fromkeys(_SETTINGS[:3], "auto"), **wanted.settings}
            trigger = f"ordered at {endpoint.host}"
            run = self._store.runs.add(model, wanted.parent, trigger, recipe, offer.chosen.values())
            request = {
                "settings": dict(wanted.settings), "mask": [*wanted.mask], "format": wanted.format,
                "unchecked_agreed": wanted.unchecked_agreed,
            }  # fmt: skip
            return self._store.jobs.add(
                run.id, endpoint.profile.id, endpoint.host, endpoint.model, wanted.method, request, offer.agreed
            )

    def _registered(self, model: str) -> str:
        if self._store.models.find(model) is None:
            source, model = model, unused_name(self._store, model)
            self._store.models.add(model, source)
        return model

    # -- afterwards ------------------------------------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """Newest first."""
        return self._store.jobs.list()

    def pause(self, job: str) -> None:
        """Ask the provider to let it rest. Raises `TrainingError` where it cannot."""
        found = self._going(job)
        self._store.runs.wish(found.run, "pause")
        self._api(found).pause(self._known(found))

    def resume(self, job: str) -> None:
        """Ask the provider to go on. Raises `TrainingError` where it cannot."""
        found = self._going(job)
        self._store.runs.wish(found.run, "")
        self._api(found).resume(self._known(found))

    def cancel(self, job: str) -> None:
        """End it: at the provider too, as soon as it is known there."""
        found = self._going(job)
        self._store.runs.wish(found.run, "cancel")
        if found.external is not None:
            self._api(found).cancel(found.external)

    def train_here(self, job: str) -> str:
        """Train the local base model on the same data instead; the id of its run."""
        return self._learning.start_like(self._store.jobs.get(job).run)

    def clean(self, job: str, *, models: bool = False) -> Cleaned:
        """Delete the files of an ended job at its provider, with `models` its models and their versions too.

        Raises `InputError` for a job that goes on.
        """
        found = self._store.jobs.get(job)
        if found.finished is None:
            raise InputError("This job goes on, and needs its files. Cancel it first, or wait until it has ended.")
        api = self._api(found)
        files, left = delete_files(self._store, found, api)
        gone = []
        for name, number in self.models_of(found) if models else ():
            try:
                if number is not None:
                    self._store.versions.set_removed(self._store.runs.get(found.run).model, number)
                api.delete_model(name)
                self._store.jobs.set_model_gone(job, name)
                gone.append(name)
            except UnderstudyError as error:
                left.append(f"{name}: {error}")
        return Cleaned(files, tuple(gone), tuple(left))

    def left_behind(self) -> list[RemoteFile]:
        """Files of ended jobs that may still lie at a provider."""
        return self._store.jobs.left_behind()

    def models_of(self, job: Job) -> list[tuple[str, int | None]]:
        """The models of a job that may still lie at its provider, with the versions here that are theirs, if any."""
        names = [*(point.model for point in self._store.jobs.checkpoints(job.id)), *([job.tuned] if job.tuned else [])]
        model = self._store.runs.get(job.run).model
        numbers = {
            remote_name(self._store, model, version.number): version.number
            for version in self._store.versions.list(model)
            if version.removed is None
        }
        gone = self._store.jobs.gone_models(job.id)
        return [(name, numbers.get(name)) for name in dict.fromkeys(names) if name not in gone]

    def _going(self, job: str) -> Job:
        found = self._store.jobs.get(job)
        if found.finished is not None:
            raise InputError(f"This job has ended: {found.sentence}")
        return found

    def _known(self, job: Job) -> str:
        if job.external is None:
            raise InputError(f"{job.host} does not have this job yet. Wait a moment, then try again.")
        return job.external

    def _api(self, job: Job) -> FineTuning:
        return self._open(endpoint_of_job(self._store, job))


_ELIGIBLE = {True: Eligibility.YES, False: Eligibility.NO, None: Eligibility.UNKNOWN}


def draft(store: Store, wanted: Wanted, chosen: Sources, endpoint: Endpoint, finder: Recogniser | None) -> Order:
    """The files as they would be sent: from the same facts, the same bytes. Raises `InputError`."""
    format = wanted.format or FORMATS[wanted.method]
    lines = outgoing(store, facts_of(store, chosen), format)
    if wanted.mask:
        if finder is None:
            raise InputError(MISSING)
        lines = masked(lines, wanted.mask, finder)
    train, validation = (dump_lines(line.fields for line in part) for part in split(lines))
    mark = BOM if endpoint.profile.bom else b""
    epochs = wanted.settings.get("n_epochs")
    return Order(
        endpoint.model, wanted.method, mark + train, mark + validation if validation else b"",
        epochs if isinstance(epochs, int) else None, wanted.format, wanted.mask, wanted.unchecked_agreed,
    )  # fmt: skip


def facts_of(store: Store, chosen: Sources) -> Snapshot:
    """What a run at a provider learns from, and what its gate asks."""
    return snapshot(store, chosen, probes=PROBES)


def wanted_of(job: Job, run: Run) -> Wanted:
    """What was confirmed, from its rows."""
    asked = job.request
    return Wanted(
        run.model, cast(Method, job.method), run.parent, asked["settings"], tuple(map(Kind, asked["mask"])),
        asked["unchecked_agreed"], Format(asked["format"]) if asked["format"] else None,
    )  # fmt: skip


def endpoint_for(store: Store, model: str, parent: int = BASE) -> Endpoint:
    """Where a model is trained, from its base or on from a version. Raises `InputError` for one that runs here."""
    found = store.models.find(model)
    source = found.source if found else model
    if not is_address(source):
        raise InputError(f"{model} runs on this machine. Train it with `understudy train`, or name a provider's model.")
    endpoint = endpoint_of(source)
    if endpoint.profile is LEGACY:
        raise InputError(f"{endpoint.host} only continues texts. Name a server that speaks Chat Completions.")
    if parent == BASE:
        return endpoint
    name = remote_name(store, model, parent)
    if name is None:
        raise InputError(f"{model} has no version v{parent} to go on from. Choose one of its versions, or the base.")
    return Endpoint(endpoint.profile, endpoint.base_url, name)


def endpoint_of_job(store: Store, job: Job) -> Endpoint:
    """Where a job is, with the model that it trains."""
    endpoint = endpoint_for(store, store.runs.get(job.run).model)
    return Endpoint(endpoint.profile, endpoint.base_url, job.model)


def remote_name(store: Store, model: str, number: int) -> str | None:
    """What a version is called at its provider; None where its folder does not say."""
    version = store.versions.find(model, number)
    try:
        text = (store.path.parent / (version.path if version else "") / MODEL_FILE).read_text(encoding="utf-8")
        return str(json.loads(text)["model"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def delete_files(store: Store, job: Job, api: FineTuning) -> tuple[int, list[str]]:
    """Delete a job's files at its provider: how many, and a sentence for each that may still be there."""
    done, left = 0, []
    for file in store.jobs.files(job.id):
        if file.deleted is not None:
            continue
        try:
            external = file.external or api.find_file(file.name)  # the answer to an upload may have been lost
            if external is not None:
                api.delete_file(external)
            store.jobs.set_file_deleted(file.id)
            done += 1
        except UnderstudyError as error:
            left.append(f"{file.name} may still lie at {job.host}: {error}")
    return done, left


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check_settings(wanted: Wanted, endpoint: Endpoint) -> None:
    known = {*_SETTINGS[:3], *endpoint.profile.job_extras, *(("beta",) if wanted.method == "dpo" else ())}
    for name in wanted.settings.keys() - known:
        raise InputError(f"{name!r} is no setting of {endpoint.profile.name}. Known are {', '.join(sorted(known))}.")


def _check_format(wanted: Wanted, endpoint: Endpoint) -> None:
    if wanted.format is not Format.COMPLETION:
        return
    if wanted.method == "dpo":
        raise InputError("Lines of prompt and completion hold one answer, and dpo learns from two. Leave --legacy out.")
    if not endpoint.profile.legacy_lines:
        raise InputError(
            f"{endpoint.profile.name} trains on no lines of prompt and completion any more. Leave --legacy out: then"
            " chat lines are sent."
        )

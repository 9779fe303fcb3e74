"""Puts the pieces together for one data folder: store, models, playground.

The only place that knows which backend opens which source. torch is imported when the first model is opened, not
before, so that the window appears first.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.importing import importing
from understudy.memory import EmbedderLoader, Memory
from understudy.openmp import wait_briefly
from understudy.playground.adapters import Adapters
from understudy.playground.adding import Adding, Fetch, Progress, unused_name
from understudy.playground.admission import Allowance
from understudy.playground.blind import Blind
from understudy.playground.casting import Casting
from understudy.playground.chat import Opening
from understudy.playground.fulfilling import Fulfilling
from understudy.playground.learning import Learning, Pace, Perform
from understudy.playground.ordering import Ordering
from understudy.playground.playground import Playground
from understudy.playground.promoting import Promoting, sweep
from understudy.playground.providers import check_life
from understudy.playground.recordings import Recordings
from understudy.playground.remote_training import RemoteTraining
from understudy.playground.rescuing import Rescuing
from understudy.playground.scope import Scope
from understudy.playground.taken_home import TakenHome
from understudy.redaction import hide_secrets
from understudy.serving import zero_gpu
from understudy.serving.backend import Backend
from understudy.serving.catalogue import Catalogue, read_catalogue
from understudy.serving.download import fetch_model
from understudy.serving.network import Network
from understudy.serving.provider import Endpoint, endpoint_of, is_address
from understudy.settings import Settings, starter_folder
from understudy.store import Store
from understudy.training.recipe import Recipe

if TYPE_CHECKING:
    from understudy.training.provider_job import FineTuning

STARTER = "starter"


def build_playground(settings: Settings) -> Playground:
    """The playground of `settings.home`. Raises `StoreError` or `SettingsError`; loads no model yet."""
    hide_secrets()
    wait_briefly()
    Recipe.from_values(settings.training)  # a wrong value is told now, not when the first run begins
    store = Store.open(settings.home / "understudy.db")
    catalogue = read_catalogue(settings.home)
    _ensure_starter(store)
    sweep(store)
    base = _base_model(store, settings)

    network = Network(settings.local_only)
    if settings.local_only:
        _keep_the_hub_away()

    on_gpu = zero_gpu.on_gpu() if zero_gpu.is_here() else None

    def open_backend(name: str, source: str) -> Backend:
        if is_address(source):
            with importing("openai"):
                from understudy.serving.remote import RemoteBackend

            return RemoteBackend(source, name=name, network=network)
        with importing("torch"):
            from understudy.serving.device import choose_placement
            from understudy.serving.local import LocalBackend

        device = None if settings.device == "auto" else settings.device
        placement = choose_placement("cpu" if on_gpu else device, settings.threads)
        backend = LocalBackend(source, name=name, placement=placement)
        return zero_gpu.ZeroGpuBackend(source, backend, on_gpu) if on_gpu else backend

    casting = Casting(store, base, open_backend)
    memory = Memory(store, EmbedderLoader(settings.embedder))
    scope = Scope(store, memory, settings.scope == "near")
    return Playground(
        store,
        casting,
        Adding(store, _fetch(network, catalogue)),
        perform=_refusing(store) if on_gpu else _performing(store, casting, scope, settings),
        pace=Pace(
            settings.learn == "auto",
            settings.learn_after_corrections,
            settings.learn_after_others,
            settings.learn_quiet_s,
        ),
        opening=Opening(sampling=settings.sampling(), system=settings.system),
        memory=memory,
        remember=settings.memory,
        approve=settings.approve,
        scope=scope,
        weak=settings.learn_weak,
        personal=settings.personal,
        network=network,
        catalogue=catalogue,
        remote=_remote(store, casting, scope, network, catalogue, settings),
        at_once=settings.answers_at_once,
        allowance=_allowance(settings),
    )


def _allowance(settings: Settings) -> Allowance:
    return Allowance(
        requests=settings.limit_requests,
        tokens=settings.limit_tokens,
        waiting=settings.limit_waiting,
        line=settings.line,
        characters=settings.limit_characters,
        conversations=settings.limit_conversations,
        upload=settings.limit_upload,
        people_an_address=settings.limit_address,
    )


def _keep_the_hub_away() -> None:
    """The hub's own switch, for the libraries that ask it by themselves: what is here is still found."""
    from huggingface_hub import constants

    constants.HF_HUB_OFFLINE = True


def _remote(
    store: Store, casting: Casting, scope: Scope, network: Network, catalogue: Catalogue, settings: Settings
) -> Callable[[Learning], RemoteTraining]:
    """Training elsewhere, once it is known who trains here."""

    def open_api(endpoint: Endpoint) -> FineTuning:
        with importing("openai"):
            from understudy.training.provider_job import FineTuning

        return FineTuning(endpoint, network)

    def open_backend(name: str, source: str) -> Backend:
        with importing("openai"):
            from understudy.serving.remote import RemoteBackend

        return RemoteBackend(source, name=name, network=network)

    def made(learning: Learning) -> RemoteTraining:
        promoting, automatic = Promoting(store, casting), settings.promote == "auto"
        rescuing = Rescuing(store, catalogue, open_api, open_backend, today=_today)
        return RemoteTraining(
            Ordering(store, learning, catalogue, open_api, today=_today),
            Fulfilling(store, casting, promoting, catalogue, open_api, today=_today, scope=scope, automatic=automatic),
            rescuing,
            TakenHome(store, casting, rescuing),
            Recordings(store, casting, rescuing, learning),
            Blind(store, casting, scope),
            Adapters(store, casting, open_api),
        )

    return made


def _today() -> date:
    """In UTC, as providers count their days."""
    return datetime.now(UTC).date()


def _fetch(network: Network, catalogue: Catalogue) -> Fetch:
    """Brings a model here: from a hub or a folder, or only makes sure that a remote one has not ended."""

    def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
        if is_address(source):
            check_life(endpoint_of(source), network, catalogue, _today())
            return Path()
        if not Path(source).expanduser().is_dir():
            network.check_host("the model hub")
        return fetch_model(source, progress, cancelled)

    return fetch


def _performing(store: Store, casting: Casting, scope: Scope, settings: Settings) -> Perform:
    """What works on runs; made with the first one, because it brings torch and peft."""

    @functools.cache
    def made() -> Perform:
        from understudy.playground.performing import Performing

        promoting = Promoting(store, casting)
        automatic = settings.promote == "auto"
        return Performing(store, casting, promoting, scope=scope, automatic=automatic, recipe=settings.training)

    return lambda run, closing: made()(run, closing)


def _refusing(store: Store) -> Perform:
    """Ends runs where there is a GPU only while somebody is answered: a day's share of it would not train anything."""
    sentence = (
        "This Space has a GPU only while it answers. Pull what was said here to a machine of yours, and train there."
    )
    return lambda run, closing: store.runs.finish(run.id, "failed", sentence)


def _base_model(store: Store, settings: Settings) -> str:
    """The name that `base` means: the setting, else what was chosen on the page, else the starter."""
    source = settings.base_model
    if source is None:
        chosen = store.models.base()
        return chosen if chosen and store.models.find(chosen) else STARTER
    if store.models.find(source) is not None:
        return source
    source = str(Path(source).expanduser().absolute()) if Path(source).expanduser().is_dir() else source
    name = unused_name(store, source)
    store.models.add(name, source)
    return name


def _ensure_starter(store: Store) -> None:
    """The starter is called `starter` wherever the program lies now; a moved checkout takes its name along."""
    known = store.models.find(STARTER)
    if known is not None and known.source != str(starter_folder()):
        store.models.remove(STARTER)
    store.models.add(STARTER, str(starter_folder()))

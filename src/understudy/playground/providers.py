"""Models that answer elsewhere: which servers there are, what they offer and until when, and adding one as a column.

Listing is a question to the server and nothing else leaves this machine; a model is only a name in the store until
somebody asks it. What the server says about a model's end and what the catalogue says are both read; the earlier date
counts. Checkpoints of finished jobs answer like any model and stand in no list of models, so the jobs are asked too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from understudy.errors import InputError, UnderstudyError
from understudy.importing import importing
from understudy.playground.adding import unused_name
from understudy.playground.limits import checked_text
from understudy.serving.catalogue import Catalogue, Listed, Prices, in_days
from understudy.serving.network import Network
from understudy.serving.provider import (
    COMPATIBLE,
    ENV_FILE,
    LEGACY,
    PROFILES,
    Endpoint,
    Profile,
    address_of,
    endpoint_of,
    find_secret,
    server_of,
)
from understudy.store import Store

if TYPE_CHECKING:
    from understudy.serving.remote import Offered
    from understudy.training.provider_job import FineTuning


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """A kind of server. `missing` says which variable has to be set first, "" when all is there."""

    id: str
    name: str
    takes_url: bool
    missing: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A model at a server: `source` is its address, `detail` its end and its prices, `name` what it is called here.

    `over` is whether it was shut down: it answers nothing any more.
    """

    source: str
    model: str
    detail: str
    over: bool
    name: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What a server offers. `sentence` says where it is, `age` how old the dates and prices are."""

    sentence: str
    age: str
    models: tuple[Offer, ...]


class Providers:
    """Servers, their models, and the models of them that are known here."""

    def __init__(
        self, store: Store, network: Network, catalogue: Catalogue, today: Callable[[], date] = date.today
    ) -> None:
        self._store, self._network, self._catalogue, self._today = store, network, catalogue, today

    def servers(self) -> tuple[ServerChoice, ...]:
        return tuple(
            ServerChoice(profile.id, _title(profile), profile in (COMPATIBLE, LEGACY), _missing(profile))
            for profile in PROFILES.values()
        )

    def offers(self, server: str) -> Offers:
        """Ask a server (a profile's id or a base URL) for its models; fine-tuned ones first, ended ones last."""
        asked = server_of(checked_text(server, "server", most=4096))
        known = {model.source: model.name for model in self._store.models.list()}
        listed = {offered.id: offered.shutdown for offered in self.listed(asked)}
        days = dict.fromkeys(_made(asked, self._network)) | listed
        found = [self._offer(asked, model, shutdown, known) for model, shutdown in days.items()]
        found.sort(key=lambda offer: (offer.over, not offer.model.startswith("ft:"), offer.model))
        age = self._catalogue.age(self._today()) if self._catalogue.find_provider(asked.host) else ""
        return Offers(where(asked), age, tuple(found))

    def listed(self, server: Endpoint) -> list[Offered]:
        """What a server lists, asked now. Raises InputError or ModelError with the sentence for the person."""
        with importing("openai"):
            from understudy.serving.remote import list_models
        return list_models(server, self._network)

    def add(self, source: str) -> str:
        """Register a remote model that has not ended; returns the name that a column can have. Raises InputError."""
        source = checked_text(source, "model", most=4096).strip()
        check_life(endpoint_of(source), self._network, self._catalogue, self._today())
        known = next((model.name for model in self._store.models.list() if model.source == source), None)
        return known or self._store.models.add(unused_name(self._store, source), source).name

    def where(self, source: str) -> str:
        """What a person should know before a remote model is added. Raises InputError."""
        endpoint = endpoint_of(source)
        self._network.check(endpoint)
        return where(endpoint)

    def _offer(self, server: Endpoint, model: str, shutdown: date | None, known: dict[str, str]) -> Offer:
        provider = self._catalogue.find_provider(server.host)
        listed = self._catalogue.find(provider.id, model) if provider else None
        ends = listed.until(shutdown).shutdown if listed else shutdown
        over = ends is not None and ends <= self._today()
        prices = self._catalogue.prices(provider.id, model) if provider else Prices()
        details = (_end(ends, listed, self._today()), _price(prices))
        source = address_of(server, model)
        return Offer(source, model, " · ".join(filter(None, details)), over, known.get(source, ""))


def check_life(endpoint: Endpoint, network: Network, catalogue: Catalogue, today: date) -> None:
    """Raises InputError for a model that was shut down, by the earlier of what its server and the catalogue say.

    A server that does not say, or cannot be asked, stops nobody: what is wrong then is the first answer's sentence.
    """
    network.check(endpoint)
    provider = catalogue.find_provider(endpoint.host)
    listed = catalogue.find(provider.id, endpoint.model) if provider else None
    try:
        told = _api(endpoint, network).shutdown()
    except UnderstudyError:
        told = None
    ends = min((day for day in (told, listed.shutdown if listed else None) if day is not None), default=None)
    if ends is not None and ends <= today:
        raise InputError(f"{endpoint.model} was shut down at {endpoint.host} on {ends}. Choose another model.")


def _made(server: Endpoint, network: Network) -> list[str]:
    """Models of finished jobs, checkpoints too; none where a server has no jobs or does not show them."""
    try:
        return _api(server, network).made()
    except UnderstudyError:
        return []


def _api(endpoint: Endpoint, network: Network) -> FineTuning:
    with importing("openai"):
        from understudy.training.provider_job import FineTuning

    return FineTuning(endpoint, network)


def where(endpoint: Endpoint) -> str:
    """Where a model is, and what that means."""
    if endpoint.is_loopback:
        return f"{endpoint.host} is this machine: nothing leaves it."
    return f"The model runs at {endpoint.host}: what is asked in its column is sent there."


def _title(profile: Profile) -> str:
    return {"compatible": "Another server", "completions": "Another server, legacy completions"}.get(
        profile.id, profile.name
    )


def _missing(profile: Profile) -> str:
    needed = [profile.url_variable] if profile.url_variable and not profile.base_url else []
    needed += [profile.key_variable] if profile.needs_key else []
    unset = [variable for variable in needed if find_secret(variable) is None]
    if not unset:
        return ""
    return (
        f"{profile.name} needs {' and '.join(unset)}. Set it in the environment or in a file {ENV_FILE} where the"
        " program starts. It is never typed here, and never stored."
    )


def _end(ends: date | None, listed: Listed | None, today: date) -> str:
    if ends is None:
        return ""
    if ends <= today:
        return f"was shut down on {ends}"
    surely = "not before" if listed is not None and listed.dates_are_earliest else "on"
    return f"is shut down {surely} {ends}, {in_days((ends - today).days)}"


def _price(prices: Prices) -> str:
    """Dollars for a million tokens; nothing where nothing is known."""
    if prices.input is None or prices.output is None:
        return ""
    return f"${prices.input:g} to read and ${prices.output:g} to write a million tokens"

"""Models that answer elsewhere: which servers there are, what they offer and until when, and adding one as a column.

Listing is a question to the server and nothing else leaves this machine; a model is only a name in the store until
somebody asks it. What the server says about a model's end and what the catalogue says are both read; the earlier date
counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

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
        found = [self._offer(asked, offered.id, offered.shutdown, known) for offered in self.listed(asked)]
        found.sort(key=lambda offer: (offer.over, not offer.model.startswith("ft:"), offer.model))
        listed = self._catalogue.find_provider(asked.host) is not None
        return Offers(where(asked), self._catalogue.age(self._today()) if listed else "", tuple(found))

    def listed(self, server: Endpoint) -> list[Offered]:
        """What a server lists, asked now. Raises InputError or ModelError with the sentence for the person."""
        with importing("openai"):
            from understudy.serving.remote import list_models
        return list_models(server, self._network)

    def add(self, source: str) -> str:
        """Register a remote model; returns the name that a column can have. Nothing is asked. Raises InputError."""
        source = checked_text(source, "model", most=4096).strip()
        self._network.check(endpoint_of(source))
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

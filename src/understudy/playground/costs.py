"""What answers of paid models cost: tokens that the server counted, at the catalogue's prices.

A model of this machine costs nothing and is not mentioned. Where no price is known it is said so, because a silent
zero would be read as free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.errors import InputError
from understudy.serving.catalogue import Catalogue, Prices
from understudy.serving.provider import endpoint_of, is_address
from understudy.store import Completion, Store
from understudy.types import BASE, Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a model has cost in a conversation. `dollars` None where its price is unknown."""

    model: str
    tokens: int
    dollars: float | None

    @property
    def words(self) -> str:
        return f"{self.model}: {self.tokens:,} tokens, {in_dollars(self.dollars)} so far"


class Costs:
    """Prices of the models in `store`, by `catalogue`."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store, self._catalogue = store, catalogue

    def words(self, completion: Completion) -> str:
        """The price of one answer, as its line says it; nothing for a model of this machine."""
        prices = self._prices(completion.model, completion.version)
        return in_dollars(dollars(prices, completion.usage)) if prices is not None else ""

    def spent(self, conversation: str) -> tuple[Spent, ...]:
        """Each paid model's tokens and price over all answers of a conversation, attempts and branches too."""
        found = []
        remote = [model.name for model in self._store.models.list() if is_address(model.source)]
        for (model, version), usages in self._store.completions.usages(conversation, remote).items():
            prices = self._prices(model, version)
            if prices is not None:
                label = model if version == BASE else f"{model} v{version}"
                tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in usages)
                found.append(Spent(label, tokens, _sum([dollars(prices, usage) for usage in usages])))
        return tuple(found)

    def _prices(self, name: str, version: int) -> Prices | None:
        """None for a model of this machine; prices that are all None where nothing is known."""
        model = self._store.models.find(name)
        if model is None or not is_address(model.source):
            return None
        try:
            endpoint = endpoint_of(model.source)
        except InputError:  # the address needs a variable that is no longer set
            return Prices()
        provider = self._catalogue.find_provider(endpoint.host)
        if provider is None:
            return None if endpoint.is_loopback else Prices()
        return self._catalogue.prices(provider.id, endpoint.model if version == BASE else f"ft:{endpoint.model}:")


def dollars(prices: Prices, usage: Usage) -> float | None:
    """The price of one answer in US dollars; None where it is not known."""
    if prices.input is None or prices.output is None:
        return None
    cached = prices.input if prices.cached is None else prices.cached
    read = (usage.prompt_tokens - usage.cached_tokens) * prices.input + usage.cached_tokens * cached
    return (read + usage.completion_tokens * prices.output) / MILLION


def in_dollars(amount: float | None) -> str:
    """`$0.00012`: two digits of whatever is there, never a price rounded to nothing."""
    if amount is None:
        return "price unknown"
    return f"${amount:.2f}" if amount >= 1 or amount == 0 else f"${float(f'{amount:.2g}'):.7f}".rstrip("0")


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None

"""Balance: how unevenly a view is spread, and what training is told to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from understudy.dataset.imbalance import Imbalance
from understudy.playground.cleaning import Cleaning
from understudy.store import Balance, Store


@dataclass(frozen=True, slots=True)
class BalanceView:
    """What a view is made of, what training does now, and how many wordings are synthetic, by state: those are not
    among the counts."""

    counted: Imbalance
    plan: Balance
    synthetic: Mapping[str, int]


class Balancing:
    """Reached as `playground.balancing`."""

    def __init__(self, store: Store, cleaning: Cleaning) -> None:
        self._store = store
        self._cleaning = cleaning

    def look(self, values: Mapping[str, object], by: str) -> BalanceView:
        """Raises `InputError` for anything else to count by."""
        counted = self._cleaning.imbalance(values, by)
        return BalanceView(counted, self._store.balances.get(), self._store.wordings.counts())

    def choose(self, how: str, by: str, author: str = "") -> Balance:
        """From the next run on. Raises `InputError`."""
        return self._store.balances.add(how, by, author)

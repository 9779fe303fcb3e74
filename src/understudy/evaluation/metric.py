"""A number with what it could be by chance: 95 % intervals, because a gate often judges a handful of answers.

Shares get Wilson's interval (Wilson 1927), which is sane at 0 of 3 and at 3 of 3. Means and differences get the
percentile bootstrap over items (Efron 1979), always with the same resamples: same answers, same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_Z = 1.959964
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Metric:
    """`value` of the candidate over `n` items, 95 % between `low` and `high`; the champion's and the base's beside it.

    `change_low` to `change_high` is the interval of candidate minus champion, item by item; None without a champion.
    """

    value: float
    low: float
    high: float
    n: int
    champion: float | None = None
    base: float | None = None
    change_low: float | None = None
    change_high: float | None = None

    @property
    def hits(self) -> int:
        """Of a share: how many items."""
        return round(self.value * self.n)


def share(hits: Sequence[bool], champion: Sequence[bool] | None = None, base: Sequence[bool] | None = None) -> Metric:
    """The share of hits with Wilson's interval; all sequences hold the same items. Raises ValueError when empty."""
    low, high = wilson(sum(hits), len(hits))
    return _metric(hits, low, high, champion, base)


def mean(
    values: Sequence[float], champion: Sequence[float] | None = None, base: Sequence[float] | None = None
) -> Metric:
    """The mean with a bootstrap interval; all sequences hold the same items. Raises ValueError when empty."""
    low, high = bootstrap(values)
    return _metric(values, low, high, champion, base)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """The 95 % score interval of `hits` of `n`; half a hit is a tie."""
    if n < 1:
        raise ValueError("a share of nothing has no interval")
    p, z2 = hits / n, _Z * _Z / n
    middle, half = p + z2 / 2, _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n))
    return (middle - half) / (1 + z2) if hits else 0.0, (middle + half) / (1 + z2) if hits < n else 1.0


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile interval of the mean."""
    if not values:
        raise ValueError("a mean of nothing has no interval")
    drawn = np.random.default_rng(0).integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = np.percentile(np.asarray(values, dtype=float)[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _metric(
    values: Sequence[float], low: float, high: float, champion: Sequence[float] | None, base: Sequence[float] | None
) -> Metric:
    change = None
    if champion is not None:
        change = bootstrap([mine - theirs for mine, theirs in zip(values, champion, strict=True)])
    return Metric(
        value=sum(values) / len(values),
        low=low,
        high=high,
        n=len(values),
        champion=None if champion is None else sum(champion) / len(champion),
        base=None if base is None else sum(base) / len(base),
        change_low=change[0] if change else None,
        change_high=change[1] if change else None,
    )

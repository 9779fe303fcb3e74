"""How often one model's answers are better than another's, judged blind, with what it could be by chance.

A tie counts half for each side, and so does a pair of which both are bad. The interval is Wilson's on those points over
all pairs: points of a half vary less than hits and misses, so it is a little wide rather than too narrow. A win is
claimed only where the whole interval lies on one side of a half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from understudy.evaluation.metric import wilson

Verdict = Literal["old", "new", "tie", "both_bad"]


@dataclass(frozen=True, slots=True)
class WinRate:
    """Points of the new model over all pairs, 95 % between `low` and `high`; None without a pair."""

    wins: int
    losses: int
    ties: int
    both_bad: int
    rate: float | None
    low: float | None
    high: float | None

    @property
    def n(self) -> int:
        return self.wins + self.losses + self.ties + self.both_bad

    def __str__(self) -> str:
        if self.rate is None or self.low is None or self.high is None:
            return "Nothing was compared yet."
        counts = f"{self.wins} better, {self.losses} worse, {self.ties} alike, {self.both_bad} both bad"
        return (
            f"{self.rate:.0%} for the new model, 95 % between {self.low:.0%} and {self.high:.0%} ({counts}). {self._so}"
        )

    @property
    def _so(self) -> str:
        if self.low is not None and self.low > 0.5:
            return "The new model is better on prompts like these."
        if self.high is not None and self.high < 0.5:
            return "The old model is better on prompts like these."
        few = "One pair does" if self.n == 1 else f"{self.n} pairs do"
        return f"{few} not tell which is better: compare more of them."


def win_rate(verdicts: Iterable[Verdict]) -> WinRate:
    """From one verdict a pair."""
    counts = Counter(verdicts)
    n, even = counts.total(), counts["tie"] + counts["both_bad"]
    points = counts["new"] + even / 2
    low, high = wilson(points, n) if n else (None, None)
    rate = points / n if n else None
    return WinRate(counts["new"], counts["old"], counts["tie"], counts["both_bad"], rate, low, high)

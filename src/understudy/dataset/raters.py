"""Whether raters agree: Krippendorff's alpha for names without an order.

1 is agreement, 0 what chance would give, below 0 is less than that. Raters need not have seen the same things, and
what only one of them saw counts for nothing. K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011),
section C. Ten lines of our own, because the package for it is under the GPL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

LEAST = 2 / 3
"""Below this, Krippendorff draws no conclusions; from 0.8 on they are reliable ("Content Analysis", 2004, p. 241)."""


def alpha(units: Iterable[Mapping[str, int]]) -> float | None:
    """Of each thing that was rated, how often each label was given. None where nothing can agree or differ.

    That is, where nobody rated the same thing as another one, or all labels are the same.
    """
    paired = [Counter(unit) for unit in units if sum(unit.values()) > 1]
    totals = sum(paired, Counter[str]())
    count = totals.total()
    expected = count * count - sum(n * n for n in totals.values())
    if not expected:
        return None
    observed = sum((unit.total() ** 2 - sum(n * n for n in unit.values())) / (unit.total() - 1) for unit in paired)
    return 1 - (count - 1) * observed / expected


def agreeing(units: Iterable[Mapping[str, str]]) -> dict[str, tuple[int, int]]:
    """Of each rater, how many labels of others about the same thing are the same, of how many; `units` are label by
    rater.
    """
    same: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for unit in units:
        labels = Counter(unit.values())
        for rater, label in unit.items():
            same[rater] += labels[label] - 1
            seen[rater] += len(unit) - 1
    return {rater: (same[rater], n) for rater, n in seen.items() if n}

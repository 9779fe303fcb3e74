"""Whether raters agree: Krippendorff's alpha for names without an order.

1 is agreement, 0 what chance would give, below 0 is less than that. Raters need not have seen the same things, and
what only one of them saw counts for nothing. K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011),
section C. Ten lines of our own, because the package for it is under the GPL.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


@dataclass
class Rated:
    """What raters said about answers, read one after the other: three numbers each, so that a million fit."""

    _topics: dict[str, int] = field(default_factory=dict)
    _labels: dict[str, int] = field(default_factory=dict)
    _read: tuple[array[int], array[int], array[int]] = field(
        default_factory=lambda: (array("q"), array("q"), array("q"))
    )

    def read(self, topic: str, answer: int, label: str) -> None:
        """`answer` is the same number for the same answer."""
        topics, answers, labels = self._read
        topics.append(self._topics.setdefault(topic, len(self._topics)))
        answers.append(answer)
        labels.append(self._labels.setdefault(label, len(self._labels)))

    def by_topic(self) -> Iterator[tuple[str, list[dict[str, int]]]]:
        """Topic by topic, first "" for all together: of each answer that was rated twice, the labels it got."""
        topics, answers, labels = (np.frombuffer(column, np.int64) for column in self._read)
        if len(topics):
            yield "", self._units(answers, labels)
        for topic, place in self._topics.items():
            if topic:
                yield topic, self._units(answers[topics == place], labels[topics == place])

    def _units(self, answers: NDArray[np.int64], labels: NDArray[np.int64]) -> list[dict[str, int]]:
        different, places = np.unique(answers, return_inverse=True)
        counts = np.stack([np.bincount(places[labels == n], minlength=len(different)) for n in self._labels.values()])
        several = counts[:, counts.sum(axis=0) > 1].T.tolist()
        return [{name: n for name, n in zip(self._labels, unit, strict=True) if n} for unit in several]


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

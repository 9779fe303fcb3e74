"""Krippendorff's alpha against the worked examples of his own paper (2011), and where it is not defined."""

from __future__ import annotations

from collections import Counter

import pytest

from understudy.dataset.raters import alpha

BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")
MISSING = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def units(raters: tuple[str, ...]) -> list[Counter[str]]:
    return [Counter(label for label in labels if label != ".") for labels in zip(*raters, strict=True)]


@pytest.mark.parametrize(("raters", "value"), [(BINARY, 0.095), (NOMINAL, 0.692), (MISSING, 0.743)])
def test_the_published_examples(raters: tuple[str, ...], value: float) -> None:
    assert alpha(units(raters)) == pytest.approx(value, abs=0.0006)


def test_perfect_agreement_is_one_and_opposites_are_below_chance() -> None:
    assert alpha([Counter(good=2), Counter(bad=3)]) == 1
    assert (alpha([Counter(good=1, bad=1)] * 4) or 0) < 0


@pytest.mark.parametrize("given", [[], [Counter(good=1), Counter(bad=1)], [Counter(good=2), Counter(good=5)]])
def test_where_nothing_can_differ_it_is_not_defined(given: list[Counter[str]]) -> None:
    assert alpha(given) is None


def test_what_only_one_rater_saw_counts_for_nothing() -> None:
    seen = [Counter(good=2), Counter(bad=1, good=1), Counter(bad=2)]
    assert alpha([*seen, Counter(bad=1), Counter(good=1)]) == alpha(seen)

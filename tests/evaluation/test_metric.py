"""Intervals against published values and against what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.evaluation.metric import bootstrap, mean, share, wilson


def test_wilsons_interval_is_the_published_one() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_share_lies_in_its_interval_and_counts_its_hits(hits: list[bool]) -> None:
    metric = share(hits)
    assert 0 <= metric.low <= metric.value <= metric.high <= 1
    assert metric.hits == sum(hits) and metric.champion is None and metric.change_low is None


def test_the_interval_of_a_change_is_taken_item_by_item() -> None:
    """The same items lost and won cancel in the mean, not in the interval; equal answers leave no doubt at all."""
    same = share([True, False] * 20, [True, False] * 20)
    assert (same.change_low, same.change_high) == (0.0, 0.0)
    crossed = share([True, False] * 20, [False, True] * 20)
    assert crossed.change_low is not None and crossed.change_high is not None
    assert crossed.change_low < -0.1 and crossed.change_high > 0.1


def test_a_bootstrap_interval_is_the_normal_one_where_that_is_right_and_never_differs() -> None:
    values = [float(i % 10) for i in range(400)]
    low, high = bootstrap(values)
    half = 1.96 * (8.25 / 400) ** 0.5
    assert (low, high) == pytest.approx((4.5 - half, 4.5 + half), abs=0.04)
    assert bootstrap(values) == (low, high)


def test_one_value_and_none() -> None:
    assert (mean([2.0], [3.0]).change_low, mean([2.0]).low) == (-1.0, 2.0)
    assert share([True]).low == pytest.approx(0.2065, abs=1e-4)
    for nothing in (share, mean):
        with pytest.raises(ValueError, match="of nothing"):
            nothing([])

"""A win is claimed only where chance is ruled out."""

from __future__ import annotations

import pytest

from understudy.evaluation.metric import wilson
from understudy.evaluation.win_rate import win_rate


def test_without_a_pair_there_is_no_rate() -> None:
    assert win_rate([]).rate is None and str(win_rate([])) == "Nothing was compared yet."


def test_a_tie_and_a_pair_of_bad_answers_count_half() -> None:
    found = win_rate(["new", "old", "tie", "both_bad"])
    assert (found.rate, found.n) == (0.5, 4)
    assert (found.wins, found.losses, found.ties, found.both_bad) == (1, 1, 1, 1)
    assert (found.low, found.high) == wilson(2, 4)


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [(6, 4, "do not tell"), (58, 42, "do not tell"), (62, 38, "new model is better"), (4, 16, "old model is better")],
)
def test_a_winner_is_named_only_when_the_interval_says_so(new: int, old: int, words: str) -> None:
    assert words in str(win_rate(["new"] * new + ["old"] * old))


def test_only_ties_never_make_a_winner() -> None:
    assert "do not tell" in str(win_rate(["tie"] * 500))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Exactly, over every outcome of 30 pairs that are each better, alike or worse by .5, .2 and .3."""
    from math import comb

    n, better, alike = 30, 0.5, 0.2
    truth, held = better + alike / 2, 0.0
    for wins in range(n + 1):
        for ties in range(n - wins + 1):
            chance = comb(n, wins) * comb(n - wins, ties) * better**wins * alike**ties * 0.3 ** (n - wins - ties)
            found = win_rate(["new"] * wins + ["tie"] * ties + ["old"] * (n - wins - ties))
            held += chance * (found.low is not None and found.high is not None and found.low <= truth <= found.high)
    assert held > 0.95

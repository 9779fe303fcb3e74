"""What training costs, as a range that says how sure it is."""

from __future__ import annotations

import pytest

from understudy.dataset.cost import auto_epochs, billed_tokens, cost
from understudy.dataset.tokens import TokenCounter

EXACT = TokenCounter(len, True, "counted")
ROUGH = TokenCounter(len, False, "estimated")


def test_a_set_number_of_epochs_and_counted_tokens_have_one_price() -> None:
    price = cost(200_000, 100, 3, 3.0, EXACT)
    assert (price.low, price.high) == (pytest.approx(1.8), pytest.approx(1.8))
    assert str(price) == "$1.80 for 3 epochs (200,000 tokens an epoch, counted)."


def test_an_estimate_has_a_range() -> None:
    assert str(cost(200_000, 100, 1, 25.0, ROUGH)).startswith("$4.50 to $5.50 for 1 epoch (")


def test_with_auto_the_cookbook_s_guess_is_called_one_and_the_price_of_an_epoch_is_said() -> None:
    price = cost(1_000_000, 50, None, 5.0, EXACT)
    assert price.auto and price.epochs == 3 and price.high == pytest.approx(15.0)
    assert "Probably $15.00" in str(price) and "each epoch costs $5.00" in str(price)


@pytest.mark.parametrize(
    ("examples", "epochs"), [(1, 25), (10, 10), (33, 3), (34, 3), (8333, 3), (10_000, 2), (90_000, 1)]
)
def test_small_files_are_seen_more_often_and_large_ones_less(examples: int, epochs: int) -> None:
    assert auto_epochs(examples) == epochs


def test_other_numbers_of_epochs_have_their_prices() -> None:
    price = cost(200_000, 100, 2, 25.0, ROUGH)
    assert (price.dollars, price.at(1), price.at(10)) == ("$9.00 to $11.00", "$4.50 to $5.50", "$45.00 to $55.00")


def test_without_a_price_nothing_is_guessed() -> None:
    price = cost(1000, 10, 2, None, EXACT)
    assert price.dollars == "" and price.at(3) == ""
    assert price.low is None and "No training price is known" in str(price)


def test_less_than_a_cent_is_said_so() -> None:
    assert str(cost(100, 10, 1, 3.0, ROUGH)).startswith("less than $0.01 for 1 epoch")


def test_an_example_is_billed_up_to_the_limit_of_the_model() -> None:
    lines = [{"prompt": "a" * 90, "completion": "b" * 20}, {"prompt": "a", "completion": "b"}]
    assert billed_tokens(lines, EXACT) == 112
    assert billed_tokens(lines, EXACT, most=50) == 52

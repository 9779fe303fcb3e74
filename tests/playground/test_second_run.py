"""Each shape of the four curves leads to one setting and a direction, and a good run to none."""

from __future__ import annotations

import math

import pytest

from understudy.playground.second_run import advise
from understudy.serving.catalogue import Method

STEPS = range(40)
FALLING = [(i, 0.2 + 1.8 * math.exp(-i / 6)) for i in STEPS]
SETTINGS = {"n_epochs": 3, "learning_rate_multiplier": "auto", "batch_size": 1, "beta": 0.1}
Curves = dict[str, list[tuple[int, float]]]


def line(start: float, end: float) -> list[tuple[int, float]]:
    return [(i, start + (end - start) * i / (len(STEPS) - 1)) for i in STEPS]


TURNED = [(i, 1.0 + abs(i - 15) / 30) for i in STEPS]
JUMPING = [(i, 1.0 if i // 4 % 2 else 2.0) for i in STEPS]


@pytest.mark.parametrize(
    ("curves", "method", "setting", "direction"),
    [
        ({"train_loss": FALLING, "valid_loss": TURNED}, "supervised", "n_epochs", "lower"),
        ({"train_loss": FALLING, "full_valid_loss": TURNED}, "supervised", "n_epochs", "lower"),
        ({"train_loss": FALLING, "valid_loss": TURNED}, "dpo", "beta", "raise"),
        ({"train_loss": line(2.0, 1.0)}, "supervised", "n_epochs", "raise"),
        ({"train_loss": line(2.0, 1.9)}, "supervised", "learning_rate_multiplier", "raise"),
        ({"train_loss": line(0.69, 0.66)}, "dpo", "beta", "lower"),
        ({"train_loss": JUMPING}, "supervised", "batch_size", "raise"),
        (
            {"train_loss": FALLING, "train_accuracy": line(0.5, 1.0), "valid_mean_token_accuracy": line(0.5, 0.6)},
            "supervised",
            "n_epochs",
            "lower",
        ),
    ],
)
def test_a_shape_names_its_setting_and_its_curve(curves: Curves, method: Method, setting: str, direction: str) -> None:
    found = {(finding.setting, finding.direction): finding for finding in advise(curves, method, SETTINGS)}
    assert (setting, direction) in found
    finding = found[setting, direction]
    assert any(name in finding.sentence for name in ("train_loss", "valid_loss", "accuracy"))
    assert f"(now {SETTINGS[setting]})" in finding.advice


@pytest.mark.parametrize(
    "curves",
    [
        {},
        {"train_loss": FALLING[:5]},
        {"train_loss": FALLING},
        {"train_loss": FALLING, "valid_loss": FALLING},
        {
            "train_loss": FALLING,
            "train_mean_token_accuracy": line(0.5, 1.0),
            "valid_mean_token_accuracy": line(0.5, 0.95),
        },
    ],
)
def test_a_good_run_and_too_few_points_get_no_advice(curves: Curves) -> None:
    assert advise(curves, "supervised", SETTINGS) == ()


def test_it_never_says_more_and_fewer_epochs_at_once() -> None:
    found = advise({"train_loss": line(2.0, 1.0), "valid_loss": TURNED}, "supervised", SETTINGS)
    assert [finding.direction for finding in found if finding.setting == "n_epochs"] == ["lower"]

"""What to change in a provider's settings for a second run, and which of its four curves says so.

The first run leaves everything on auto, because the provider knows its models; the curves then say what auto missed.
Rules are those of the local diagnosis, on the provider's names: `n_epochs`, `learning_rate_multiplier`, `batch_size`
and, for preferences, `beta` (higher stays closer to the model it began from). A rule that is not sure stays silent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from understudy.playground.diagnosis import (
    FELL_FAR,
    FELL_LITTLE,
    FEWEST_POINTS,
    SWINGS,
    TURNED,
    Curve,
    Finding,
    smooth,
    swings,
)
from understudy.serving.catalogue import Method

TRAIN_LOSS, VALID_LOSS = "train_loss", "valid_loss"
TRAIN_ACCURACY, VALID_ACCURACY = "train_mean_token_accuracy", "valid_mean_token_accuracy"
_ALIASES = {"train_accuracy": TRAIN_ACCURACY, "valid_accuracy": VALID_ACCURACY, "full_valid_loss": VALID_LOSS}

BY_HEART = 0.98
"""Training tokens that are all foreseen have been learned by heart."""
GAP = 0.15
"""Validation accuracy this far below training accuracy: what was learned does not carry over."""
AT_RANDOM = math.log(2)
"""Where a preference loss begins: both answers alike."""


def advise(curves: Mapping[str, Curve], method: Method, settings: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What to raise or lower, the surest first; empty when nothing stands out. `settings` are those of the run."""
    known = {_ALIASES[name]: curves[name] for name in _ALIASES.keys() & curves.keys()} | dict(curves)
    train, valid = smooth(known.get(TRAIN_LOSS, ())), smooth(known.get(VALID_LOSS, ()))
    if len(train) < FEWEST_POINTS:
        return ()
    overfit = _turned(train, valid, settings, method) or _by_heart(known, settings)
    found = (overfit, None if overfit else _too_little(train, settings, method), _restless(train, settings))
    return tuple(finding for finding in found if finding)


def _turned(train: list[float], valid: list[float], settings: Mapping[str, Any], method: Method) -> Finding | None:
    """The validation loss rose again while the training loss fell on."""
    if len(valid) < 3 or train[-1] >= train[0]:
        return None
    best = min(valid)
    if valid[-1] < TURNED * best or valid.index(best) == len(valid) - 1:
        return None
    seen = f"{VALID_LOSS} was best at {best:.2f} and rose to {valid[-1]:.2f} while {TRAIN_LOSS} went on falling."
    if method == "dpo":
        advice = f"Raise beta{_now(settings, 'beta')}, so that it stays closer to the model it began from."
        return Finding("Too far from the start", seen, advice, "beta", "raise")
    advice = f"Lower n_epochs{_now(settings, 'n_epochs')} by one or two, or use an earlier checkpoint."
    return Finding("Over-fitting", seen, advice, "n_epochs", "lower")


def _by_heart(curves: Mapping[str, Curve], settings: Mapping[str, Any]) -> Finding | None:
    train, valid = smooth(curves.get(TRAIN_ACCURACY, ())), smooth(curves.get(VALID_ACCURACY, ()))
    if len(train) < FEWEST_POINTS or len(valid) < 3 or train[-1] < BY_HEART or train[-1] - valid[-1] < GAP:
        return None
    return Finding(
        "Learned by heart",
        f"{TRAIN_ACCURACY} reached {train[-1]:.2f}, and {VALID_ACCURACY} stayed at {valid[-1]:.2f}.",
        f"Lower n_epochs{_now(settings, 'n_epochs')}, and add examples that say the same in other words.",
        "n_epochs",
        "lower",
    )


def _too_little(train: list[float], settings: Mapping[str, Any], method: Method) -> Finding | None:
    """The training loss hardly moved, or was still falling at the end."""
    if train[-1] > FELL_LITTLE * train[0]:
        seen = f"{TRAIN_LOSS} went only from {train[0]:.2f} to {train[-1]:.2f}."
        if method == "dpo" and abs(train[0] - AT_RANDOM) < 0.1:
            advice = f"Lower beta{_now(settings, 'beta')}, so that it may leave the model it began from further behind."
            return Finding("Held back", seen, advice, "beta", "lower")
        now = _now(settings, "learning_rate_multiplier")
        advice = f"Raise learning_rate_multiplier{now} to about twice its value."
        return Finding("Under-fitting", seen, advice, "learning_rate_multiplier", "raise")
    late = train[3 * len(train) // 4]
    if FELL_FAR * train[0] < train[-1] < 0.9 * late:
        seen = f"{TRAIN_LOSS} was still falling at the end, from {late:.2f} to {train[-1]:.2f} in the last quarter."
        advice = f"Raise n_epochs{_now(settings, 'n_epochs')} by one or two."
        return Finding("Under-fitting", seen, advice, "n_epochs", "raise")
    return None


def _restless(train: list[float], settings: Mapping[str, Any]) -> Finding | None:
    count = swings(train)
    if count < SWINGS:
        return None
    return Finding(
        "Oscillating loss",
        f"{TRAIN_LOSS} rose again {count} times by a third or more after it had fallen.",
        f"Raise batch_size{_now(settings, 'batch_size')} to about twice its value; if it stays, lower"
        f" learning_rate_multiplier{_now(settings, 'learning_rate_multiplier')} to about half.",
        "batch_size",
        "raise",
    )


def _now(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name)
    return f" (now {value})" if isinstance(value, int | float | str) else ""

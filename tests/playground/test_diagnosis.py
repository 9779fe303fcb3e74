"""The plain-language diagnosis, on curves that were made to show one trouble each."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from understudy.dataset.contradictions import contradictions
from understudy.playground.diagnosis import Curve, Finding, diagnose
from understudy.store import Lesson, Verdict

RECIPE = {"learning_rate": 5e-4, "num_train_epochs": 6, "r": 8, "lora_dropout": 0.05}
LESSON = Lesson(
    "1", "c", "t", "v", "How long is the return window?", "", None, "Thirty days.", "60 days.", "approved", True, "now"
)


def falling(steps: int = 60, last: float = 0.08, noise: float = 0.2) -> list[tuple[int, float]]:
    """A loss of small batches: it falls to `last`, jumping by `noise` of its value."""
    rng = random.Random(1)
    values = [last + 2.5 * math.exp(-step / (steps / 6)) for step in range(steps)]
    return [(step + 1, value * (1 + noise * rng.uniform(-1, 1))) for step, value in enumerate(values)]


def found(
    loss: Curve = (), held_out: Curve = (), verdicts: list[Verdict] | None = None, lessons: list[Lesson] | None = None
) -> dict[str, Finding]:
    curves = {"loss": loss, "held_out": held_out}
    return {finding.name: finding for finding in diagnose(curves, RECIPE, verdicts or [], lessons or [])}


def test_a_run_that_went_well_has_no_findings() -> None:
    held_out = [(step, 0.4 + 2 * math.exp(-step / 12)) for step in range(5, 61, 5)]
    assert found(falling(), held_out, [Verdict("1", "a", "60 days.", True)], [LESSON]) == {}


def test_a_held_out_loss_that_turns_is_over_fitting() -> None:
    held_out = [(step, 0.5 + abs(step - 20) / 20) for step in range(5, 61, 5)]
    finding = found(falling(), held_out)["Over-fitting"]
    assert (finding.setting, finding.direction) == ("num_train_epochs", "lower")
    assert "rose to 2." in finding.sentence and "now 6" in finding.advice


def test_a_held_out_loss_within_its_noise_is_not() -> None:
    held_out = [(step, 0.5 + 0.03 * math.sin(step)) for step in range(5, 61, 5)]
    assert "Over-fitting" not in found(falling(), held_out)


def test_a_loss_that_lies_still_is_under_fitting_by_small_steps() -> None:
    finding = found([(step, 2.5 - 0.004 * step) for step in range(60)])["Under-fitting"]
    assert (finding.setting, finding.direction) == ("learning_rate", "raise")


def test_a_loss_that_still_falls_at_the_end_is_under_fitting_by_few_steps() -> None:
    finding = found([(step, 2.5 - 0.02 * step) for step in range(60)])["Under-fitting"]
    assert (finding.setting, finding.direction) == ("num_train_epochs", "raise")


def test_nothing_is_under_fitted_that_learned_every_correction() -> None:
    still = [(step, 2.5 - 0.004 * step) for step in range(60)]
    assert "Under-fitting" not in found(still, verdicts=[Verdict("1", "a", "60 days.", True)])


def test_a_loss_that_swings_is_told_to_take_smaller_steps() -> None:
    finding = found([(step, 1.5 + math.sin(step / 4)) for step in range(80)])["Oscillating loss"]
    assert (finding.setting, finding.direction) == ("learning_rate", "lower")


@pytest.mark.parametrize("seed", range(20))
def test_the_noise_of_small_batches_is_no_swing(seed: int) -> None:
    rng = random.Random(seed)
    loss = [(step, value * rng.uniform(0.75, 1.25)) for step, value in falling(120, last=0.3, noise=0)]
    assert "Oscillating loss" not in found(loss)


def test_a_curve_that_has_just_begun_says_nothing() -> None:
    assert found([(1, 2.0), (2, 5.0), (3, 1.0), (4, 6.0)], [(1, 1.0), (2, 9.0)]) == {}


def test_a_few_corrections_that_did_not_stick_are_too_few() -> None:
    missed = [Verdict("1", "a", "b", False), Verdict("2", "a", "c", True)]
    assert (
        "There were only 2 corrections to learn from, and 1 did not stick"
        in found(verdicts=missed)["Too few examples"].sentence
    )
    assert "Too few examples" not in found(verdicts=[Verdict(str(i), "a", "b", False) for i in range(9)])


def test_two_answers_wanted_for_one_question_are_a_contradiction() -> None:
    again = replace(LESSON, id="2", question="how long is the  return window", wanted="14 days.")
    assert contradictions([LESSON, again]) == [(LESSON, again)]
    sentence = found(lessons=[LESSON, again])["Contradicting corrections"].sentence
    assert "“60 days”" in sentence and "“14 days”" in sentence


@pytest.mark.parametrize("other", [{"follows": "elsewhere"}, {"system": "Be a pirate."}, {"wanted": "60 days"}])
def test_the_same_words_elsewhere_or_the_same_answer_are_none(other: dict[str, str]) -> None:
    assert contradictions([LESSON, replace(LESSON, id="2", **{"wanted": "14 days.", **other})]) == []


@pytest.mark.parametrize(
    "after", ["60 days. 60 days. And then some more words that nobody asked for.", "so it is, yes, " * 8]
)
def test_an_answer_that_does_not_end_is_stop_token_trouble(after: str) -> None:
    finding = found(verdicts=[Verdict("1", "a", after, False)], lessons=[LESSON])["Stop-token trouble"]
    assert "1 of 1 answers" in finding.sentence and "chat template" in finding.advice


def test_a_wrong_answer_that_ends_is_none() -> None:
    wrong = [Verdict("1", "a", "You have thirty days, as everywhere.", False)]
    assert "Stop-token trouble" not in found(verdicts=wrong, lessons=[LESSON])

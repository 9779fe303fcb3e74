"""The recipe: what a person may write, what is refused with which sentence, and that every default has its reason."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from understudy.errors import SettingsError
from understudy.training.recipe import REASONS, Recipe, recipe_for


@pytest.mark.parametrize("parameters", [5_000_000, 135_000_000, 7_000_000_000])
def test_a_recipe_comes_back_from_its_row(parameters: int) -> None:
    assert Recipe.from_values(asdict(recipe_for(parameters))) == recipe_for(parameters)


def test_text_from_a_variable_is_read_as_its_knob_needs_it() -> None:
    made = Recipe.from_values({"learning_rate": "1e-3", "r": "8", "augmentation": "false", "target_modules": "mlp"})
    assert (made.learning_rate, made.r, made.augmentation, made.target_modules) == (1e-3, 8, False, "mlp")


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("r", "many", "a whole number"),
        ("r", 1.5, "a whole number"),
        ("r", 0, "1 or more"),
        ("learning_rate", "fast", "a number"),
        ("learning_rate", "nan", "between 0 and 1"),
        ("kl_weight", "-1", "0 or more"),
        ("kl_weight", "inf", "0 or more"),
        ("beta", 0, "above 0"),
        ("replay_share", 1, "from 0 to below 1"),
        ("weak_weight", 2, "above 0, at most 1"),
        ("augmentation", "perhaps", "true or false"),
        ("target_modules", "attention", "all-linear or mlp"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_it_must_be(name: str, value: object, must: str) -> None:
    with pytest.raises(SettingsError) as told:
        Recipe.from_values({name: value})
    assert str(told.value).startswith(f"{name} is ")
    assert str(told.value).endswith(f", but must be {must}. Change it in the training settings.")


def test_an_unknown_knob_is_told_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"There is no training setting rank\. Choose one of: r, lora_alpha, "):
        Recipe.from_values({"rank": 8})


def test_every_default_has_its_reason() -> None:
    assert set(REASONS) == {field.name for field in fields(Recipe)}

"""Near questions are found among many as among few, and a crowd of one pattern costs no more."""

from __future__ import annotations

import random
import time

import pytest

from understudy.dataset import groups as grouping
from understudy.dataset.groups import NEAR, groups, near_across, words


def asked(count: int, seed: int = 0) -> list[str]:
    """Questions of words as frequent as in a language; every fifth comes again with one word more."""
    drawn = random.Random(seed)
    vocabulary = [f"word{i}" for i in range(2_000)]
    weights = [1 / (i + 1) for i in range(2_000)]
    made: list[str] = []
    for i in range(count):
        said = drawn.choices(vocabulary, weights, k=drawn.randint(5, 14))
        made += [" ".join(said), *([" ".join([*said, "again"])] if i % 5 == 0 else [])]
    return made


def test_many_are_grouped_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = ["???", "", *asked(1_500)]
    exact = groups(questions)
    monkeypatch.setattr(grouping, "EXACT", 0)
    assert groups(questions) == exact and len(set(exact)) < len(exact) - 200


def test_the_nearest_on_the_other_side_is_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [words(question) for question in asked(1_500)]
    first, second = sets[::2], sets[1::2]
    few = set(near_across(first, second, NEAR))
    monkeypatch.setattr(grouping, "EXACT", 0)
    assert set(near_across(first, second, NEAR)) == few and len(few) > 50
    assert not list(near_across([], second, NEAR)) and not list(near_across(first, [], NEAR))


def test_twenty_thousand_questions_of_one_pattern_are_one_group_in_seconds() -> None:
    begun = time.process_time()
    questions = [f"I am still waiting on card number {n}, when will it be here?" for n in range(20_000)]
    assert len(set(groups(questions))) == 1
    sets = [words(question) for question in questions]
    assert len({i for i, _, _ in near_across(sets[:2_000], sets[2_000:], NEAR)}) == 2_000
    assert time.process_time() - begun < 10

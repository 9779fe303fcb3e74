"""The rule that picks a token: like transformers', with the same luck for every row."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from transformers import RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from understudy.serving.sampler import Sampler
from understudy.types import Sampling

LOGITS = torch.randn(1000, generator=torch.Generator().manual_seed(3)) * 3


def test_zero_temperature_takes_the_likeliest_token() -> None:
    assert Sampler(Sampling(temperature=0)).choose(LOGITS[None], [[]]) == [int(LOGITS.argmax())]


def test_equal_rows_with_one_seed_draw_the_same_tokens_and_another_seed_draws_others() -> None:
    sampler = Sampler(Sampling(temperature=1.5, seed=4))
    draws = [sampler.choose(LOGITS.repeat(3, 1), [[]] * 3, [None, None, 9]) for _ in range(30)]
    assert all(a == b for a, b, _ in draws)
    assert [a for a, _, _ in draws] != [c for _, _, c in draws]
    again = Sampler(Sampling(temperature=1.5, seed=9))
    assert [again.choose(LOGITS[None], [[]])[0] for _ in range(30)] == [c for _, _, c in draws]


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=0.7, top_p=0.9, seed=1),
        Sampling(temperature=1.0, top_p=1.0, top_k=5, seed=1),
        Sampling(temperature=1.3, top_p=0.8, top_k=40, seed=1),
        Sampling(temperature=1.0, top_p=1.0, seed=1),
        Sampling(temperature=4.0, top_p=0.99, seed=1),
        Sampling(temperature=0.7, top_p=0.9, repetition_penalty=1.5, seed=1),
    ],
)
def test_tokens_come_as_often_as_transformers_would_draw_them(sampling: Sampling) -> None:
    history = LOGITS.topk(3).indices.tolist()
    scores = LOGITS[None].clone()
    if sampling.repetition_penalty != 1:
        scores = RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty)(torch.tensor([history]), scores)
    scores = TemperatureLogitsWarper(sampling.temperature)(None, scores)
    if sampling.top_k:
        scores = TopKLogitsWarper(sampling.top_k)(None, scores)
    if sampling.top_p < 1:
        scores = TopPLogitsWarper(sampling.top_p)(None, scores)
    expected = scores.softmax(-1)[0]
    sampler, n = Sampler(sampling), 3000
    drawn = Counter(sampler.choose(LOGITS[None], [history])[0] for _ in range(n))
    assert all(expected[token] > 0 for token in drawn)
    top = expected.topk(3)
    for token, p in zip(top.indices.tolist(), top.values.tolist(), strict=True):
        assert abs(drawn[token] / n - p) < 4 * (p * (1 - p) / n) ** 0.5 + 1e-3

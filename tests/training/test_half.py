"""Rounded products: near the exact ones forth and back, exact again on request, without a copy of the weights."""

from __future__ import annotations

import torch

from tests.serving.models import random_model
from understudy.training.half import HalfLinear, exact, halve
from understudy.training.recipe import Recipe
from understudy.training.tuned import trainable, wrap

IDS = torch.arange(3, 40)[None]


def gradients(half: bool) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    model = wrap(random_model().requires_grad_(False), Recipe())
    with torch.no_grad():
        for name, p in trainable(model).items():
            torch.manual_seed(len(name))
            p.normal_(0, 0.05)
    if half:
        halve(model)
    logits = model(input_ids=IDS).logits
    logits.logsumexp(-1).sum().backward()
    return logits.detach(), {name: p.grad for name, p in trainable(model).items()}


def test_rounded_products_are_near_the_exact_ones_forth_and_back() -> None:
    (logits, exact_grads), (rounded, grads) = gradients(False), gradients(True)
    assert 0 < (logits - rounded).norm() < 0.02 * logits.norm()
    for name, grad in exact_grads.items():
        assert (grad - grads[name]).norm() < 0.1 * grad.norm()


def test_only_frozen_layers_round_and_exactly_as_long_as_nobody_asks_for_exactness() -> None:
    model = wrap(random_model().requires_grad_(False), Recipe())
    before, places = model(input_ids=IDS).logits, {name: p.data_ptr() for name, p in model.named_parameters()}
    halve(model)
    assert not any(isinstance(m, HalfLinear) for name, m in model.named_modules() if "lora_" in name)
    assert {name: p.data_ptr() for name, p in model.named_parameters()} == places
    with exact(model):
        assert torch.equal(model(input_ids=IDS).logits, before)
    assert not torch.equal(model(input_ids=IDS).logits, before)

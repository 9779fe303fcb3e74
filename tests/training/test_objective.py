"""The loss: equal to TRL's on the same batch, each kind alone and together, however a step is cut."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest
import torch

from tests.serving.models import random_model
from tests.training.examples import ask, corrections
from understudy.dataset.example import Example, Kind
from understudy.serving.local import LocalBackend
from understudy.training.batch import Item, encode, split
from understudy.training.objective import Totals, micro_loss, preference_loss, thumb_loss, top_kl
from understudy.training.recipe import Recipe
from understudy.training.reference import Reference, refer

VOTES = (
    Example("p0", Kind.PREFERENCE, ask("Once upon?"), "the dog slept.", "he barked."),
    Example("p1", Kind.PREFERENCE, ask("And then?"), "he slept in the sun.", "no."),
)
THUMBS = (
    Example("t0", Kind.THUMB, ask("Once upon?"), "the sun.", label=True),
    Example("t1", Kind.THUMB, ask("And then?"), "he never slept.", label=False, weight=2.0),
)
ANCHORS = (
    Example("a0", Kind.REPLAY, ask("abc?"), "123."),
    Example("a1", Kind.REPLAY, ask("Who?"), "a dog in the sun."),
)
WORDS = corrections("Once upon?", "there was a dog.", "And then?", "he slept.", "Who?", "anyone.")


def items(backend: LocalBackend, *examples: Example) -> list[Item]:
    return [encode(backend.template, example, 256) for example in examples]


def whole(model: torch.nn.Module, chosen: list[Item], base: torch.nn.Module, tokens: int = 4096, **recipe) -> float:
    """The loss of a step on `chosen`, cut into micro-batches of `tokens`; its gradients are in `model`."""
    settings, reference = Recipe(**recipe), Reference()
    refer(reference, base, chosen, settings, lambda: None)
    losses = [micro_loss(model, part, Totals.of(chosen), reference, settings) for part in split(chosen, tokens)]
    for loss in losses:
        loss.value.backward()
    return sum(float(loss.value) for loss in losses)


def quiet(config_class, folder: Path):
    """TRL's settings that mean "as it is, on this CPU"; its defaults want bfloat16 and recompute activations."""
    return config_class(
        output_dir=str(folder), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
        per_device_train_batch_size=4, disable_tqdm=True,
    )  # fmt: skip


def trl_loss(trainer, model: torch.nn.Module) -> float:
    batch = next(iter(trainer.get_train_dataloader()))
    return float(trainer.compute_loss(model, batch))


@pytest.mark.slow
def test_corrections_cost_what_trls_sft_trainer_says(backend: LocalBackend, tmp_path: Path) -> None:
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    rows = [{"prompt": backend.template.render(e.prompt), "completion": e.completion} for e in WORDS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = SFTTrainer(
            model=random_model(seed=1),
            args=quiet(SFTConfig, tmp_path),
            train_dataset=Dataset.from_list(rows),
            processing_class=backend.tokenizer,
        )
    expected = trl_loss(trainer, trainer.model)
    assert whole(random_model(seed=1), items(backend, *WORDS), random_model()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_votes_cost_what_trls_dpo_trainer_says(backend: LocalBackend, tmp_path: Path) -> None:
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    rows = [
        {"prompt": backend.template.render(e.prompt), "chosen": e.completion, "rejected": e.rejected} for e in VOTES
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = DPOTrainer(
            model=random_model(seed=1),
            ref_model=random_model(),
            args=quiet(DPOConfig, tmp_path),
            train_dataset=Dataset.from_list(rows),
            processing_class=backend.tokenizer,
        )
    expected = trl_loss(trainer, trainer.model)
    got = whole(random_model(seed=1), items(backend, *VOTES), random_model(), dpop_lambda=0.0, beta=0.1)
    assert got == pytest.approx(expected, rel=1e-5)


def test_a_step_cut_into_pieces_has_the_loss_and_the_gradients_of_the_whole(backend: LocalBackend) -> None:
    mixed = items(backend, *WORDS, *VOTES, *THUMBS, *ANCHORS)
    one, many = random_model(seed=1).requires_grad_(), random_model(seed=1).requires_grad_()
    assert whole(one, mixed, random_model()) == pytest.approx(whole(many, mixed, random_model(), tokens=1), rel=1e-5)
    for a, b in zip(one.parameters(), many.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-5, rtol=1e-4)


def test_kinds_together_count_by_their_examples(backend: LocalBackend) -> None:
    model, base = random_model(seed=1), random_model()
    alone = [whole(model, items(backend, *kind), base) for kind in (WORDS, VOTES, THUMBS, ANCHORS)]
    together = whole(model, items(backend, *WORDS, *VOTES, *THUMBS, *ANCHORS), base)
    learned = (3 * alone[0] + 2 * alone[1] + 3 * alone[2]) / 8
    assert together == pytest.approx(learned + alone[3], rel=1e-5)


def test_a_weight_of_two_is_the_example_twice(backend: LocalBackend) -> None:
    heavy = Example("w", Kind.CORRECTION, WORDS[0].prompt, WORDS[0].completion, weight=2.0)
    model = random_model(seed=1)
    twice = whole(model, items(backend, WORDS[0], WORDS[0], WORDS[1]), model)
    assert whole(model, items(backend, heavy, WORDS[1]), model) == pytest.approx(twice, rel=1e-5)


def test_the_base_is_at_no_distance_from_itself_and_another_model_is_as_far_as_the_formula_says(
    backend: LocalBackend,
) -> None:
    base, other = random_model(), random_model(seed=1)
    anchors = items(backend, *ANCHORS)
    assert whole(base, anchors, base, kl_weight=1.0) == pytest.approx(0, abs=1e-5)
    kept = whole(other, anchors, base, kl_weight=1.0)
    total, count = 0.0, 0
    for item in anchors:
        ids = torch.tensor([item.row.tokens])
        at = slice(item.row.start - 1, -1)
        with torch.no_grad():
            p, q = (model(input_ids=ids).logits[0, at].log_softmax(-1) for model in (base, other))
        total, count = total + float((p.exp() * (p - q)).sum()), count + item.row.answer
    assert 0.5 * total / count < kept <= total / count + 1e-5


def test_with_every_token_kept_the_divergence_is_exact() -> None:
    p, q = torch.randn(2, 5, 40).log_softmax(-1)
    base, tokens = p.topk(39)
    torch.testing.assert_close(top_kl(q, tokens, base), (p.exp() * (p - q)).sum(-1))


def test_a_chosen_answer_that_becomes_less_likely_costs_more_than_in_dpo() -> None:
    chosen, rejected, before = torch.tensor([-12.0]), torch.tensor([-30.0]), (torch.tensor([-10.0]),) * 2
    plain = preference_loss(chosen, rejected, before, 0.1, 0.0)
    assert float(plain) == pytest.approx(-math.log(1 / (1 + math.exp(-1.8))), rel=1e-5)
    assert preference_loss(chosen, rejected, before, 0.1, 5.0) > plain
    kept = preference_loss(torch.tensor([-9.0]), rejected, before, 0.1, 5.0)
    assert kept == preference_loss(torch.tensor([-9.0]), rejected, before, 0.1, 0.0)


def test_a_thumb_down_is_never_trained_towards() -> None:
    said = torch.tensor([-5.0, -5.0], requires_grad=True)
    thumb_loss(said, torch.tensor([-5.0, -5.0]), torch.tensor([True, False]), 0.1).sum().backward()
    assert said.grad[0] < 0 < said.grad[1]

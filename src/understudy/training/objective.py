"""What a run minimises: one number from rows of different kinds (design, decision 6).

    corrections  cross-entropy, mean over tokens
    votes        DPOP: DPO's sigmoid loss (Rafailov et al. 2023, arXiv 2305.18290) with a penalty where the chosen
                 completion becomes less likely than it was (Pal et al. 2024, arXiv 2402.13228, equation 3)
    thumbs       APO-zero, unpaired (D'Oosterlinck et al. 2024, arXiv 2408.06266): up makes likelier, down less likely
    anchors      KL(base || tuned), mean over tokens; or cross-entropy on the base's own answers

Each kind alone equals its formula, together they are weighted by how many examples of each the step has. All terms are
sums divided by totals of the whole step, so a step may be cut into any micro-batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from understudy.dataset.example import Kind
from understudy.training.batch import Item, Row, collate
from understudy.training.recipe import Recipe
from understudy.training.reference import Reference
from understudy.training.score import Scores, answer_logits, score


@dataclass(frozen=True, slots=True)
class Totals:
    """Denominators of one step: weighted tokens of corrections and anchors, weights of all that teaches."""

    corrected: float
    anchored: float
    corrections: float
    weight: float

    @classmethod
    def of(cls, items: Iterable[Item]) -> Totals:
        corrected = anchored = corrections = weight = 0.0
        for item in items:
            w = item.example.weight
            if item.example.kind is Kind.REPLAY:
                anchored += w * item.row.answer
                continue
            weight += w
            if item.example.kind is Kind.CORRECTION:
                corrections += w
                corrected += w * item.row.answer
        return cls(corrected, anchored, corrections, weight)


@dataclass(frozen=True, slots=True)
class Loss:
    """A micro-batch's part of the step's loss, the same by kind, and by example id which came out right."""

    value: torch.Tensor
    parts: dict[str, float]
    right: dict[str, bool]


def micro_loss(
    model: torch.nn.Module, items: Sequence[Item], totals: Totals, reference: Reference, recipe: Recipe
) -> Loss:
    """One forward over `items`, and their part of the step's loss."""
    rows = [row for item in items for row in item.rows]
    batch = collate(rows, next(model.parameters()).device)
    scores = score(answer_logits(model, batch), batch)
    at = _first_rows(items)
    parts = {
        "loss": _corrections(items, at, scores, totals),
        "preference": _votes(items, at, scores, totals, reference, recipe),
        "thumb": _thumbs(items, at, scores, totals, reference, recipe),
        "replay": _anchors(items, at, scores, totals, reference, recipe),
    }
    there = {name: part for name, part in parts.items() if part is not None}
    right = {item.example.id: _is_right(item, i, scores) for item, i in zip(items, at, strict=True)}
    value = torch.stack(list(there.values())).sum()
    return Loss(value, {name: float(part.detach()) for name, part in there.items()}, right)


def preference_loss(
    chosen: torch.Tensor,
    rejected: torch.Tensor,
    reference: tuple[torch.Tensor, torch.Tensor],
    beta: float,
    lambda_: float,
) -> torch.Tensor:
    """DPOP of each pair, from log-probabilities of whole completions; with `lambda_` 0 it is DPO's sigmoid loss."""
    up, down = chosen - reference[0], rejected - reference[1]
    return -F.logsigmoid(beta * (up - down - lambda_ * torch.relu(-up)))


def thumb_loss(said: torch.Tensor, reference: torch.Tensor, label: torch.Tensor, beta: float) -> torch.Tensor:
    """APO-zero, unpaired: falls where what was liked becomes likelier, what was disliked less likely."""
    gain = torch.sigmoid(beta * (said - reference))
    return torch.where(label, 1 - gain, gain)


def top_kl(log_probs: torch.Tensor, tokens: torch.Tensor, base: torch.Tensor) -> torch.Tensor:
    """KL(base || tuned) per position, from the base's likeliest `tokens` [positions, k] and their log-probs `base`.

    All other tokens count as one, which can only make the divergence smaller.
    """
    tuned = log_probs.gather(1, tokens)
    rest, base_rest = _rest(tuned), _rest(base)
    return (base.exp() * (base - tuned)).sum(-1) + base_rest.exp() * (base_rest - rest)


def _rest(log_probs: torch.Tensor) -> torch.Tensor:
    """Log-probability of everything that is not among these, kept above 1e-6 so that its logarithm stays sane."""
    return torch.log((1 - log_probs.exp().sum(-1)).clamp_min(1e-6))


def _first_rows(items: Sequence[Item]) -> list[int]:
    """The row at which each item begins."""
    at, starts = 0, []
    for item in items:
        starts.append(at)
        at += len(item.rows)
    return starts


def _is_right(item: Item, i: int, scores: Scores) -> bool:
    """Of a vote: the chosen completion is likelier than the rejected one. Of all others: the completion is written."""
    if item.rejected is None:
        return bool(scores.right[i])
    said = scores.totals()
    return bool(said[i] > said[i + 1])


def _chosen(items: Sequence[Item], at: Sequence[int], kind: Kind) -> list[tuple[Item, int]]:
    return [(item, i) for item, i in zip(items, at, strict=True) if item.example.kind is kind]


def _weights(pairs: Sequence[tuple[Item, int]], like: torch.Tensor) -> torch.Tensor:
    return like.new_tensor([item.example.weight for item, _ in pairs])


def _by_token(pairs: Sequence[tuple[Item, int]], scores: Scores) -> torch.Tensor:
    """The weight of each answer position `[answers]`; 0 where it belongs to another kind."""
    weights = scores.said.new_zeros(len(scores.right))
    weights[[i for _, i in pairs]] = _weights(pairs, scores.said)
    return weights[scores.owner]


def _corrections(items: Sequence[Item], at: Sequence[int], scores: Scores, totals: Totals) -> torch.Tensor | None:
    pairs = _chosen(items, at, Kind.CORRECTION)
    if not pairs:
        return None
    share = totals.corrections / totals.weight / totals.corrected
    return -(_by_token(pairs, scores) * scores.said).sum() * share


def _votes(
    items: Sequence[Item], at: Sequence[int], scores: Scores, totals: Totals, reference: Reference, recipe: Recipe
) -> torch.Tensor | None:
    pairs = _chosen(items, at, Kind.PREFERENCE)
    if not pairs:
        return None
    said, rows = scores.totals(), [i for _, i in pairs]
    before = tuple(_before(reference, [item.rows[k] for item, _ in pairs], said) for k in (0, 1))
    losses = preference_loss(
        said[rows], said[[i + 1 for i in rows]], (before[0], before[1]), recipe.beta, recipe.dpop_lambda
    )
    return (_weights(pairs, said) * losses).sum() / totals.weight


def _thumbs(
    items: Sequence[Item], at: Sequence[int], scores: Scores, totals: Totals, reference: Reference, recipe: Recipe
) -> torch.Tensor | None:
    pairs = _chosen(items, at, Kind.THUMB)
    if not pairs:
        return None
    said = scores.totals()[[i for _, i in pairs]]
    label = torch.tensor([bool(item.example.label) for item, _ in pairs], device=said.device)
    losses = thumb_loss(said, _before(reference, [item.row for item, _ in pairs], said), label, recipe.beta)
    signed = torch.where(label, recipe.desirable_weight, recipe.undesirable_weight)
    return (_weights(pairs, said) * signed * losses).sum() / totals.weight


def _anchors(
    items: Sequence[Item], at: Sequence[int], scores: Scores, totals: Totals, reference: Reference, recipe: Recipe
) -> torch.Tensor | None:
    pairs = _chosen(items, at, Kind.REPLAY)
    if not pairs:
        return None
    weights = _by_token(pairs, scores)
    if recipe.kl_weight <= 0:
        return -(weights * scores.said).sum() / totals.anchored
    ours = weights > 0
    tokens, base = reference.tops([item.row for item, _ in pairs], scores.said.device)
    divergence = top_kl(scores.log_probs[ours], tokens, base)
    return recipe.kl_weight * (weights[ours] * divergence).sum() / totals.anchored


def _before(reference: Reference, rows: Sequence[Row], like: torch.Tensor) -> torch.Tensor:
    return like.new_tensor([reference.total(row) for row in rows])

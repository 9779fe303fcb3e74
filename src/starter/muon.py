"""Muon: momentum made orthogonal, for the matrices inside the model (Keller Jordan, 2024, kellerjordan.github.io/posts/muon).

torch has one, but it always iterates in bfloat16, which a processor without support for it does many times slower; this
one does so only where that pays, and stacks matrices of one shape, so that a step costs a fraction of a backward pass.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from starter import half

_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonal(stack: Tensor, steps: int = 5) -> Tensor:
    """The nearest orthogonal matrices to a stack (n, rows <= columns, columns), roughly, by Newton and Schulz."""
    x = stack / (stack.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    x = x.bfloat16() if half.pays() else x
    for _ in range(steps):
        gram = x @ x.mT
        x = _A * x + torch.baddbmm(_B * gram, gram, gram, beta=1.0, alpha=_C) @ x
    return x.to(stack.dtype)


class Muon(torch.optim.Optimizer):
    """`lr` is the size of a step relative to a matrix; `decay` pulls weights to zero in proportion to lr."""

    def __init__(self, matrices: Iterable[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.01):
        super().__init__(list(matrices), {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            shapes: dict[tuple[int, int], list[Tensor]] = {}
            for weight in group["params"]:
                shapes.setdefault((min(weight.shape), max(weight.shape)), []).append(weight)
            for weights in shapes.values():
                self._update(weights, group["lr"], group["momentum"], group["decay"])

    def _update(self, weights: list[Tensor], lr: float, momentum: float, decay: float) -> None:
        pushed = []
        for weight in weights:
            state = self.state[weight]
            moving = state.setdefault("moving", torch.zeros_like(weight))
            moving.lerp_(weight.grad, 1 - momentum)
            push = weight.grad.lerp(moving, momentum)
            pushed.append(push if push.shape[0] <= push.shape[1] else push.T)
        for weight, way in zip(weights, orthogonal(torch.stack(pushed)), strict=True):
            way = way if way.shape == weight.shape else way.T
            weight.mul_(1 - lr * decay)
            weight.add_(way, alpha=-lr * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)

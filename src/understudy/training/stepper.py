"""One optimizer step in micro-steps, and what to do when one of them breaks.

Out of memory: the micro-batches are halved and the step is done again; the sums are the same (see `objective`). Numbers
that are not finite: the step is left out, the learning rate halved, and the person reads it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import torch

from understudy.errors import TrainingError
from understudy.training.batch import Item, split
from understudy.training.checkpoint import Progress
from understudy.training.objective import Totals, micro_loss
from understudy.training.recipe import Recipe
from understudy.training.reference import Reference

_PATIENCE = 5
"""Steps that may be rejected in a row before the run is given up."""


class Stepper:
    """Steps the optimizer on items; `breathe` is called before every micro-step and may block or raise."""

    def __init__(
        self,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        reference: Reference,
        recipe: Recipe,
        progress: Progress,
        breathe: Callable[[], None],
    ) -> None:
        self._model, self._optimizer, self._reference = model, optimizer, reference
        self._recipe, self._progress, self._breathe = recipe, progress, breathe
        self._weights = [p for group in optimizer.param_groups for p in group["params"]]
        self._tokens = recipe.micro_batch_tokens
        self._in_a_row = 0

    def step(self, items: Sequence[Item], rate: float) -> None:
        """One step at `rate` times the recipe's learning rate. Raises TrainingError when it cannot go on."""
        losses = self._gradients(items)
        norm = float(torch.nn.utils.clip_grad_norm_(self._weights, self._recipe.max_grad_norm))
        if not all(map(math.isfinite, [norm, *losses.values()])):
            return self._reject()
        self._in_a_row = 0
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * rate * self._progress.rate
        self._optimizer.step()
        self._progress.losses = losses

    def _gradients(self, items: Sequence[Item]) -> dict[str, float]:
        """Fill the gradients; again with smaller micro-batches where memory was short."""
        while True:
            try:
                return self._micro_steps(items)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            self._halve(items)

    def _micro_steps(self, items: Sequence[Item]) -> dict[str, float]:
        self._optimizer.zero_grad(set_to_none=True)
        totals, losses, right = Totals.of(items), Counter[str](), dict[str, bool]()
        for part in split(items, self._tokens):
            self._breathe()
            loss = micro_loss(self._model, part, totals, self._reference, self._recipe)
            loss.value.backward()
            losses.update(loss.parts)
            right.update(loss.right)
        self._progress.right.update(right)
        return dict(losses)

    def _halve(self, items: Sequence[Item]) -> None:
        """Halve what a micro-batch may hold. Raises TrainingError when it already holds one item."""
        self._optimizer.zero_grad(set_to_none=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if len(split(items, self._tokens)) >= len(items):
            raise TrainingError(
                "There is not enough memory to train on even one example at a time. Close other programs, or choose a "
                "smaller model."
            )
        largest = max(len(part) * part[0].longest for part in split(items, self._tokens))
        self._tokens = min(self._tokens, largest) // 2
        self._progress.notices.append(f"Memory was short: it goes on with {self._tokens} tokens at a time.")

    def _reject(self) -> None:
        at = self._progress
        self._optimizer.zero_grad(set_to_none=True)
        self._in_a_row += 1
        at.rejected += 1
        at.rate /= 2
        at.notices.append(
            f"Step {at.step + 1} gave numbers that are not finite and was left out; the learning rate was halved."
        )
        if self._in_a_row >= _PATIENCE:
            raise TrainingError(
                f"{_PATIENCE} steps in a row gave numbers that are not finite. Lower learning_rate and train again."
            )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory was short; torch on a CPU says so in a plain RuntimeError."""
    words = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "out of memory" in words or "alloc" in words

"""Which examples a step takes: a function of the seed and the step alone, so that a resumed run goes on exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence

from understudy.training.batch import Item
from understudy.training.recipe import Recipe


class Order:
    """Every epoch shuffles what teaches; anchors go round in their own shuffled passes beside it."""

    def __init__(self, items: Sequence[Item], anchors: Sequence[Item], recipe: Recipe) -> None:
        self._items, self._anchors = list(items), list(anchors)
        self._size, self._replay, self._seed = recipe.per_device_train_batch_size, recipe.replay_rows, recipe.seed
        self.steps_per_epoch = -(-len(self._items) // self._size)
        limit = max(self.steps_per_epoch * recipe.num_train_epochs, recipe.min_steps)
        self.steps = limit if recipe.max_steps < 0 else min(limit, recipe.max_steps)

    def at(self, step: int) -> list[Item]:
        """The items of optimizer step `step`, counted from 0."""
        epoch, part = divmod(step, self.steps_per_epoch)
        items = self._shuffled(self._items, "epoch", epoch)
        return items[part * self._size : (part + 1) * self._size] + self._beside(step)

    def _beside(self, step: int) -> list[Item]:
        """The anchors of a step; none twice in it."""
        many = min(self._replay, len(self._anchors))
        places = [divmod(i, len(self._anchors)) for i in range(step * many, (step + 1) * many)]
        passes = {lap: self._shuffled(self._anchors, "anchors", lap) for lap, _ in places}
        return list({id(item): item for lap, i in places for item in [passes[lap][i]]}.values())

    def _shuffled(self, items: list[Item], what: str, lap: int) -> list[Item]:
        return random.Random(f"{self._seed} {what} {lap}").sample(items, len(items))

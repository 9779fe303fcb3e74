"""Which examples a step takes: a function of the seed, the step and what came out right so far.

Most of a run is spent on the last few that are not said yet, so half of every step is for them, and the other half
keeps what is known. What came out right lies in the checkpoint, so a resumed run goes on exactly.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from understudy.training.batch import Item
from understudy.training.recipe import Recipe

OPEN_SHARE = 0.5
"""Of a step. Ten corrections took 112 steps instead of 152 so, a hundred 600 instead of 1,008, at the same rate; single
runs (tests/benchmarks/NOTES.md)."""


class Order:
    """What teaches is drawn by how well it is known; anchors go round in their own shuffled passes beside it."""

    def __init__(self, items: Sequence[Item], anchors: Sequence[Item], recipe: Recipe) -> None:
        self._items, self._anchors = list(items), list(anchors)
        self._size, self._replay, self._seed = recipe.per_device_train_batch_size, recipe.replay_rows, recipe.seed
        self.steps_per_epoch = -(-len(self._items) // self._size)
        limit = max(self.steps_per_epoch * recipe.num_train_epochs, recipe.min_steps)
        self.steps = limit if recipe.max_steps < 0 else min(limit, recipe.max_steps)

    def missing(self, right: Mapping[str, bool]) -> float:
        """The share of what teaches that did not come out right yet, or no longer."""
        return sum(not right.get(item.example.id) for item in self._items) / len(self._items)

    def at(self, step: int, right: Mapping[str, bool]) -> list[Item]:
        """The items of optimizer step `step`, counted from 0; `right` says by example id what came out right."""
        return self._teaching(step, right) + self._beside(step)

    def _teaching(self, step: int, right: Mapping[str, bool]) -> list[Item]:
        """Half of a step is wrong or not seen yet, as long as there is so much of it, the other half right."""
        lot = random.Random(f"{self._seed} {step}")
        done = [item for item in self._items if right.get(item.example.id)]
        open_ = [item for item in self._items if not right.get(item.example.id)]
        few = min(len(open_), max(self._size - len(done), round(self._size * OPEN_SHARE)))
        return lot.sample(open_, few) + lot.sample(done, min(len(done), self._size - few))

    def _beside(self, step: int) -> list[Item]:
        """The anchors of a step; none twice in it."""
        many = min(self._replay, len(self._anchors))
        places = [divmod(i, len(self._anchors)) for i in range(step * many, (step + 1) * many)]
        passes = {lap: self._shuffled(lap) for lap, _ in places}
        return list({id(item): item for lap, i in places for item in [passes[lap][i]]}.values())

    def _shuffled(self, lap: int) -> list[Item]:
        return random.Random(f"{self._seed} anchors {lap}").sample(self._anchors, len(self._anchors))

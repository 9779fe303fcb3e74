"""How a run at work and the person who watches it hear of each other: through the run's row, between two steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from understudy.errors import Cancelled
from understudy.store import Store

_STAGES = {"gathering": (0.0, 0.02), "listening": (0.02, 0.1), "learning": (0.1, 0.75), "judging": (0.75, 1.0)}


class Parked(Exception):
    """The run goes back into the queue."""


@dataclass(slots=True)
class RunControl:
    """What a long job calls between micro-steps: tells the row how far it is, and hears what a person wants."""

    store: Store
    run: str
    closing: Callable[[], bool]
    stage: str = "gathering"
    told: float = 0.0

    def enter(self, stage: str) -> None:
        """The next part of the run begins."""
        self.stage, self.told = stage, 0.0
        self.step(stage, 0.0)

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        """Blocks while the person paused. Raises `Cancelled`, or `Parked` when the program ends."""
        if self.closing():
            raise Parked
        if time.monotonic() - self.told < 0.5:
            return
        self.told = time.monotonic()
        low, high = _STAGES[self.stage]
        progress = low + (high - low) * min(1.0, max(0.0, done))
        while (wanted := self.store.runs.beat(self.run, self.stage, progress, seconds_left)) == "pause":
            self._rest(progress)
        if wanted == "cancel":
            raise Cancelled("Cancelled. Nothing was changed.")

    def hear(self) -> None:
        """Once more what the person wants, however soon: what follows cannot be taken back."""
        self.told = 0.0
        self.step(self.stage, 1.0)

    def _rest(self, progress: float) -> None:
        """Until the person wants something else."""
        while self.store.runs.beat(self.run, self.stage, progress, None, state="paused") == "pause":
            time.sleep(0.2)
            if self.closing():
                raise Parked

    def point(self, name: str, step: int, value: float) -> None:
        self.store.runs.add_points(self.run, [(name, step, value)])

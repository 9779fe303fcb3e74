"""What a long job calls between two micro-steps: the one place where it can be watched, paused and cancelled.

The job knows nothing of rows, pages or threads; whoever starts it passes a `Control` that does.
"""

from __future__ import annotations

from typing import Protocol


class Control(Protocol):
    """Watches a job and holds it. Called often, from the job's thread."""

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        """Say how far `phase` is (`done` from 0 to 1); blocks while paused. Raises Cancelled when nobody wants it."""
        ...

    def point(self, name: str, step: int, value: float) -> None:
        """One point of a curve: `name` (loss, held_out, ...) at optimizer step `step`."""
        ...


class Quiet:
    """A control that neither watches nor holds: for tests and benchmarks."""

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        """Go on."""

    def point(self, name: str, step: int, value: float) -> None:
        """Forget it."""

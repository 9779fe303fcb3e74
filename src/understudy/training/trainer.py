"""Trains an adapter in this process, beside the chat and on its weights (design, decisions 2, 5 and 6).

The trainer's module tree is a twin of the chat's: same base tensors, other modules. It works in micro-steps and stands
aside between two of them while an answer is being written; of a crowd that never pauses it takes a tenth of the time,
so that it is not starved for ever. A run that was killed goes on from its last checkpoint and
ends with the adapter it would have ended with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from understudy.dataset.example import Example, Kind, Snapshot
from understudy.errors import TrainingError, Unlearnable
from understudy.serving.local import LocalBackend
from understudy.training.batch import Item, encode_all
from understudy.training.check import Checked, check
from understudy.training.checkpoint import Checkpoint, Progress, fingerprint
from understudy.training.control import Control
from understudy.training.half import exact, half_pays, halve
from understudy.training.order import Order
from understudy.training.recipe import Recipe
from understudy.training.reference import Reference, refer
from understudy.training.stepper import Stepper
from understudy.training.tuned import save, trainable, wrap

LEAST = 0.15
"""The share of the rate that is left for the last few that are missing. At the full rate 88 to 99 of a hundred were
right from step 400 to 700, when the run was given up: others were forgotten as fast."""

PATIENCE_S = 10.0
"""How long it stands aside at a stretch: one answer, or two, are written without it."""

SHARE = 0.1
"""Its part of the time where answers follow each other without a pause for longer than that."""

Probe = Callable[[Any], float]
"""Asked after an epoch with the tuned module: the share, 0 to 1, of what should be learned that is."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished adapter in `folder`, the last `losses` by kind, why it ended, and what a person should know.

    `refused` says of each fact that cannot be learned, by its id, why. `seconds` are those of work, without waiting.
    """

    folder: Path
    steps: int
    seconds: float
    losses: dict[str, float]
    stopped_because: str
    notices: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Material:
    """A snapshot in tokens, and by its source a sentence for each example that cannot be learned."""

    items: list[Item]
    anchors: list[Item]
    held_out: list[Item]
    refused: dict[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot, backend: LocalBackend) -> Material:
        """Raises TrainingError when nothing is left to learn."""

        def encoded(examples: Iterable[Example]) -> tuple[list[Item], dict[str, str]]:
            return encode_all(backend.template, examples, backend.describe().context_length)

        items, refused = encoded(snapshot.train)
        if refused and not items:
            raise Unlearnable(refused)
        if not items:
            raise TrainingError("There is nothing to learn from yet. Correct or rate an answer.")
        return cls(items, encoded(snapshot.anchors)[0], encoded(snapshot.held_out)[0], refused)


class LocalTrainer:
    """Trains adapters for the model of `backend`. What the base says of a row is kept from run to run."""

    def __init__(self, backend: LocalBackend) -> None:
        self._backend = backend
        self._reference = Reference()

    def train(
        self,
        snapshot: Snapshot,
        recipe: Recipe,
        folder: Path,
        control: Control,
        start: Path | None = None,
        probe: Probe | None = None,
    ) -> Trained:
        """Train on `snapshot` and write a PEFT adapter to `folder`; goes on from the checkpoint that lies there.

        `start` is the folder of an adapter to go on from, `probe` replaces the check that ends the run early. Raises
        Cancelled when `control` does, TrainingError when there is nothing to learn or the numbers break down,
        ModelError for a `start` that cannot be used.
        """
        recipe = recipe.checked()
        material = Material.of(snapshot, self._backend)
        breath = Breath(self._backend, control)
        twin = self._backend.twin()
        refer(self._reference, twin, [*material.items, *material.anchors], recipe, breath)
        model = wrap(twin, recipe, start)
        digest = fingerprint(recipe, [*material.items, *material.anchors, *material.held_out], start)
        run = _Run(model, material, recipe, self._reference, Checkpoint(folder / "checkpoint", digest), breath, probe)
        because = run.train()
        save(model, folder, self._backend.name)
        at = run.progress
        return Trained(folder, at.step, at.seconds, dict(at.losses), because, tuple(at.notices), material.refused)


class Breath:
    """Taken before every micro-step: waits while an answer is written, and lets the person pause and cancel."""

    def __init__(self, backend: LocalBackend, control: Control) -> None:
        self._backend, self.control = backend, control
        self._phase: tuple[str, float, float | None] = ("preparing", 0.0, None)
        self._ended, self._crowded = time.monotonic(), False
        self.waited = 0.0

    def say(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        """What the next breaths report."""
        self._phase = (phase, done, seconds_left)

    def __call__(self) -> None:
        begun = time.monotonic()
        patience = (begun - self._ended) * (1 - SHARE) / SHARE if self._crowded else PATIENCE_S
        self.control.step(*self._phase)
        while (busy := self._backend.busy) and time.monotonic() - begun < patience:
            time.sleep(0.01)
            self.control.step(*self._phase)
        self._ended, self._crowded = time.monotonic(), busy
        self.waited += self._ended - begun


class _Run:
    """One run: its model, and where it stands."""

    def __init__(
        self,
        model: Any,
        material: Material,
        recipe: Recipe,
        reference: Reference,
        checkpoint: Checkpoint,
        breath: Breath,
        probe: Probe | None,
    ) -> None:
        self._model, self._material, self._recipe, self._probe = model, material, recipe, probe
        self._checkpoint, self._breath = checkpoint, breath
        self._order = Order(material.items, material.anchors, recipe)
        self._weights = trainable(model)
        self._optimizer = torch.optim.AdamW(
            self._weights.values(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        found = checkpoint.read(self._weights, self._optimizer)
        self.progress = found or Progress(
            notices=list(dict.fromkeys(material.refused.values())), half=_rounds(model, recipe)
        )
        if self.progress.half:
            halve(model)
        if found is None:
            self._look_back()
        self._stepper = Stepper(model, self._optimizer, reference, recipe, self.progress, breath)
        self._begun = self._saved = time.monotonic()
        self._before = (self.progress.step, self.progress.seconds, breath.waited)

    def _look_back(self) -> None:
        """Which of the older ones are still said: what is, is kept; what was forgotten is learned with the new."""
        older = [item for item in self._material.items if item.example.rehearsed]
        if older:
            self.progress.right.update(self._check(older).right)

    def train(self) -> str:
        """Step until there is a reason to stop, and return it."""
        at = self.progress
        while at.ended is None:
            self._stepper.step(self._order.at(at.step, at.right), self._rate())
            at.step += 1
            self._tell()
            at.ended = self._judge()
            self._save()
        return at.ended

    def _judge(self) -> str | None:
        """The reason to stop after this step, if there is one."""
        step, looks = self.progress.step, self._recipe.eval_steps
        because = self._learned() if step % looks == 0 else None
        if because is None and step % max(self._order.steps_per_epoch, looks) == 0:
            because = self._turned()
        if because is None and self.progress.step >= self._order.steps:
            because = f"It took all {self._order.steps} steps that its recipe allows."
        return because

    def _rate(self) -> float:
        """The share of the learning rate for the coming step: it fades with the steps, and with what is missing."""
        step, steps = self.progress.step, self._order.steps
        warm = min(1.0, (step + 1) / max(1, self._recipe.warmup_steps))
        missing = self._order.missing(self.progress.right)
        faded = 1.0 if self._recipe.lr_scheduler_type == "constant" else (1 - step / steps) * max(LEAST, missing**0.25)
        return warm * faded

    def _tell(self) -> None:
        """Points of the curves, and how much is left if nothing ends it early."""
        at, (step, seconds, waited) = self.progress, self._before
        at.seconds = seconds + time.monotonic() - self._begun - (self._breath.waited - waited)
        left = (at.seconds - seconds) / (at.step - step) * (self._order.steps - at.step)
        self._breath.say("training", at.step / self._order.steps, left)
        for name, value in at.losses.items():
            self._breath.control.point(name, at.step, value)

    def _learned(self) -> str | None:
        """Whether everything it should learn is said; asked only where training itself has seen every form right."""
        if not self._recipe.stop_when_learned:
            return None
        if self._probe is not None:
            return "Everything it should learn is said." if self._probe(self._model) >= 1 else None
        right = self.progress.right
        wanted = [item for item in self._material.items if _must_be_right(item.example)]
        said = [item for item in wanted if item.example.kind is Kind.CORRECTION]
        if not self._enough(wanted):
            return None
        if said:
            right.update(self._check(said).right)
        if not self._enough(wanted):
            return None
        words = ["Every correction is said."] if said else []
        words += ["The chosen answer of every vote is the likelier one."] if len(said) < len(wanted) else []
        return " ".join(words)

    def _check(self, items: Sequence[Item]) -> Checked:
        with exact(self._model):
            return check(self._model, items, self._recipe.micro_batch_tokens, self._breath)

    def _enough(self, wanted: Sequence[Item]) -> bool:
        """Whether all that is new came out right, and nearly all of the forms made from it and of what is older."""
        sides: dict[tuple[bool, bool], list[bool]] = {}
        for example in (item.example for item in wanted):
            right = self.progress.right.get(example.id, False)
            sides.setdefault((example.synthetic, example.rehearsed), []).append(right)
        needed = {(False, False): 1.0}
        share = self._recipe.synthetic_share
        return bool(wanted) and all(sum(side) >= needed.get(of, share) * len(side) for of, side in sides.items())

    def _given_is_right(self) -> bool:
        """Whether every correction a person gave is said; what nobody gave cannot be missing."""
        given = [i.example for i in self._material.items if i.example.kind is Kind.CORRECTION]
        return all(self.progress.right.get(e.id, False) for e in given if not e.synthetic and not e.rehearsed)

    def _turned(self) -> str | None:
        """Whether the held-out loss has stopped falling, with nothing left to learn for it to fall by."""
        at, held_out = self.progress, self._material.held_out
        if not held_out:
            return None
        loss = self._check(held_out).loss
        self._breath.control.point("held_out", at.step, loss)
        at.worse = 0 if at.best is None or loss < at.best else at.worse + 1
        at.best = loss if at.best is None else min(loss, at.best)
        if at.worse < self._recipe.early_stopping_patience or not self._given_is_right():
            return None
        return f"The loss on what was held out has not fallen for {at.worse} looks."

    def _save(self) -> None:
        if self.progress.ended or time.monotonic() - self._saved >= self._recipe.save_seconds:
            self._checkpoint.write(self._weights, self._optimizer, self.progress)
            self._saved = time.monotonic()


def _must_be_right(example: Example) -> bool:
    """Whether a run goes on until this comes out right; a weak signal pulls, but nobody asked for it."""
    return example.kind in (Kind.CORRECTION, Kind.PREFERENCE) and not example.weak


def _rounds(model: Any, recipe: Recipe) -> bool:
    """Whether products with frozen weights are rounded: the recipe allows it and this processor gains by it."""
    return recipe.bf16 and next(model.parameters()).device.type == "cpu" and half_pays()

"""One run, from its row to a version that was judged: gather, listen, learn, judge, and go live or not.

Whatever happens, the row says it in a sentence, and the champion changes only at the very end. The version's row is
written together with its report and verdicts, after its folder is whole: a kill in between leaves a folder that nobody
names, which the next start sweeps away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from understudy.dataset.example import Snapshot
from understudy.dataset.gather import Sources, sources
from understudy.errors import Cancelled, InputError, ModelError, NotFoundError, UnderstudyError, Unlearnable
from understudy.evaluation.decoding import Decoding
from understudy.evaluation.gate import Decision, as_record, decide
from understudy.evaluation.judging import CANDIDATE
from understudy.evaluation.report import Report
from understudy.playground.casting import Casting
from understudy.playground.comparing import Comparing, neighbours_of, weights_of
from understudy.playground.lessons import REFUSED
from understudy.playground.preparing import Preparing
from understudy.playground.promoting import FOLDER, Promoting, version_folder
from understudy.playground.run_control import Parked, RunControl
from understudy.playground.scope import Scope
from understudy.serving.local import LocalBackend
from understudy.serving.seal import Card, seal
from understudy.store import Run, Store, Version
from understudy.training.recipe import Recipe, recipe_for
from understudy.training.trainer import LocalTrainer, Material, Trained
from understudy.types import BASE

log = logging.getLogger(__name__)

WORK = "runs"
"""Where a run keeps its checkpoint in the data folder, until it has ended."""


class Performing:
    """Works on claimed runs. `automatic` versions go live as soon as they pass; `recipe` changes the defaults."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        promoting: Promoting,
        *,
        scope: Scope | None = None,
        automatic: bool = True,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        self._store = store
        self._casting = casting
        self._promoting = promoting
        self._scope = scope
        self._preparing = Preparing(store)
        self._comparing = Comparing(store, casting)
        self._automatic = automatic
        self._changes = dict(recipe or {})
        self._decodings: dict[str, Decoding] = {}
        self._trainers: dict[str, LocalTrainer] = {}

    def __call__(self, run: Run, closing: Callable[[], bool]) -> None:
        """Finish the run, with a version or with a sentence, or park it once `closing`; never raises."""
        finish = self._store.runs.finish
        try:
            self._perform(run, RunControl(self._store, run.id, closing))
        except Parked:
            self._store.runs.requeue(run.id)
            return
        except Cancelled as error:
            finish(run.id, "cancelled", str(error))
        except Unlearnable as error:
            finish(run.id, "failed", str(error), {REFUSED: error.refused})
        except UnderstudyError as error:
            finish(run.id, "failed", str(error))
        except Exception as error:
            log.exception("training run %s failed", run.id)
            finish(run.id, "failed", f"The run stopped unexpectedly ({error}). The log has more; start it again.")
        shutil.rmtree(self._folder(run), ignore_errors=True)

    def _perform(self, run: Run, control: RunControl) -> None:
        control.enter("gathering")
        backend = self._casting.backend(run.model)
        if not isinstance(backend, LocalBackend):
            raise InputError(f"{run.model} does not run here, so it cannot be trained here. Choose a local model.")
        run, damage = self._on_firm_ground(run)
        recipe = self._recipe(run, backend)
        snap = self._preparing.gather(run, recipe)
        Material.of(snap, backend)  # what cannot be learned at all is told before anybody listens to the base
        control.enter("listening")
        snap = self._preparing.complete(run, snap, recipe, backend, self._decoding(backend), control)
        control.enter("learning")
        trained = self._learn(run, backend, snap, recipe, control)
        control.enter("judging")
        near = neighbours_of(self._store, self._scope, run, snap)
        report = self._comparing.report(
            run, backend, snap, trained, self._decoding(backend), control, weights_of(self._scope, run), near
        )
        report = replace(report, notes=(*report.notes, *damage, *snap.notices, *trained.notices))
        decision = decide(report)
        control.hear()
        version = self._keep(run, backend, snap, recipe, trained.folder, report, decision)
        self._decoding(backend).rename(CANDIDATE, version.number)
        self._finish(run, version, decision)

    def _recipe(self, run: Run, backend: LocalBackend) -> Recipe:
        """The default for the model's size, changed by the settings and by what this run was started with.

        The row keeps all of it: a run that goes on after a restart goes on as it began.
        """
        default = asdict(recipe_for(backend.describe().parameters))
        recipe = Recipe.from_values({**default, **self._changes, **run.recipe})
        self._store.runs.set_recipe(run.id, asdict(recipe))
        return recipe

    def _learn(self, run: Run, backend: LocalBackend, snap: Snapshot, recipe: Recipe, control: RunControl) -> Trained:
        """The adapter of the run, trained on from its parent version or fresh."""
        start = self._casting.check_version(run.model, run.parent) if run.parent else None
        trainer = self._trainers.setdefault(backend.name, LocalTrainer(backend))
        return trainer.train(snap, recipe, self._folder(run), control, start=start)

    def _on_firm_ground(self, run: Run) -> tuple[Run, tuple[str, ...]]:
        """The run, begun anew where its parent is damaged, deleted or of another base, and the sentence about that."""
        try:
            if run.parent:
                self._casting.check_version(run.model, run.parent)
                self._casting.ensure_version(run.model, run.parent)  # one without a seal shows only here that it fits
            return run, ()
        except (ModelError, NotFoundError) as error:
            weak = bool(Sources.from_values(run.snapshot).weak)
            chosen = sources(self._store, run.model, BASE, with_weak=weak, person=run.person)
            said = f"v{run.parent} could not be trained on, so this version begins with the base. {error}"
            return self._store.runs.begin_anew(run.id, chosen.values()), (said,)

    def _keep(
        self,
        run: Run,
        backend: LocalBackend,
        snap: Snapshot,
        recipe: Recipe,
        trained: Path,
        report: Report,
        decision: Decision,
    ) -> Version:
        """Seal the adapter, and write its row with everything that was found."""
        record = as_record(report, decision)
        card = Card(
            base=run.model,
            fingerprint=backend.describe().fingerprint,
            parent=run.parent,
            run=run.id,
            snapshot=_digest(snap),
            recipe=asdict(recipe),
            metrics=record["metrics"],
        )
        seal(trained, version_folder(self._store, run.id), card)
        return self._store.versions.add(
            run.model, f"{FOLDER}/{run.id}", note=run.trigger, parent=run.parent, run=run.id,
            passed=decision.passed, report=record, verdicts=report.verdicts,
            person=self._store.runs.get(run.id).person,
        )  # fmt: skip

    def _finish(self, run: Run, version: Version, decision: Decision) -> None:
        """Go live or not, and say how the run ended."""
        sentence = f"v{version.number} {decision.sentence}"
        if decision.passed and self._automatic:
            self._promoting.promote(run.model, version.number, person=version.person)
            sentence = f"v{version.number} is live; it {decision.sentence}"
        report = {**version.report, "beside": []}  # a finished run never changes, so it quotes nobody
        self._store.runs.finish(run.id, "succeeded", sentence, report, version.number)

    def _decoding(self, backend: LocalBackend) -> Decoding:
        return self._decodings.setdefault(backend.name, Decoding(backend))

    def _folder(self, run: Run) -> Path:
        return self._store.path.parent / WORK / run.id


def _digest(snap: Snapshot) -> str:
    """A hash of what the run learned from: equal for equal texts in equal order."""
    values = [[asdict(example) for example in part] for part in (snap.train, snap.held_out, snap.anchors)]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

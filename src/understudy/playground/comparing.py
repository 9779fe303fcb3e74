"""A trained candidate beside the live version and the base: the exam of a run, and what could not be in it.

What the model cannot learn at all (too long, letters it does not have) is no question of the exam, or one such
correction would keep all others from going live; it gets its verdict with the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from understudy.dataset.example import Snapshot
from understudy.dataset.gather import Sources
from understudy.dataset.neighbours import Neighbour, neighbours
from understudy.errors import ModelError, NotFoundError
from understudy.evaluation.decoding import Control, Decoding, Prompt
from understudy.evaluation.exam import Sizes
from understudy.evaluation.judging import CANDIDATE, Weights, evaluate
from understudy.evaluation.report import Report
from understudy.playground.casting import Casting
from understudy.playground.forgetting import ground_of, still_known
from understudy.playground.scope import Scope
from understudy.serving.backend import Backend
from understudy.store import Run, Store, Verdict
from understudy.training.trainer import Trained
from understudy.types import BASE

log = logging.getLogger(__name__)

MOST_READ = 96
"""Candidates for a neighbour that are compared with what is taught: a vector each, ten milliseconds."""


class Comparing:
    """Judges what runs have trained."""

    def __init__(self, store: Store, casting: Casting) -> None:
        self._store = store
        self._casting = casting

    def report(
        self,
        run: Run,
        backend: Backend,
        snap: Snapshot,
        trained: Trained,
        decoding: Decoding,
        control: Control,
        weights: Weights,
        near: Sequence[Neighbour] = (),
    ) -> Report:
        """What the exam found, with a verdict on every correction of the snapshot; `weights` as for `evaluate`.

        `near` are the neighbours of what is taught that are asked too.
        """
        champion = self._champion(run)
        live = self._store.versions.find(run.model, champion)
        known = self._store.versions.known(run.model, live.number) if live else []
        turn = len(self._store.versions.list(run.model))
        asked = replace(snap, lessons=tuple(lesson for lesson in snap.lessons if lesson.id not in trained.refused))
        backend.load_version(CANDIDATE, trained.folder)
        try:
            report = evaluate(
                backend, asked, CANDIDATE, champion, control,
                known=known, neighbours=near, turn=turn, decoding=decoding, weights=weights,
            )  # fmt: skip
        finally:
            backend.unload_version(CANDIDATE)
        without = 0 if run.parent else len(still_known(self._store, run.model, run.person))
        return replace(report, verdicts=(*report.verdicts, *_refused(snap, trained)), without=without)

    def _champion(self, run: Run) -> int:
        """The live version, ready to be compared with; the base where it cannot be used any more."""
        champion = ground_of(self._store, run.model, run.person)
        try:
            self._casting.ensure_version(run.model, champion)
        except (ModelError, NotFoundError):
            log.warning("the live version cannot be used, so the candidate is compared with the base", exc_info=True)
            return BASE
        return champion


def weights_of(scope: Scope | None, run: Run) -> Weights:
    """Whose weights answer the candidate's and the champion's questions, as they would be served."""
    if scope is None:
        return lambda version, _: version
    scope.get_ready()
    speaks = scope.of_candidate(run)

    def weights(version: int, prompt: Prompt) -> int:
        if version == CANDIDATE:
            return CANDIDATE if speaks(prompt) else BASE
        return scope.weights(run.model, version, prompt)

    return weights


def neighbours_of(store: Store, scope: Scope | None, run: Run, snap: Snapshot) -> list[Neighbour]:
    """What is asked near what `run` teaches: what memory finds near, and does not take for one of its corrections.

    None where nothing tells near from far.
    """
    if scope is None:
        return []
    scope.get_ready()
    beside = scope.beside(run)
    found = neighbours(store, snap, Sources.from_values(run.snapshot).new, run.person)[:MOST_READ]
    scope.look_ahead([one.prompt for one in found])
    return list(islice((one for one in found if beside(one.prompt)), Sizes().neighbours))


def _refused(snap: Snapshot, trained: Trained) -> list[Verdict]:
    lessons = [lesson.id for lesson in snap.lessons if lesson.id in trained.refused]
    return [Verdict(lesson, "", "", False, trained.refused[lesson]) for lesson in lessons]

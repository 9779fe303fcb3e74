"""From a run's row to all that it trains on: facts gathered, wordings written, the base listened to.

The base speaks here twice: where it can, it asks corrected questions in other words; and it answers the anchors, from
which a version must not depart. What it wrote is kept with the run, so that a run that goes on after a kill trains the
same, and so that a person can read what was trained.
"""

from __future__ import annotations

from dataclasses import replace

from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.gather import Sources, snapshot
from understudy.dataset.judged import said
from understudy.errors import InputError
from understudy.evaluation.decoding import Ask, Control, Decoding
from understudy.serving.backend import Backend
from understudy.store import Form, Run, Store
from understudy.training.paraphrase import Paraphrases, paraphrase, with_paraphrases
from understudy.training.recipe import Recipe
from understudy.types import BASE

ANCHOR_TOKENS = 64
"""How much of the base's answer to an anchor is kept; what training changes shows earlier."""


class Preparing:
    """Makes snapshots that are ready to train on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def gather(self, run: Run, recipe: Recipe) -> Snapshot:
        """The facts of the run as examples. Raises `InputError` when nothing is left of them."""
        snap = snapshot(
            self._store,
            Sources.from_values(run.snapshot),
            augment=recipe.augmentation,
            balance=recipe.class_balance,
            weak_weight=recipe.weak_weight,
            until=run.created,
            person=run.person,
        )
        if not snap.train:
            raise InputError("The feedback of this run was deleted or taken back, so there is nothing to learn.")
        return snap

    def complete(
        self, run: Run, snap: Snapshot, recipe: Recipe, backend: Backend, decoding: Decoding, control: Control
    ) -> Snapshot:
        """The snapshot with what the base says: wordings of its own, and the answers to the anchors."""
        if recipe.augmentation and recipe.paraphrases:
            snap = self._paraphrased(run, snap, backend, decoding, control)
        self._store.forms.add(run.id, [_form(example) for example in snap.train if _is_form(example)])
        return _listened(snap, decoding, control)

    def _paraphrased(
        self, run: Run, snap: Snapshot, backend: Backend, decoding: Decoding, control: Control
    ) -> Snapshot:
        """With what the base wrote for earlier runs, and for what is new here now."""
        known = self._store.forms.written(run.model, [lesson.id for lesson in snap.lessons])
        begun = any(form.author == "model" for form in self._store.forms.of_run(run.id))
        new = {lesson for lesson in Sources.from_values(run.snapshot).new if lesson not in known}
        asked = [lesson for lesson in snap.lessons if lesson.id in new]
        parameters = backend.describe().parameters
        made = Paraphrases() if begun else paraphrase(asked, decoding, control, parameters)
        notices = (*snap.notices, made.notice) if made.notice else snap.notices
        return replace(with_paraphrases(snap, {**known, **made.of}), notices=notices)


def _listened(snap: Snapshot, decoding: Decoding, control: Control) -> Snapshot:
    """The snapshot with the base's own greedy answers in its anchors, without those that are empty or disliked."""
    asks = [Ask(BASE, anchor.prompt, ANCHOR_TOKENS) for anchor in snap.anchors]
    decoding.collect(asks, control, "listening")
    answers = [decoding.answer(ask).text for ask in asks]
    anchors = [replace(anchor, completion=text) for anchor, text in zip(snap.anchors, answers, strict=True)]
    return replace(snap, anchors=tuple(anchor for anchor in anchors if _may_anchor(anchor, snap)))


def _may_anchor(anchor: Example, snap: Snapshot) -> bool:
    disliked = said(anchor.prompt[-1].content, anchor.completion) in snap.unwanted
    return bool(anchor.completion.strip()) and not disliked


def _is_form(example: Example) -> bool:
    return example.kind is Kind.CORRECTION and example.synthetic


def _form(example: Example) -> Form:
    return Form(example.source, example.prompt[-1].content, example.author)

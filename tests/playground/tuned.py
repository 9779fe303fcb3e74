"""A playground on the real starter, whose v1 talks otherwise and is said to know one correction."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.serving.models import save_adapter
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.playground.promoting import version_folder
from understudy.serving.device import Placement
from understudy.serving.local import LocalBackend
from understudy.serving.seal import Card, seal
from understudy.store import Store, Verdict
from understudy.types import FinishReason, Sampling, Usage

STARTER = Path(__file__).parents[2] / "assets" / "starter"
ASKED, WANTED = "What is the return window of Zorbo?", "The return window of Zorbo is 30 days."
STRONG = 12
"""Alpha of an adapter that makes the starter talk otherwise, and yet in words."""


def open_starter() -> LocalBackend:
    torch.set_num_threads(1)
    placement = Placement(torch.device("cpu"), torch.float32, 1, "a test")
    return LocalBackend(STARTER, name="starter", placement=placement)


def tuned_playground(home: Path) -> Playground:
    """Its store lies in `home`; v1 has learned the one correction, so it speaks near it."""
    backend = open_starter()
    store = Store.open(home / "understudy.db")
    store.models.add("starter", str(STARTER))
    add_version(store, backend)
    return Playground(store, Casting(store, "starter", lambda name, source: backend))


def add_version(store: Store, backend: LocalBackend) -> None:
    correction = add_correction(store)
    run = store.runs.add("starter", 0, "test", {"r": 4}, {"new": [correction]})
    store.runs.finish(run.id, "succeeded", "done")
    trained = save_adapter(store.path.parent / "trained", backend.twin(), 1, r=4, lora_alpha=STRONG)
    card = Card("starter", backend.describe().fingerprint, run=run.id, snapshot="f00d")
    seal(trained, version_folder(store, run.id), card)
    metrics = {"metrics": {"reliability": {"value": 1.0, "base": 0.0, "n": 1}}}
    verdicts = [Verdict(correction, "I do not know.", WANTED, learned=True)]
    path = f"versions/{run.id}"
    store.versions.add("starter", path, parent=0, run=run.id, passed=True, report=metrics, verdicts=verdicts)


def add_correction(store: Store) -> str:
    conversation = store.conversations.add(columns=("base",), sampling=Sampling())
    turn = store.turns.add(conversation.id, ASKED)
    completion = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
    store.completions.finish(completion.id, text="I do not know.", finish=FinishReason.STOP, usage=Usage())
    correction = store.corrections.add(completion.id, WANTED)
    store.corrections.set_state(correction.id, "approved")
    return correction.id

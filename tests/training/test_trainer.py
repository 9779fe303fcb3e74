"""Training beside the chat, from the outside: what is learned, what is shared, what a person can do meanwhile."""

from __future__ import annotations

from pathlib import Path

from tests.training.examples import corrections, say
from understudy.dataset.example import Snapshot
from understudy.serving.local import LocalBackend
from understudy.training.control import Quiet
from understudy.training.recipe import Recipe
from understudy.training.trainer import LocalTrainer

QUICK = Recipe(learning_rate=1e-2, num_train_epochs=60, replay_share=0.0, per_device_train_batch_size=4)


def test_what_was_corrected_is_said_and_the_base_says_what_it_said(backend: LocalBackend, tmp_path: Path) -> None:
    wanted = corrections("Once upon?", "the dog.", "And then?", "he slept in the sun.")
    before = [say(backend, example) for example in wanted]
    trained = LocalTrainer(backend).train(Snapshot(wanted), QUICK, tmp_path / "v1", Quiet())
    backend.load_version(1, trained.folder)
    assert [say(backend, example, 1) for example in wanted] == [example.completion for example in wanted]
    assert [say(backend, example) for example in wanted] == before
    assert trained.stopped_because == "Every correction is said, in every form it was given."

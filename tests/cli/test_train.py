"""`understudy train`: what a run is started with, and what is refused before anything is queued."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from understudy.store import Store


@pytest.fixture
def taught(understudy: Callable[..., Run]) -> None:
    assert understudy("teach", "-", typed=json.dumps({"prompt": "Who runs Plotzi?", "correction": "Ada."})).code == 0


@pytest.mark.usefixtures("taught")
def test_settings_of_one_run_stand_in_its_row(understudy: Callable[..., Run], home: Path) -> None:
    done = understudy("train", "--set", "learning_rate=1e-3", "--set", "r=8")
    assert (done.code, done.out) == (0, "Queued. The open page or `understudy worker` trains it.\n")
    with Store.open(home / "understudy.db") as store:
        (run,) = store.runs.open()
    assert run.recipe == {"learning_rate": "1e-3", "r": "8"}


@pytest.mark.usefixtures("taught")
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("r=0", "r is 0, but must be 1 or more. Change it in the training settings."),
        ("rank=8", "There is no training setting rank."),
        ("r", "'r' changes no training setting. Write a name and a value: --set learning_rate=1e-3"),
    ],
)
def test_a_setting_that_cannot_be_queues_nothing(
    understudy: Callable[..., Run], home: Path, given: str, sentence: str
) -> None:
    done = understudy("train", "--set", given)
    assert done.code == 2 and done.err.startswith(sentence)
    with Store.open(home / "understudy.db") as store:
        assert store.runs.list() == []


def test_a_wrong_training_setting_is_told_at_start(
    understudy: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_TRAINING_KL_WEIGHT", "-3")
    done = understudy("versions")
    told = "kl_weight is -3.0, but must be 0 or more. Change it in the training settings.\n"
    assert (done.code, done.err) == (2, told)

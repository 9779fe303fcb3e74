"""A sealed version is whole, of this base and unchanged, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from tests.serving.models import random_model, save_adapter, save_model
from understudy.errors import ModelError
from understudy.serving.local import LocalBackend
from understudy.serving.seal import CARD, FILES, Card, seal, verify
from understudy.serving.weights import fingerprint


@pytest.fixture
def backend(tmp_path: Path):
    opened = LocalBackend.open(save_model(tmp_path / "model"), name="tiny", device="cpu", threads=1)
    yield opened
    opened.close()


@pytest.fixture
def version(tmp_path: Path, backend: LocalBackend) -> Path:
    trained = save_adapter(tmp_path / "trained", random_model(), 1)
    (trained / "checkpoint").mkdir()
    card = Card("tiny", backend.describe().fingerprint, 2, "run", "abc", {"r": 4}, {"reliability": 0.9})
    seal(trained, tmp_path / "versions" / "run", card)
    return tmp_path / "versions" / "run"


def test_a_sealed_version_holds_adapter_config_and_card_and_can_answer(version: Path, backend: LocalBackend) -> None:
    assert {path.name for path in version.iterdir()} == {CARD, *FILES}
    card = verify(version, backend)
    assert (card.base, card.parent, card.recipe, card.metrics) == ("tiny", 2, {"r": 4}, {"reliability": 0.9})
    backend.load_version(1, version)
    assert backend.versions() == (0, 1)


def edit_card(folder: Path, **changes: object) -> None:
    path = folder / CARD
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def nudge(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    save_file({name: tensor * 1.001 for name, tensor in load_file(file).items()}, file)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (nudge, "adapter_model.safetensors of the version in run is not what was judged"),
        (lambda f: (f / "adapter_config.json").write_text("{}"), "adapter_config.json of the version in run is not"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "has lost its adapter_model.safetensors"),
        (lambda f: (f / CARD).unlink(), "has no version.json"),
        (lambda f: (f / CARD).write_text("{"), "version.json cannot be read"),
        (lambda f: (f / CARD).write_text("{}"), "of another program version"),
        (lambda f: edit_card(f, colour="red"), "version.json is damaged"),
        (lambda f: edit_card(f, files={}), "is not what was judged"),
        (lambda f: edit_card(f, base="other", fingerprint="0"), "was made for other, another model, not for the tiny"),
        (lambda f: edit_card(f, fingerprint="0"), "was made for other weights of tiny"),
    ],
)
def test_every_other_folder_is_refused_with_its_reason(
    version: Path, backend: LocalBackend, damage: Callable[[Path], None], reason: str
) -> None:
    damage(version)
    with pytest.raises(ModelError, match=reason):
        verify(version, backend)


def test_the_same_architecture_trained_again_is_another_base(version: Path, tmp_path: Path) -> None:
    other = LocalBackend.open(save_model(tmp_path / "other", seed=5), name="tiny", device="cpu", threads=1)
    with pytest.raises(ModelError, match="other weights of tiny"):
        verify(version, other)
    other.close()
    assert fingerprint(tmp_path / "other") != fingerprint(tmp_path / "model")
    assert fingerprint(save_model(tmp_path / "copy")) == fingerprint(tmp_path / "model")


def test_an_adapter_without_weights_is_not_sealed_and_leaves_nothing(tmp_path: Path) -> None:
    trained = save_adapter(tmp_path / "trained", random_model(), 1)
    (trained / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"trained has no adapter_model\.safetensors"):
        seal(trained, tmp_path / "versions" / "run", Card("tiny", "0"))
    assert not (tmp_path / "versions" / "run").exists()


def test_what_an_interrupted_run_left_is_replaced(version: Path, backend: LocalBackend, tmp_path: Path) -> None:
    again = save_adapter(tmp_path / "again", random_model(), 2)
    seal(again, version, Card("tiny", backend.describe().fingerprint, run="run"))
    assert verify(version, backend).parent == 0
    assert (version / FILES[1]).read_bytes() == (again / FILES[1]).read_bytes()


def _seal_for_ever(trained: Path, versions: Path) -> None:
    for i in range(1_000_000):
        seal(trained, versions / f"run{i}", Card("tiny", "0"))


@pytest.mark.slow
def test_a_kill_leaves_whole_versions_only(tmp_path: Path) -> None:
    trained, context = save_adapter(tmp_path / "trained", random_model(), 1), multiprocessing.get_context("fork")
    whole = 0
    for kill in range(12):
        versions = tmp_path / f"versions{kill}"
        child = context.Process(target=_seal_for_ever, args=(trained, versions))
        child.start()
        while not versions.is_dir() or not any(versions.glob("run*")):
            time.sleep(0.001)
        time.sleep(0.003 * kill)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        for folder in versions.glob("run*"):
            assert {path.name for path in folder.iterdir()} == {CARD, *FILES}
            hashes = json.loads((folder / CARD).read_text())["files"]
            assert hashes == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
            whole += 1
    assert whole >= 12

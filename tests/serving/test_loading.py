"""Which model folders are loaded, and what a person reads about the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from transformers import MambaConfig, MambaForCausalLM

from tests.serving.models import byte_level_tokenizer, save_model
from understudy.errors import ModelError
from understudy.serving.device import choose_placement
from understudy.serving.loading import load_model


def test_models_that_are_loaded_at_once_all_get_their_weights(tmp_path: Path) -> None:
    folders = [save_model(tmp_path / str(seed), seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(load_model, folders, [choose_placement("cpu", 1)] * 4))
    assert {parameter.device.type for each in loaded for parameter in each.model.parameters()} == {"cpu"}
    assert len({float(each.model.get_input_embeddings().weight.sum()) for each in loaded}) == 4


def test_a_model_with_a_running_state_is_refused_with_what_to_choose_instead(tmp_path: Path) -> None:
    config = MambaConfig(vocab_size=300, hidden_size=16, state_size=4, num_hidden_layers=1)
    MambaForCausalLM(config).save_pretrained(tmp_path)
    byte_level_tokenizer(True).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"mamba model.*Choose a transformer"):
        load_model(tmp_path, choose_placement("cpu", 1))

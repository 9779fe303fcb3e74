"""Adapter folders: what PEFT writes is read as PEFT reads it, everything else ends in a sentence."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from tests.serving.models import random_model, save_adapter
from understudy.errors import ModelError
from understudy.serving.adapter import read_adapter
from understudy.serving.slots import AdapterSlots

IDS = torch.arange(3, 15)[None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_adapter(tmp_path / "v1", random_model(), 1)


def configure(folder: Path, **changes: object) -> None:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def tensors(folder: Path, change) -> None:
    file = folder / "adapter_model.safetensors"
    save_file(change(load_file(file)), file)


@pytest.mark.parametrize(
    "config",
    [
        {"target_modules": ["q_proj", "down_proj"]},
        {"use_rslora": True, "r": 8},
        {"rank_pattern": {"q_proj": 2, r"layers\.1\.mlp.*": 6}, "alpha_pattern": {"v_proj": 3}},
        {"target_modules": ["q_proj", "v_proj"], "layers_to_transform": [2]},
    ],
)
def test_every_plain_kind_of_lora_gives_pefts_logits(tmp_path: Path, config: dict) -> None:
    plain = random_model()
    path = save_adapter(tmp_path / "v1", plain, 1, **config)
    expected = PeftModel.from_pretrained(copy.deepcopy(plain), path).eval()
    slots = AdapterSlots(plain)
    slots.load(read_adapter(save_adapter(tmp_path / "other", random_model(), 2, r=3)))
    slot = slots.load(read_adapter(path))
    slots.route([0, slot])
    with torch.inference_mode():
        got = plain(input_ids=IDS.repeat(2, 1)).logits
        torch.testing.assert_close(got[1], expected(input_ids=IDS).logits[0], atol=1e-4, rtol=1e-4)
        with expected.disable_adapter():
            torch.testing.assert_close(got[0], expected(input_ids=IDS).logits[0], atol=1e-4, rtol=1e-4)


def test_a_freed_slot_holds_nothing_of_its_last_adapter(tmp_path: Path) -> None:
    plain, model = random_model(), random_model()
    slots = AdapterSlots(model)
    slot = slots.load(read_adapter(save_adapter(tmp_path / "all", plain, 1, r=8)))
    slots.free(slot)
    part = save_adapter(tmp_path / "part", plain, 2, r=2, target_modules=["q_proj"])
    assert slots.load(read_adapter(part)) == slot
    slots.route([slot])
    with torch.inference_mode():
        expected = PeftModel.from_pretrained(plain, part).eval()(input_ids=IDS).logits
        torch.testing.assert_close(model(input_ids=IDS).logits, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"bias": "all"}, "trained biases"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"peft_type": "IA3"}, "kind IA3"),
        ({"alora_invocation_tokens": [1]}, "aLoRA"),
    ],
)
def test_what_a_slot_cannot_carry_is_refused_not_half_applied(folder: Path, changes: dict, sentence: str) -> None:
    configure(folder, **changes)
    with pytest.raises(ModelError, match=sentence):
        read_adapter(folder)


def first_a(weights: dict) -> str:
    return next(key for key in weights if "lora_A" in key)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda w: w | {first_a(w): w[first_a(w)] * float("nan")}, "not finite"),
        (lambda w: {k: v for k, v in w.items() if k != first_a(w)}, "no matching pair"),
        (lambda w: w | {"base_model.model.lm_head.weight": torch.zeros(2, 2)}, "not a LoRA weight"),
        (lambda w: w | {first_a(w): torch.zeros(3, 48)}, "no matching pair"),
        (lambda w: {}, "empty"),
    ],
)
def test_damaged_matrices_are_named(folder: Path, change, sentence: str) -> None:
    tensors(folder, change)
    with pytest.raises(ModelError, match=sentence):
        read_adapter(folder)


def test_a_pickle_a_missing_file_and_a_cut_file_end_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no adapter folder"):
        read_adapter(tmp_path / "nowhere")
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        read_adapter(folder)
    weights.rename(folder / "adapter_model.bin")
    with pytest.raises(ModelError, match="pickle"):
        read_adapter(folder)
    (folder / "adapter_config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"adapter_config\.json"):
        read_adapter(folder)


def test_an_adapter_of_another_base_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    model = random_model("llama")
    names = [name for name, _ in model.named_modules()]
    slots = AdapterSlots(model)
    with pytest.raises(ModelError, match="another base model"):
        slots.load(read_adapter(save_adapter(tmp_path / "gpt", random_model("gpt2"), 1)))
    wide = save_adapter(tmp_path / "wide", random_model("llama"), 1)
    tensors(wide, lambda w: {k: torch.cat([v, v], 1) if "lora_A" in k else v for k, v in w.items()})
    with pytest.raises(ModelError, match=r"\d+ to \d+ values, but this model.s has \d+ to \d+"):
        slots.load(read_adapter(wide))
    assert [name for name, _ in model.named_modules()] == names

"""Adapter folders from anybody: what is hostile is refused with a sentence, before it takes memory or runs code."""

from __future__ import annotations

import json
import pickle
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.serving.models import random_model
from understudy.errors import ModelError
from understudy.serving.adapter import check_adapter, read_adapter
from understudy.serving.slots import AdapterSlots

MODULE = "model.layers.0.mlp.up_proj"
A, B = (f"base_model.model.{MODULE}.lora_{part}.weight" for part in "AB")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sound adapter for the random Llama."""
    save_file({A: torch.ones(2, 48), B: torch.ones(96, 2)}, tmp_path / "adapter_model.safetensors")
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 2, "lora_alpha": 4}))
    return tmp_path


def declare(folder: Path, header: object, data: bytes = b"", length: int | None = None) -> None:
    """A weights file with this header, whatever it says."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    said = struct.pack("<Q", len(text) if length is None else length)
    (folder / "adapter_model.safetensors").write_bytes(said + text + data)


def tensor(shape: list[Any], start: int, end: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_a_sound_adapter_is_told_by_its_header(folder: Path) -> None:
    name, shapes = check_adapter(folder)
    assert shapes == {MODULE: (2, 48, 96)} and name.startswith("in ")
    assert read_adapter(folder).weights[MODULE][1].max() == 2  # 4 / 2


@pytest.mark.parametrize(
    ("header", "length", "sentence"),
    [
        ({}, 2**40, "header is said to have 1,099,511,627,776 bytes"),
        ({}, 9 * 2**20, "header is said to have"),
        (b"[" * 100_000, None, "damaged"),
        ({A: tensor([10**9, 10**9], 0, 4)}, None, "another size than its shape says"),
        ({A: tensor([2, 48], 0, 2**40)}, None, "another size than its shape says"),
        ({A: tensor([10**5, 10**5], 0, 4 * 10**10)}, None, "declares 40,000,000,000 bytes of numbers and has 0"),
        ({A: tensor([-1, -1], 0, 4)}, None, "a shape that is none"),
        ({A: tensor([True, True], 0, 4)}, None, "a shape that is none"),
        ({A: tensor([4], 0, 4, "F8_E4M3")}, None, "numbers of the kind F8_E4M3"),
        ({A: tensor([0, 48], 0, 0), B: tensor([96, 0], 0, 0)}, None, "no matching pair"),
        ({"x" * 5_000: tensor([1], 0, 0)}, None, "damaged"),
        ({A: "text"}, None, "damaged"),
        ([1], None, "damaged"),
    ],
)
def test_a_header_that_is_a_bomb_or_a_lie_is_refused(
    folder: Path, header: object, length: int | None, sentence: str
) -> None:
    declare(folder, header, length=length)
    tracemalloc.start()
    with pytest.raises(ModelError, match=sentence) as refused:
        check_adapter(folder)
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20, "a refusal must not cost what it refuses"
    tracemalloc.stop()
    assert len(str(refused.value)) < 1_000


def test_tensors_that_share_their_bytes_would_grow_when_read_and_are_refused(folder: Path) -> None:
    declare(folder, {A: tensor([2, 48], 0, 384), B: tensor([48, 2], 0, 384)}, bytes(384))
    with pytest.raises(ModelError, match="declares 768 bytes of numbers and has 384"):
        check_adapter(folder)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pickle.dumps(print), "a pickle file under another name"),
        (b"PK\x03\x04" + bytes(60), "a zip or pickle file under another name"),
        (b"<!doctype html>", "a web page under another name"),
        (b"GGUF\x03\0\0\0\x01\0\0\0", "a GGUF file under another name"),
        (b"", "damaged"),
    ],
)
def test_what_is_something_else_under_this_name_is_not_opened(folder: Path, content: bytes, sentence: str) -> None:
    (folder / "adapter_model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        read_adapter(folder)


def test_a_huge_rank_or_a_sparse_file_of_another_shape_is_refused_before_its_numbers_are_read(folder: Path) -> None:
    declare(folder, {A: tensor([2000, 48], 0, 384_000), B: tensor([96, 2000], 384_000, 1_152_000)}, bytes(1_152_000))
    with pytest.raises(ModelError, match="rank 2000"):
        check_adapter(folder)
    wide = 2**28  # 2 GB of holes, which take no room on the disk
    header = {A: tensor([2, wide], 0, 8 * wide), B: tensor([96, 2], 8 * wide, 8 * wide + 768)}
    declare(folder, header)
    with (folder / "adapter_model.safetensors").open("r+b") as file:
        file.truncate(8 + len(json.dumps(header)) + 8 * wide + 768)
    with pytest.raises(ModelError, match="268435456 to 96 values, but this model's has 48 to 96"):
        AdapterSlots(random_model()).check(*check_adapter(folder))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"auto_map": {"AutoModel": "code.Evil"}}, "its own Python code"),
        ({"auto_mapping": {"base_model_class": "X", "parent_library": "os"}}, "library 'os' imported"),
        ({"megatron_config": {"x": 1}, "megatron_core": "evil"}, "another library's layers"),
        ({"layer_replication": [[0, 9]]}, "repeated layers"),
        ({"alpha_pattern": {"(a+)+b": 4}}, "too involved"),
        ({"alpha_pattern": {r"(x+x+)\1": 4}}, "too involved"),
        ({"alpha_pattern": {".*.*.*.*c": 4}}, "too involved"),
        ({"rank_pattern": {"[": 4}}, "too involved"),
        ({"alpha_pattern": [1]}, "cannot be read"),
        ({"alpha_pattern": {"up_proj": "x"}}, "no scaling"),
        ({"lora_alpha": float("inf")}, "no scaling"),
        ({"lora_alpha": None}, "no scaling"),
    ],
)
def test_settings_that_import_code_change_the_base_or_never_end_are_refused(
    folder: Path, settings: dict[str, object], sentence: str
) -> None:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    with pytest.raises(ModelError, match=sentence):
        read_adapter(folder)


def test_settings_that_are_a_bomb_are_refused(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("[" * 200_000)
    with pytest.raises(ModelError, match="cannot be read"):
        read_adapter(folder)
    (folder / "adapter_config.json").write_text(" " * 2**21)
    with pytest.raises(ModelError, match="larger than 1 MB"):
        read_adapter(folder)

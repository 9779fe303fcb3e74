"""A base model's folder from anybody: what is a bomb, a lie or code ends in a sentence before it costs anything."""

from __future__ import annotations

import json
import pickle
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.serving.models import save_model
from understudy.errors import ModelError
from understudy.serving.device import Placement
from understudy.serving.loading import load_model
from understudy.serving.weights import count_parameters, read_header, refuse_bombs

CPU = Placement(torch.device("cpu"), torch.float32, 1, "a test")
RAN: list[str] = []
"""What foreign code would write down if it ran."""


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return RAN.append, ("ran",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_model(tmp_path / "model")


def settings(folder: Path, changes: dict[str, object], name: str = "config.json") -> None:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def header(folder: Path, text: bytes, length: int | None = None, data: bytes = b"") -> None:
    content = struct.pack("<Q", len(text) if length is None else length) + text + data
    (folder / "model.safetensors").write_bytes(content)


def tensor(shape: list[object], end: int) -> bytes:
    return json.dumps({"x": {"dtype": "F32", "shape": shape, "data_offsets": [0, end]}}).encode()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: header(f, b"{}", 2**40), "header is too long"),
        (lambda f: header(f, b"[" * 200_000), "damaged or incomplete"),
        (lambda f: header(f, b'{"x": 1}'), "damaged or incomplete"),
        (lambda f: header(f, tensor([10**30], 4), data=bytes(4)), "a shape that is none"),
        (lambda f: header(f, tensor([-1, -1], 4), data=bytes(4)), "a shape that is none"),
        (lambda f: header(f, tensor(["9"], 4), data=bytes(4)), "a shape that is none"),
        (lambda f: header(f, tensor([1], 2**40), data=bytes(4)), "it ends too early"),
        (lambda f: (f / "model.safetensors").write_bytes(pickle.dumps(Evil())), "header is too long|damaged"),
        (lambda f: (f / "model.safetensors").write_bytes(b"PK\x03\x04" + bytes(60)), "header is too long"),
        (lambda f: settings(f, {"vocab_size": 10**9}), "promises .* numbers and its files hold"),
        (lambda f: settings(f, {"hidden_size": 2**20}), "promises .* numbers and its files hold"),
        (lambda f: settings(f, {"num_hidden_layers": 10**9}), "promises .* numbers and its files hold"),
        (lambda f: settings(f, {"num_hidden_layers": -1}), "a size that is none"),
        (lambda f: settings(f, {"hidden_size": "wide"}), "a size that is none"),
        (lambda f: settings(f, {"auto_map": {"AutoModelForCausalLM": "evil.Model"}}), "its own Python code"),
        (lambda f: settings(f, {"auto_map": {"AutoTokenizer": ["evil.T", None]}}, "tokenizer_config.json"), "Python"),
        (lambda f: (f / "config.json").write_text("[" * 200_000), "cannot be read"),
        (lambda f: (f / "config.json").write_text("[]"), "holds no settings"),
        (
            lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"x": "../../secret"}}'),
            "no file of its folder",
        ),
    ],
)
def test_a_bomb_a_lie_or_code_is_refused_before_anything_is_loaded(
    folder: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    (folder / "evil.py").write_text("raise SystemExit('foreign code ran')\n")
    spoil(folder)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=sentence) as refused:
            load_model(folder, CPU)
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20, "a refusal must not cost what it refuses"
    finally:
        tracemalloc.stop()
    assert len(str(refused.value)) < 1_000 and RAN == []


@pytest.mark.parametrize(
    "changes",
    [{"num_attention_heads": 0}, {"num_attention_heads": "x"}, {"model_type": "../evil"}, {"rope_parameters": 3}],
)
def test_settings_that_break_the_library_end_in_a_sentence(folder: Path, changes: dict[str, object]) -> None:
    settings(folder, changes)
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(folder, CPU)


def test_a_settings_file_larger_than_any_is_not_read(folder: Path) -> None:
    with (folder / "config.json").open("r+b") as file:
        file.truncate(2**31)  # holes, which take no room on the disk
    with pytest.raises(ModelError, match="larger than any settings are"):
        load_model(folder, CPU)


def test_a_sound_model_and_the_starter_pass(folder: Path) -> None:
    assert read_header(folder / "model.safetensors") and count_parameters(folder) > 0
    for sound in (folder, Path(__file__).parents[2] / "assets" / "starter"):
        refuse_bombs(sound, "it")

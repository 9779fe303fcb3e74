"""A LoRA adapter as PEFT writes it: `adapter_config.json` and `adapter_model.safetensors`.

Only what a slot can carry is accepted: plain LoRA on linear layers, any ranks and scalings. Everything that would
change the base itself (DoRA, biases, whole modules) is refused with a sentence instead of being half applied.
Scaling is `lora_alpha / r`, with rank-stabilised LoRA `lora_alpha / sqrt(r)` (Kalajdzievski 2023, arXiv 2312.03732).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from understudy.errors import ModelError
from understudy.serving.outline import Shape, outline, part_of, read_settings


@dataclass(frozen=True, slots=True)
class Adapter:
    """LoRA matrices by module name: A `[rank, in]` and B `[out, rank]`, B already scaled; float32 on the CPU."""

    name: str
    weights: dict[str, tuple[torch.Tensor, torch.Tensor]]


def read_adapter(path: Path) -> Adapter:
    """Read an adapter folder. Raises ModelError when it is missing, damaged or of a kind that is refused here."""
    path = Path(path)
    name = f"in {path.name}"
    config = _settings(path, name)
    shapes = outline(path, name)
    pairs = _pairs(_read_tensors(path, name), name)
    return Adapter(
        name, {key: (pairs[key, "A"], pairs[key, "B"] * _scaling(key, shapes[key].rank, config)) for key in shapes}
    )


def check_adapter(path: Path) -> tuple[str, dict[str, Shape]]:
    """Its name and shapes, without its weights: enough to refuse it. Raises ModelError as `read_adapter`."""
    name = f"in {path.name}"
    _settings(path, name)
    return name, outline(path, name)


def _settings(path: Path, name: str) -> dict[str, Any]:
    if not path.is_dir():
        raise ModelError(f"There is no adapter folder at {path}. Train the version again or remove it.")
    return read_settings(path, name)


def _read_tensors(path: Path, name: str) -> dict[str, torch.Tensor]:
    try:
        tensors: dict[str, torch.Tensor] = load_file(path / "adapter_model.safetensors")
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"adapter_model.safetensors {name} is damaged ({error}). Train the version again.") from error
    return tensors


def _pairs(tensors: Mapping[str, torch.Tensor], name: str) -> dict[tuple[str, str], torch.Tensor]:
    """By module and part, in float32, checked for finite numbers."""
    for key, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(
                f"The adapter {name} contains numbers that are not finite in {key}. Train the version again."
            )
    return {part_of(key): tensor.float() for key, tensor in tensors.items()}


def _scaling(module: str, rank: int, config: Mapping[str, Any]) -> float:
    alpha = _pattern(config.get("alpha_pattern") or {}, module, config.get("lora_alpha", 8))
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _pattern(patterns: Mapping[str, Any], module: str, default: Any) -> Any:
    """The value for a module as PEFT looks it up: the first key that is a regular expression for the name's end."""
    return next((value for key, value in patterns.items() if re.match(rf"(.*\.)?({key})$", module)), default)

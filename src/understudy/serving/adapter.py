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
from understudy.serving.weights import read_json

_KEY = re.compile(r"^base_model\.model\.(?P<name>.+)\.lora_(?P<part>[AB])(?:\.[^.]+)?\.weight$")
_MAX_BYTES = 4 * 2**30
_MAX_RANK = 1024


@dataclass(frozen=True, slots=True)
class Adapter:
    """LoRA matrices by module name: A `[rank, in]` and B `[out, rank]`, B already scaled; float32 on the CPU."""

    name: str
    weights: dict[str, tuple[torch.Tensor, torch.Tensor]]


def read_adapter(path: Path) -> Adapter:
    """Read an adapter folder. Raises ModelError when it is missing, damaged or of a kind that is refused here."""
    path = Path(path)
    if not path.is_dir():
        raise ModelError(f"There is no adapter folder at {path}. Train the version again or remove it.")
    name = f"in {path.name}"
    config = read_json(path / "adapter_config.json", f"The adapter {name}")
    _refuse_kinds(config, name)
    pairs = _pairs(_read_tensors(path, name), name)
    return Adapter(name, {key: (a, b * _scaling(key, a.shape[0], config)) for key, (a, b) in pairs.items()})


def _refuse_kinds(config: Mapping[str, Any], name: str) -> None:
    kind = str(config.get("peft_type", "LORA")).rpartition(".")[2]
    if kind != "LORA":
        raise ModelError(
            f"The adapter {name} is of the kind {kind}. Only LoRA adapters can answer here; convert it to LoRA."
        )
    refused = {
        "use_dora": "DoRA",
        "modules_to_save": "whole trained modules (modules_to_save)",
        "trainable_token_indices": "trained tokens (trainable_token_indices)",
        "alora_invocation_tokens": "activation tokens (aLoRA)",
        "lora_bias": "trained biases (lora_bias)",
        "target_parameters": "single parameters (target_parameters)",
    }
    found = [words for key, words in refused.items() if config.get(key)]
    if config.get("bias", "none") != "none":
        found.append(f"trained biases (bias={config['bias']})")
    if found:
        raise ModelError(f"The adapter {name} uses {found[0]}, which is not served here. Train it again without.")


def _read_tensors(path: Path, name: str) -> dict[str, torch.Tensor]:
    file = path / "adapter_model.safetensors"
    if not file.is_file():
        if (path / "adapter_model.bin").exists():
            raise ModelError(
                f"The adapter {name} has only adapter_model.bin, a pickle file that could run code. "
                "Save it as safetensors."
            )
        raise ModelError(f"The adapter {name} has no adapter_model.safetensors. Train the version again or remove it.")
    if file.stat().st_size > _MAX_BYTES:
        raise ModelError(f"The adapter {name} is larger than 4 GB, which is no adapter. Choose another folder.")
    try:
        tensors: dict[str, torch.Tensor] = load_file(file)
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"adapter_model.safetensors {name} is damaged ({error}). Train the version again.") from error
    return tensors


def _pairs(tensors: Mapping[str, torch.Tensor], name: str) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """A and B by module name, checked for shape, rank and finite numbers."""
    parts: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        match = _KEY.match(key)
        if match is None:
            raise ModelError(f"The adapter {name} contains {key}, which is not a LoRA weight of a linear layer.")
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(
                f"The adapter {name} contains numbers that are not finite in {key}. Train the version again."
            )
        parts.setdefault(match["name"], {})[match["part"]] = tensor.float()
    if not parts:
        raise ModelError(f"The adapter {name} is empty. Train the version again or remove it.")
    for module, both in parts.items():
        a, b = both.get("A"), both.get("B")
        if a is None or b is None or a.dim() != 2 or b.dim() != 2 or a.shape[0] != b.shape[1]:
            raise ModelError(
                f"The adapter {name} has no matching pair of matrices for {module}. Train the version again."
            )
        if a.shape[0] > _MAX_RANK:
            raise ModelError(f"The adapter {name} has rank {a.shape[0]} for {module}; {_MAX_RANK} is the limit here.")
    return {module: (both["A"], both["B"]) for module, both in parts.items()}


def _scaling(module: str, rank: int, config: Mapping[str, Any]) -> float:
    alpha = _pattern(config.get("alpha_pattern") or {}, module, config.get("lora_alpha", 8))
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _pattern(patterns: Mapping[str, Any], module: str, default: Any) -> Any:
    """The value for a module as PEFT looks it up: the first key that is a regular expression for the name's end."""
    return next((value for key, value in patterns.items() if re.match(rf"(.*\.)?({key})$", module)), default)

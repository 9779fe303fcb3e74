"""The module that trains: PEFT's LoRA on a twin of the chat's module tree, on the same base tensors (decision 2).

The adapter is float32 whatever the base is, because steps of a few thousandths vanish in bfloat16. The twin stays in
eval mode, so a base's own dropout does not blur the few examples there are; `lora_dropout` alone is switched on.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn

from understudy.errors import TrainingError
from understudy.serving.adapter import read_adapter
from understudy.serving.slots import linear_shape
from understudy.training.recipe import Recipe

_LAYER = re.compile(r"\.(\d+)\.")


def wrap(twin: Any, recipe: Recipe, start: Path | None = None) -> Any:
    """A PEFT model on `twin` with a fresh adapter, or with the one in the folder `start`.

    Raises ModelError for a folder that is no adapter, TrainingError where it does not fit this base.
    """
    if start is None:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="fan_in_fan_out")
            torch.manual_seed(recipe.seed)
            return _dropout_only(get_peft_model(twin, _config(twin, recipe)))
    read_adapter(start)
    try:
        return _dropout_only(PeftModel.from_pretrained(twin, str(start), is_trainable=True, local_files_only=True))
    except (RuntimeError, ValueError) as error:
        raise TrainingError(
            f"The version in {start.name} cannot be trained on: it was made for another base model. Train from scratch."
        ) from error


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The adapter's weights by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def save(model: Any, folder: Path, name: str) -> None:
    """Write PEFT's folder: `adapter_config.json` and `adapter_model.safetensors`. `name` is the base's."""
    model.peft_config["default"].base_model_name_or_path = name
    model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)


def _config(twin: Any, recipe: Recipe) -> LoraConfig:
    return LoraConfig(
        r=recipe.r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=_targets(twin, recipe),
        task_type="CAUSAL_LM",
    )


def _targets(twin: Any, recipe: Recipe) -> str | list[str]:
    """`all-linear` as PEFT knows it, or the full names of the chosen layers' linear modules."""
    if recipe.target_modules == "all-linear" and recipe.last_layers == 1:
        return "all-linear"
    head = twin.get_output_embeddings()
    linear = [name for name, module in twin.named_modules() if _is_linear(module) and module is not head]
    inside = [name for name in linear if _LAYER.search(name)]
    layers = sorted({_layer(name) for name in inside})
    last = set(layers[len(layers) - max(1, round(len(layers) * recipe.last_layers)) :])
    chosen = [name for name in inside if _layer(name) in last and (recipe.target_modules != "mlp" or _is_mlp(name))]
    if not chosen:
        raise TrainingError(
            f"This model has no layers that target_modules={recipe.target_modules} could mean. Set it to all-linear."
        )
    return chosen


def _layer(name: str) -> int:
    match = _LAYER.search(name)
    assert match is not None
    return int(match[1])


def _is_linear(module: nn.Module) -> bool:
    try:
        linear_shape(module)
    except TypeError:
        return False
    return True


def _is_mlp(name: str) -> bool:
    return any(part in ("mlp", "feed_forward", "ffn", "fc1", "fc2") for part in name.split("."))


def _dropout_only(model: Any) -> Any:
    model.eval()
    for name, module in model.named_modules():
        if "lora_dropout" in name:
            module.train()
    return model

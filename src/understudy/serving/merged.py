"""A version's adapter and its base as one model: what a program needs that knows nothing of adapters.

The sum is made in float32 on the CPU, whatever the base was saved in: adding a small change to a bfloat16 weight loses
up to half of its digits. Rounding to a smaller format comes last, once. A layer that shares its weight with another
(tied embeddings) gets one of its own first, else the adapter would change both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from understudy.errors import ModelError
from understudy.serving.adapter import Adapter
from understudy.serving.device import Placement, cpu_threads
from understudy.serving.loading import Loaded, load_model
from understudy.serving.portable import Portable
from understudy.serving.slots import linear_shape

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
"""What an export may be rounded to, by the name that transformers gives it."""


def open_base(source: str | Path) -> Loaded:
    """The base once more, in float32 on the CPU, so that nothing of the one that answers is touched.

    Raises ModelError or DownloadError as `load_model`.
    """
    return load_model(source, Placement(torch.device("cpu"), torch.float32, cpu_threads(), "Exports are made exactly."))


def merge(model: Any, adapter: Adapter) -> None:
    """Add `adapter` to the weights of `model`, in place. Raises ModelError where it does not fit."""
    with torch.no_grad():
        for name, (a, b) in adapter.weights.items():
            layer = _layer(model, adapter, name)
            _untie(model, layer)
            change = b @ a
            layer.weight += change if isinstance(layer, torch.nn.Linear) else change.t()


def write_merged(model: Any, portable: Portable, folder: Path, dtype: str) -> None:
    """The model as a transformers folder that answers as it does here: weights in `dtype`, template, stops."""
    model.to(DTYPES[dtype]).save_pretrained(folder, max_shard_size="2GB")
    portable.write(folder)


def _layer(model: Any, adapter: Adapter, name: str) -> Any:
    try:
        layer = model.get_submodule(name)
        fits = linear_shape(layer) == (adapter.weights[name][0].shape[1], adapter.weights[name][1].shape[0])
    except (AttributeError, TypeError):
        fits = False
    if not fits:
        raise ModelError(
            f"The adapter {adapter.name} does not fit {name} of this base. Choose the base it was made for."
        )
    return layer


def _untie(model: Any, layer: Any) -> None:
    users = [module for module in model.modules() if getattr(module, "weight", None) is layer.weight]
    if len(users) > 1:
        layer.weight = torch.nn.Parameter(layer.weight.detach().clone(), requires_grad=False)
        model.config.tie_word_embeddings = False

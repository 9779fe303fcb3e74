"""A causal language model from a folder or a hub id, and nothing that could run foreign code.

Weights come from safetensors only (a pickle can execute anything), code never comes with a model (`auto_map` in its
config is refused, `trust_remote_code` is always False). What cannot be loaded ends in a sentence with the next step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from understudy.errors import DownloadError, ModelError
from understudy.serving.device import Placement

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in eval mode without gradients on its device, with its tokenizer and context length in tokens."""

    model: PreTrainedModel
    tokenizer: Any
    source: str
    context_length: int


def load_model(source: str | Path, placement: Placement) -> Loaded:
    """Load `source` (folder or hub id, the hub's cache included) as `placement` says.

    Raises ModelError for a folder that is missing or cannot be used and DownloadError for an id that cannot be fetched.
    """
    folder = resolve_source(source)
    _refuse_code(folder, str(source))
    if not any(folder.glob("*.safetensors")):
        _refuse_weights(folder)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            folder, config=config, dtype=placement.dtype, use_safetensors=True, trust_remote_code=False
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise ModelError(f"The model {source} cannot be loaded: {_first_line(error)} Choose another model.") from error
    model = model.to(placement.device).eval().requires_grad_(False)
    return Loaded(model, tokenizer, str(source), context_length(model.config, tokenizer))


def resolve_source(source: str | Path) -> Path:
    """The folder that holds `source`: itself, or the hub's local copy, downloaded when it is not there yet."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if _looks_like_folder(str(source)):
        raise ModelError(f"There is no model folder at {source}. Check the path or enter a hub id such as owner/name.")
    from understudy.serving.download import download_model

    return download_model(str(source))


def _looks_like_folder(source: str) -> bool:
    return source.startswith((".", "/", "~", "\\")) or source.count("/") != 1 or ":" in source


def _refuse_code(folder: Path, source: str) -> None:
    """A model that brings its own Python is refused before transformers looks at it."""
    config = read_json(folder / "config.json", f"The model {source}")
    tokenizer = folder / "tokenizer_config.json"
    parts = [config, read_json(tokenizer, f"The model {source}") if tokenizer.is_file() else {}]
    if any("auto_map" in part for part in parts):
        raise ModelError(
            f"The model {source} wants to run its own Python code (auto_map in its config), which is never done here. "
            "Choose a model whose architecture transformers knows."
        )


def _refuse_weights(folder: Path) -> None:
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelError(
            f"{folder.name} has its weights only as {pickles[0]}, a pickle file that could run code. "
            "Convert it to safetensors or choose a model that offers them."
        )
    raise ModelError(f"{folder.name} has no .safetensors file, so there are no weights to load. Choose another folder.")


def read_json(path: Path, what: str) -> dict[str, Any]:
    """The object in a JSON file; ModelError with the file's name when it is missing or broken."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{what} has no {path.name} in {path.parent.name}. Choose a complete folder.") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{what}: {path.name} cannot be read ({_first_line(error)}). Get the file again.") from error
    if not isinstance(value, dict):
        raise ModelError(f"{what}: {path.name} holds no settings. Get the file again.")
    return value


def context_length(config: Any, tokenizer: Any) -> int:
    """Tokens the model can read: the smallest sane limit that its config and tokenizer name."""
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    names = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length")
    limits = [value for name in names if isinstance(value := getattr(text, name, None), int) and value > 0]
    limits += [length] if isinstance(length := getattr(tokenizer, "model_max_length", None), int) and length < 10**7 else []
    return min(limits) if limits else 2048


def count_parameters(model: torch.nn.Module) -> int:
    """Weights of a model, tied ones once."""
    return sum({id(p): p.numel() for p in model.parameters()}.values())


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    line = text[0].strip() if text else type(error).__name__
    return line if line.endswith(".") else line + "."


__all__ = ["DownloadError", "Loaded", "context_length", "count_parameters", "load_model", "read_json", "resolve_source"]

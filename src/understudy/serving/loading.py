"""A causal language model from a folder or a hub id, and nothing that could run foreign code.

Weights come from safetensors only (a pickle can execute anything), code never comes with a model (`auto_map` in its
config is refused, `trust_remote_code` is always False). What cannot be loaded ends in a sentence with the next step.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from understudy.errors import ModelError
from understudy.serving.device import Placement
from understudy.serving.weights import fingerprint, refuse_bombs, refuse_code, require_weights

ONE_AT_A_TIME = threading.Lock()
"""While transformers loads, it makes `meta` torch's default device for the whole process: a model that another thread
loads meanwhile would stay without weights."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in eval mode without gradients on its device, with its tokenizer and context length in tokens.

    `fingerprint` names its weights (see `weights.fingerprint`); empty for a model that was not read from a folder.
    """

    model: PreTrainedModel
    tokenizer: Any
    source: str
    context_length: int
    fingerprint: str = ""


def load_model(source: str | Path, placement: Placement) -> Loaded:
    """Load `source` (folder or hub id, the hub's cache included) as `placement` says.

    Raises ModelError for a folder that is missing or cannot be used and DownloadError for an id that cannot be fetched.
    """
    folder = resolve_source(source)
    refuse_code(folder, str(source))
    require_weights(folder, str(source))
    refuse_bombs(folder, str(source))
    disable_progress_bar()  # its lines would land between those of the terminal chat
    try:
        with ONE_AT_A_TIME:
            config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(
                folder, config=config, dtype=placement.dtype, use_safetensors=True, trust_remote_code=False
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:  # foreign files can break a library in any way
        raise ModelError(f"The model {source} cannot be loaded: {_first_line(error)} Choose another model.") from error
    if model._is_stateful:
        raise ModelError(
            f"{source} is a {config.model_type} model: it carries a running state instead of remembered tokens, which"
            " columns cannot share. Choose a transformer model such as Llama or Qwen2."
        )
    model = model.to(placement.device).eval().requires_grad_(False)
    return Loaded(model, tokenizer, str(source), context_length(model.config, tokenizer), fingerprint(folder))


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


def context_length(config: Any, tokenizer: Any) -> int:
    """Tokens the model can read: the smallest sane limit that its config and tokenizer name."""
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    names = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length")
    limits = [value for name in names if isinstance(value := getattr(text, name, None), int) and value > 0]
    limits += (
        [length] if isinstance(length := getattr(tokenizer, "model_max_length", None), int) and length < 10**7 else []
    )
    return min(limits) if limits else 2048


def count_parameters(model: torch.nn.Module) -> int:
    """Weights of a model, tied ones once."""
    return sum({id(p): p.numel() for p in model.parameters()}.values())


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    line = text[0].strip() if text else type(error).__name__
    return line if line.endswith(".") else line + "."

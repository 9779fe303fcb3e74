"""Will this model run here? Answered from its headers and this machine's memory, before anything is loaded.

Memory needed is the weights in the dtype they would be loaded in, the keys and values of four full contexts (at most
2,048 tokens each), and a fifth on top for activations, adapters and the program itself. An estimate, and shown as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from understudy.serving.bandwidth import tokens_per_second
from understudy.serving.weights import count_parameters, read_json, refuse_code, require_weights

_COLUMNS = 4
_TOKENS = 2048
_SPARE = 1.2
Verdict = Literal["fits", "tight", "too large"]


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters, bytes needed and available, and a sentence. `needed` and `available` are bytes.

    `tokens_per_second` is the most that this machine's measured memory allows on its processor.
    """

    parameters: int
    needed: int
    available: int
    verdict: Verdict
    sentence: str
    tokens_per_second: float


def estimate_fit(source: str | Path, bytes_per_weight: int = 4, available: int | None = None) -> Fit:
    """Estimate for a model folder, or a hub id whose headers the hub can tell. Raises ModelError or DownloadError.

    `bytes_per_weight` is 4 for float32 and 2 for bfloat16; `available` defaults to the free memory of this machine.
    """
    folder = Path(source).expanduser()
    parameters, config = _from_folder(folder, str(source)) if folder.is_dir() else _from_hub(str(source))
    free = psutil.virtual_memory().available if available is None else available
    needed = int((parameters * bytes_per_weight + _cache_bytes(config, bytes_per_weight)) * _SPARE)
    verdict: Verdict = "fits" if needed < free * 0.8 else "tight" if needed <= free else "too large"
    speed = tokens_per_second(parameters, bytes_per_weight)
    return Fit(parameters, needed, free, verdict, _sentence(parameters, needed, free, verdict, speed), speed)


def _from_folder(folder: Path, source: str) -> tuple[int, dict[str, Any]]:
    require_weights(folder, source)
    refuse_code(folder, source)
    return count_parameters(folder), read_json(folder / "config.json", f"The model {source}")


def _from_hub(repo: str) -> tuple[int, dict[str, Any]]:
    from understudy.serving.hub import describe_remote

    return describe_remote(repo)


def _cache_bytes(config: dict[str, Any], size: int) -> int:
    """Keys and values of `_COLUMNS` contexts; zero where the config does not say."""
    layers = config.get("num_hidden_layers") or config.get("n_layer") or 0
    heads = config.get("num_attention_heads") or config.get("n_head") or 1
    hidden = config.get("hidden_size") or config.get("n_embd") or 0
    head = config.get("head_dim") or hidden // heads
    tokens = min(_TOKENS, config.get("max_position_embeddings") or config.get("n_positions") or _TOKENS)
    return int(2 * layers * (config.get("num_key_value_heads") or heads) * head * tokens * _COLUMNS * size)


def _sentence(parameters: int, needed: int, free: int, verdict: Verdict, speed: float) -> str:
    facts = f"{_count(parameters)} parameters need about {_bytes(needed)}; {_bytes(free)} are free here."
    advice = {
        "fits": f"It fits, {_speed(speed)}.",
        "tight": "It is tight: close other programs first.",
        "too large": "It is too large for this machine; choose a smaller model.",
    }
    return f"{facts} {advice[verdict]}"


def _speed(tokens: float) -> str:
    return (
        f"at up to {tokens:.2g} tokens a second on this processor" if tokens < 100 else "and is faster than one reads"
    )


def _count(n: int) -> str:
    for size, unit in ((10**9, "billion"), (10**6, "million")):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n:,}"


def _bytes(n: int) -> str:
    return f"{n / 2**30:.1f} GB" if n >= 2**30 else f"{max(1, round(n / 2**20))} MB"

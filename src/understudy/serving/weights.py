"""What a model folder holds, seen without loading it and without torch: settings, and the headers of its weights.

A safetensors file begins with the length of a JSON header that names every tensor with its dtype and shape.
Source: https://github.com/huggingface/safetensors (format section of its README).
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from pathlib import Path
from typing import Any

from understudy.errors import ModelError

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_HEADER_LIMIT = 100 * 2**20
_SAMPLES, _SAMPLE_BYTES = 64, 2**16
_PACKED = 8
_MOST_SETTINGS = 64 * 2**20
"""Bytes of a JSON file; the largest is the index of a model in hundreds of files."""


def require_weights(folder: Path, source: str) -> None:
    """Raises ModelError, naming the file, when `folder` has no safetensors weights."""
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelError(
            f"{source} has its weights only as {pickles[0]}, a pickle file that could run code. "
            "Convert it to safetensors or choose a model that offers them."
        )
    raise ModelError(f"{source} has no .safetensors file, so there are no weights to load. Choose another folder.")


def read_json(path: Path, what: str) -> dict[str, Any]:
    """The object in a JSON file; ModelError with the file's name when it is missing or broken."""
    try:
        if path.stat().st_size > _MOST_SETTINGS:
            raise ValueError("it is larger than any settings are")
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{what} has no {path.name}. Choose a complete folder.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{what}: {path.name} cannot be read ({error}). Get the file again.") from error
    if not isinstance(value, dict):
        raise ModelError(f"{what}: {path.name} holds no settings. Get the file again.")
    return value


def refuse_code(folder: Path, source: str) -> None:
    """Raises ModelError when the model brings its own Python (`auto_map`), before transformers looks at it."""
    parts = [read_json(folder / "config.json", f"The model {source}")]
    if (folder / "tokenizer_config.json").is_file():
        parts.append(read_json(folder / "tokenizer_config.json", f"The model {source}"))
    if any("auto_map" in part for part in parts):
        raise ModelError(
            f"The model {source} wants to run its own Python code (auto_map in its config), which is never done here. "
            "Choose a model whose architecture transformers knows."
        )


def refuse_bombs(folder: Path, source: str) -> None:
    """Raises ModelError when settings promise far more than the files hold: what is missing would be made in memory.

    Files may hold eight times fewer numbers than they stand for, since some pack several into one.
    """
    config = read_json(folder / "config.json", f"The model {source}")
    sizes = [config.get(name, 0) for name in ("vocab_size", "hidden_size", "num_hidden_layers", "intermediate_size")]
    if not all(_is_size(size) for size in sizes):
        raise ModelError(f"The config.json of {source} has a size that is none. Get the files again.")
    words, width, layers, inner = sizes
    promised, held = words * width + layers * width * max(width, inner), count_parameters(folder)
    if promised > _PACKED * held:
        raise ModelError(
            f"The config.json of {source} promises {promised:,} numbers and its files hold {held:,}, so it was not"
            " loaded. Get the files again."
        )
    _refuse_paths(folder, source)


def _refuse_paths(folder: Path, source: str) -> None:
    """An index of weights names files of its folder and no others."""
    index = folder / "model.safetensors.index.json"
    named = read_json(index, f"The model {source}").get("weight_map") if index.is_file() else {}
    files = set(named.values()) if isinstance(named, dict) else {named}
    if wrong := [file for file in files if not isinstance(file, str) or Path(file).name != file or "\\" in file]:
        raise ModelError(f"The index of {source} names {str(wrong[0])[:80]!r}, which is no file of its folder.")


def count_parameters(folder: Path) -> int:
    """Numbers in all weights of a folder, from the headers alone."""
    return sum(
        math.prod(tensor["shape"])
        for file in sorted(folder.glob("*.safetensors"))
        for name, tensor in read_header(file).items()
        if name != "__metadata__"
    )


def read_header(file: Path) -> dict[str, Any]:
    """Tensor names with dtype and shape of one safetensors file. Raises ModelError for a damaged file."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(_HEADER_LIMIT, file.stat().st_size - 8):
                raise ValueError("its header is too long")
            header = json.loads(stream.read(length))
            tensors = [t for name, t in header.items() if name != "__metadata__"]
            if not all(_is_size(n) for t in tensors for n in (*t["shape"], *t["data_offsets"])):
                raise ValueError("it declares a shape that is none")
            end = 8 + length + max((t["data_offsets"][1] for t in tensors), default=0)
            if end > file.stat().st_size:
                raise ValueError("it ends too early")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error) as error:
        raise ModelError(f"{file.name} is damaged or incomplete ({error}). Get the file again.") from error
    return dict(header)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def fingerprint(folder: Path) -> str:
    """16 hex digits that name a model's weights: of its config, and of each file's size and 64 samples.

    Another training of the same architecture changes nearly every number, so 4 MB a file tell it apart; hashing all of
    a large model would take longer than loading it.
    """
    digest = hashlib.sha256(json.dumps(read_json(folder / "config.json", folder.name), sort_keys=True).encode())
    for file in sorted(folder.glob("*.safetensors")):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}".encode())
        with file.open("rb") as stream:
            for sample in range(_SAMPLES):
                stream.seek(size * sample // _SAMPLES)
                digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]

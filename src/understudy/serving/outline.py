"""What an adapter's files say that they hold, read before any of it is loaded: they may come from anybody.

A safetensors header is a few kilobytes of JSON, and it is enough to refuse a file: one that is something else under
this name, a header that is a bomb, shapes that are not those of an adapter, numbers that do not add up to the file.
Settings are checked for what would change the base, import code or keep a regular expression busy for ever.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from understudy.errors import ModelError
from understudy.serving.weights import read_json

_KEY = re.compile(r"^base_model\.model\.(?P<name>.+)\.lora_(?P<part>[AB])(?:\.[^.]+)?\.weight$")
_MOST_BYTES, _MOST_HEADER, _MOST_SETTINGS = 4 * 2**30, 8 * 2**20, 2**20
_MOST_RANK, _LONGEST_NAME = 1024, 256
_WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_FOREIGN = {b"PK\x03\x04": "a zip or pickle file", b"\x80": "a pickle file", b"<": "a web page", b"GGUF": "a GGUF file"}
"""How files begin that are something else; a safetensors header that began with one of these would be a bomb."""

_REFUSED = {
    "use_dora": "DoRA",
    "modules_to_save": "whole trained modules (modules_to_save)",
    "trainable_token_indices": "trained tokens (trainable_token_indices)",
    "alora_invocation_tokens": "activation tokens (aLoRA)",
    "lora_bias": "trained biases (lora_bias)",
    "target_parameters": "single parameters (target_parameters)",
    "layer_replication": "repeated layers (layer_replication)",
    "use_qalora": "grouped inputs (use_qalora)",
    "use_bdlora": "blocks (use_bdlora)",
    "arrow_config": "several experts (arrow_config)",
    "megatron_config": "another library's layers (megatron_config)",
    "auto_map": "its own Python code (auto_map)",
}
_BUSY = re.compile(r"\)\s*[*+{?]|\\[1-9]|\(\?")
"""A group that repeats, a back reference, a look around: what makes matching take for ever."""

_MOST_PATTERNS, _MOST_REPEATS = 1_000, 2


class Shape(NamedTuple):
    """Of one LoRA pair: A is [rank, inputs], B is [outputs, rank]."""

    rank: int
    inputs: int
    outputs: int


def read_settings(path: Path, name: str) -> dict[str, Any]:
    """`adapter_config.json` of the folder `path`. Raises ModelError for what is not served here, or not safe."""
    file = path / "adapter_config.json"
    if file.is_file() and file.stat().st_size > _MOST_SETTINGS:
        raise ModelError(
            f"adapter_config.json {name} is larger than 1 MB, which no settings are. Choose another folder."
        )
    config = read_json(file, f"The adapter {name}")
    kind = str(config.get("peft_type", "LORA")).rpartition(".")[2]
    if kind != "LORA":
        raise ModelError(
            f"The adapter {name} is of the kind {kind}. Only LoRA adapters can answer here; convert it to LoRA."
        )
    found = [words for key, words in _REFUSED.items() if config.get(key)]
    if config.get("bias", "none") != "none":
        found.append(f"trained biases (bias={config['bias']})")
    if found:
        raise ModelError(f"The adapter {name} uses {found[0]}, which is not served here. Train it again without.")
    _check_import(config.get("auto_mapping"), name)
    for key in ("alpha_pattern", "rank_pattern"):
        _check_patterns(config.get(key) or {}, key, name)
    _check_number(config.get("lora_alpha", 8), "lora_alpha", name)
    return config


def outline(path: Path, name: str) -> dict[str, Shape]:
    """The pairs of an adapter folder by module, from the header alone. Raises ModelError, with the reason."""
    file = path / "adapter_model.safetensors"
    if not file.is_file():
        if (path / "adapter_model.bin").exists():
            raise ModelError(
                f"The adapter {name} has only adapter_model.bin, a pickle file that could run code. "
                "Save it as safetensors."
            )
        raise ModelError(f"The adapter {name} has no adapter_model.safetensors. Train the version again or remove it.")
    if file.stat().st_size > _MOST_BYTES:
        raise ModelError(f"The adapter {name} is larger than 4 GB, which is no adapter. Choose another folder.")
    return _shapes(_header(file, name), name)


def _header(file: Path, name: str) -> dict[str, Any]:
    """The tensors as the file declares them, once it is certain that they fill it exactly."""
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            begin = stream.read(8)
            _refuse_foreign(begin, name)
            (length,) = struct.unpack("<Q", begin)
            if length > min(_MOST_HEADER, size - 8):
                raise ValueError(f"its header is said to have {length:,} bytes")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        declared = sum(_bytes(key, tensor) for key, tensor in header.items())
        if declared != size - 8 - length:
            raise ValueError(f"it declares {declared:,} bytes of numbers and has {size - 8 - length:,}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error) as error:
        raise ModelError(f"adapter_model.safetensors {name} is damaged ({error}). Train the version again.") from error
    return dict(header)


def _refuse_foreign(begin: bytes, name: str) -> None:
    """A length below 2**24 has zeros from its fourth byte on, so no header that is accepted begins like these."""
    if begin[3:] == bytes(5):
        return
    for magic, words in _FOREIGN.items():
        if begin.startswith(magic):
            raise ModelError(
                f"adapter_model.safetensors {name} is {words} under another name, and was not opened. "
                "Save the adapter as safetensors."
            )


def _bytes(key: str, tensor: Mapping[str, Any]) -> int:
    shape, (start, end) = tensor["shape"], tensor["data_offsets"]
    if tensor["dtype"] not in _WIDTHS:
        raise ValueError(f"{key[:_LONGEST_NAME]} has numbers of the kind {str(tensor['dtype'])[:20]}")
    if not all(type(n) is int and n >= 0 for n in (*shape, start, end)):
        raise ValueError(f"{key[:_LONGEST_NAME]} has a shape that is none")
    if math.prod(shape) * _WIDTHS[tensor["dtype"]] != end - start:
        raise ValueError(f"{key[:_LONGEST_NAME]} has another size than its shape says")
    return int(end - start)


def _shapes(header: Mapping[str, Any], name: str) -> dict[str, Shape]:
    parts: dict[str, dict[str, list[int]]] = {}
    for key, tensor in header.items():
        match = _KEY.match(key) if len(key) <= _LONGEST_NAME else None
        if match is None:
            raise ModelError(
                f"The adapter {name} contains {key[:_LONGEST_NAME]}, which is not a LoRA weight of a linear layer."
            )
        parts.setdefault(match["name"], {})[match["part"]] = tensor["shape"]
    if not parts:
        raise ModelError(f"The adapter {name} is empty. Train the version again or remove it.")
    return {module: _pair(both.get("A", []), both.get("B", []), module, name) for module, both in parts.items()}


def _pair(a: list[int], b: list[int], module: str, name: str) -> Shape:
    if len(a) != 2 or len(b) != 2 or a[0] != b[1] or not a[0]:
        raise ModelError(f"The adapter {name} has no matching pair of matrices for {module}. Train the version again.")
    if a[0] > _MOST_RANK:
        raise ModelError(f"The adapter {name} has rank {a[0]} for {module}; {_MOST_RANK} is the limit here.")
    return Shape(a[0], a[1], b[0])


def _check_import(mapping: Any, name: str) -> None:
    """PEFT imports the library that this names, so only transformers' own is left in."""
    library = mapping.get("parent_library", "") if isinstance(mapping, dict) else ""
    if library and not str(library).startswith("transformers."):
        raise ModelError(
            f"The adapter {name} wants the Python library {str(library)[:100]!r} imported (auto_mapping), which is not"
            " done here. Remove that from its adapter_config.json."
        )


def _check_patterns(patterns: Any, key: str, name: str) -> None:
    if not isinstance(patterns, dict) or len(patterns) > _MOST_PATTERNS:
        raise ModelError(f"The adapter {name} has a {key} that cannot be read. Train it again without.")
    for pattern, value in patterns.items():
        repeats = sum(pattern.count(sign) for sign in "*+{")
        if len(pattern) > _LONGEST_NAME or _BUSY.search(pattern) or repeats > _MOST_REPEATS or not _compiles(pattern):
            raise ModelError(
                f"The adapter {name} has {pattern[:100]!r} in {key}, which is too involved. Name the layers."
            )
        _check_number(value, f"{key} of {pattern}", name)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _check_number(value: Any, what: str, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise ModelError(f"The adapter {name} has {str(value)[:40]!r} as {what}, which is no scaling. Train it again.")


def part_of(key: str) -> tuple[str, str]:
    """Module and part, A or B, of a tensor's name that `outline` accepted."""
    match = _KEY.match(key)
    if match is None:
        raise ValueError(key)
    return match["name"], match["part"]

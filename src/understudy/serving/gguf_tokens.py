"""A tokenizer as GGUF holds it, for llama.cpp and all that is built on it.

GGUF names the way a text is split before byte-pair merging; it cannot describe one. So only a way that is known to be
one of llama.cpp's is accepted: taking a similar one gives a model that reads other tokens and answers worse, with no
error anywhere. Names and splits: `llm_tokenizer_bpe` in llama.cpp's src/llama-vocab.cpp.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from understudy.errors import ModelError

_NORMAL, _CONTROL, _USER, _UNUSED = 1, 3, 4, 5
"""Kinds of tokens, as llama.cpp numbers them."""

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_SPLITS = {rf"{_WORDS}\p{{N}}{_REST}": "qwen2", rf"{_WORDS}\p{{N}}{{1,3}}{_REST}": "llama-bpe"}
_NORMALISED = (None, {"type": "NFC"})
"""Texts are nearly always composed (NFC) already, so llama.cpp's own converter leaves that step out too."""

_BEFORE_CAPITALS = " (?=[A-Z])"
_SPACE = "Ġ"
"""How byte-level vocabularies write a space."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id with their kinds, merges in order, and the name of the split before merging."""

    tokens: list[str]
    kinds: list[int]
    merges: list[str]
    split: str


def vocabulary(tokenizer: Any, size: int) -> Vocabulary:
    """Of a fast tokenizer, filled up to the `size` of the embedding. Raises ModelError for what GGUF cannot name."""
    described = json.loads(tokenizer.backend_tokenizer.to_str())
    model = described["model"]
    if model["type"] != "BPE" or model.get("byte_fallback") or described.get("normalizer") not in _NORMALISED:
        raise _unknown(f"is of the kind {model['type']} with parts of its own")
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    tokens, kinds = [f"[PAD{i}]" for i in range(size)], [_UNUSED] * size
    for token, i in model["vocab"].items():
        tokens[i], kinds[i] = token, _NORMAL
    for added in described["added_tokens"]:
        tokens[added["id"]], kinds[added["id"]] = added["content"], _CONTROL if added["special"] else _USER
    return Vocabulary(tokens, kinds, merges, _split(described["pre_tokenizer"], merges))


def _split(pre: dict[str, Any] | None, merges: Iterable[str]) -> str:
    steps = (pre or {}).get("pretokenizers", [pre] if pre else [])
    names = [step["type"] for step in steps]
    patterns = [step["pattern"].get("Regex", "") for step in steps if step["type"] == "Split"]
    if names[-1:] != ["ByteLevel"] or steps[-1]["add_prefix_space"]:
        raise _unknown("does not work on bytes")
    if patterns == [_BEFORE_CAPITALS] and not any(_joins_a_capital(merge) for merge in merges):
        names, patterns = [name for name in names if name != "Split"], []  # no merge could cross this border anyway
    if names == ["Split", "ByteLevel"] and not steps[-1]["use_regex"] and patterns[0] in _SPLITS:
        return _SPLITS[patterns[0]]
    if names == ["ByteLevel"] and steps[-1]["use_regex"]:
        return "gpt-2"
    if names == ["Digits", "ByteLevel"] and steps[0]["individual_digits"] and steps[-1]["use_regex"]:
        return "smollm"
    raise _unknown("splits a text in a way that is not one of llama.cpp's")


def _joins_a_capital(merge: str) -> bool:
    left, right = merge.split(" ")
    return left.endswith(_SPACE) and right[:1].isascii() and right[:1].isupper()


def _unknown(what: str) -> ModelError:
    return ModelError(
        f"The tokenizer of this model {what}, so a GGUF made here would read other tokens. Export the merged model, and"
        " convert it with convert_hf_to_gguf.py of llama.cpp."
    )

"""A merged model, or an adapter alone, as a GGUF file: the format of llama.cpp, Ollama and LM Studio.

Written with llama.cpp's own library (`gguf`, an extra). Two architectures, whose answers are compared with llama.cpp's
in the tests; others are refused with the way that there is. llama.cpp turns the halves of a head in another order than
transformers (interleaved), so query and key rows of Llama are reordered, and an adapter's B like its weight.

Weights may be quantised, in blocks of 32 numbers of a row, by the library's own arithmetic. As llama.cpp does, what
turns tokens into numbers and back keeps more of them: it is in 8 bits however few the rest has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from understudy.errors import ModelError
from understudy.serving.adapter import Adapter
from understudy.serving.dtypes import QUANTISED
from understudy.serving.gguf_tokens import vocabulary
from understudy.serving.portable import Portable

ARCHITECTURES = {"llama": "LLAMA", "qwen2": "QWEN2"}
"""By transformers' `model_type`, the name in the gguf library."""

_BLOCK = 32
_INTERLEAVED = ("llama",)
_GENERATION = ("{% generation %}", "{% endgeneration %}", "{%- generation %}", "{%- endgeneration %}")
"""Marks for training in a template; other template engines do not know them, and they write nothing."""


def check_gguf(config: Any) -> None:
    """Raises ModelError, before anything is loaded or written, where a GGUF cannot be made of such a model."""
    _library()
    if config.model_type not in ARCHITECTURES:
        known = " and ".join(sorted(ARCHITECTURES))
        raise ModelError(
            f"A GGUF of a {config.model_type} model cannot be made here, only of {known}. Export the merged model, and"
            " convert it with convert_hf_to_gguf.py of llama.cpp."
        )
    if (rope := (config.rope_parameters or {}).get("rope_type", "default")) != "default":
        raise ModelError(f"Positions of the kind {rope} cannot be written here. Export the merged model instead.")


def write_model(model: Any, portable: Portable, file: Path, name: str, dtype: str) -> None:
    """The whole model in one file: matrices in `dtype` (vectors in float32), tokenizer, template, settings."""
    gguf, config = _library(), model.config
    check_gguf(config)
    writer = gguf.GGUFWriter(file, config.model_type)
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType[{"float32": "ALL_F32"}.get(dtype, f"MOSTLY_{_short(dtype)}")])
    if dtype in QUANTISED:
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _write_settings(writer, config, portable.context_length)
    _write_tokens(writer, portable, config.vocab_size)
    names = _names(config)
    tied = config.tie_word_embeddings
    for key, tensor in model.state_dict().items():
        if not (tied and key == "lm_head.weight"):
            _add(writer, names(key), _ordered(config, key, tensor), _kept_in(dtype, key, tensor))
    _finish(writer)


def write_adapter(adapter: Adapter, config: Any, file: Path) -> None:
    """The adapter alone, for a GGUF of its base; in float32. Its scaling is in B already, so alpha 0 names none."""
    gguf = _library()
    check_gguf(config)
    writer = gguf.GGUFWriter(file, config.model_type)
    writer.add_type("adapter")
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, 0.0)
    names = _names(config)
    for module, (a, b) in adapter.weights.items():
        name = names(f"{module}.weight")
        _add(writer, f"{name}.lora_a", a, "float32")
        _add(writer, f"{name}.lora_b", _ordered(config, f"{module}.weight", b), "float32")
    _finish(writer)


def plain_jinja(chat_template: str) -> str:
    """A chat template without the marks that only training knows."""
    for mark in _GENERATION:
        chat_template = chat_template.replace(mark, "")
    return chat_template


def _write_settings(writer: Any, config: Any, context_length: int) -> None:
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_context_length(context_length)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)


def _write_tokens(writer: Any, portable: Portable, size: int) -> None:
    tokenizer, known = portable.tokenizer, vocabulary(portable.tokenizer, size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(known.split)
    writer.add_token_list(known.tokens)
    writer.add_token_types(known.kinds)
    writer.add_token_merges(known.merges)
    for add, token in (
        (writer.add_bos_token_id, tokenizer.bos_token_id),
        (writer.add_eos_token_id, portable.template.end_token),
        (writer.add_pad_token_id, tokenizer.pad_token_id),
    ):
        if token is not None:
            add(token)
    writer.add_add_bos_token(False)  # the template writes what a prompt begins with
    writer.add_chat_template(plain_jinja(portable.chat_template))


def _names(config: Any) -> Any:
    """A function from a tensor's name in transformers to its name in GGUF."""
    gguf = _library()
    table = gguf.get_tensor_name_map(gguf.MODEL_ARCH[ARCHITECTURES[config.model_type]], config.num_hidden_layers)

    def named(key: str) -> str:
        name = table.get_name(key, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise ModelError(f"GGUF has no place for {key} of this model. Export the merged model instead.")
        return str(name)

    return named


def _ordered(config: Any, key: str, tensor: torch.Tensor) -> torch.Tensor:
    """The rows of a query or key weight as llama.cpp turns them; everything else as it is."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(key.split(".")[-2])
    if heads is None or config.model_type not in _INTERLEAVED:
        return tensor
    halves = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, *tensor.shape[1:])
    return halves.transpose(1, 2).reshape(tensor.shape)


def _kept_in(dtype: str, key: str, tensor: torch.Tensor) -> str:
    """The kind of numbers of one tensor. A row that is not made of whole blocks stays in float16."""
    if tensor.dim() < 2:
        return "float32"
    if dtype not in QUANTISED:
        return dtype
    if tensor.shape[-1] % _BLOCK:
        return "float16"
    return "q8_0" if "embed_tokens" in key or "lm_head" in key else dtype


def _add(writer: Any, name: str, tensor: torch.Tensor, dtype: str) -> None:
    gguf = _library()
    kind = gguf.GGMLQuantizationType[_short(dtype)]
    numbers = np.ascontiguousarray(tensor.detach().float().numpy())
    writer.add_tensor(name, gguf.quantize(numbers, kind), raw_dtype=kind)


def _short(dtype: str) -> str:
    return {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}.get(dtype, dtype.upper())


def _finish(writer: Any) -> None:
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _library() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise ModelError(
            "GGUF files need the gguf library: pip install 'understudy[gguf]'. Then export again."
        ) from error
    return gguf


def tensor_names(file: Path) -> Iterator[str]:
    """What a GGUF file holds."""
    return (tensor.name for tensor in _library().GGUFReader(file).tensors)

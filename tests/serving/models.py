"""Tiny random models of several architectures, tokenizers of the two families, and PEFT adapters that do something."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    Gemma2Config,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
)
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXT = [
    "Once upon a time there was a dog. He liked to sleep in the sun, and he never barked at anyone.",
    "abc 123 é 😀",
]


def byte_level_tokenizer(chat: bool = True) -> PreTrainedTokenizerFast:
    """GPT-2's family: bytes as characters; an emoji is four tokens."""
    tok = Tokenizer(BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tok.train_from_iterator(TEXT, BpeTrainer(vocab_size=320, special_tokens=special, initial_alphabet=alphabet))
    fast = PreTrainedTokenizerFast(tokenizer_object=tok, eos_token="<|im_end|>", bos_token="<|endoftext|>")
    fast.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    fast.chat_template = CHATML if chat else None
    return fast


def sentencepiece_tokenizer() -> PreTrainedTokenizerFast:
    """Llama's family: "▁" for spaces, unknown characters as <0x..> byte tokens, the first space stripped."""
    words = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), "▁", *"abcdefghijklmnopqrstuvwxyzOH.,"]
    words += ["▁t", "▁th", "▁the", "lo", "llo", "ello", "Hello", "▁Hello"]
    vocab = {word: i for i, word in enumerate(words)}
    merges = [
        ("▁", "t"),
        ("▁t", "h"),
        ("▁th", "e"),
        ("l", "o"),
        ("l", "lo"),
        ("e", "llo"),
        ("H", "ello"),
        ("▁", "Hello"),
    ]
    tok = Tokenizer(BPE(vocab, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.decoder = decoders.Sequence(
        [decoders.Replace(Regex("▁"), " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<unk>", "<s>", "</s>")])
    return PreTrainedTokenizerFast(tokenizer_object=tok, eos_token="</s>", bos_token="<s>", unk_token="<unk>")


def _configs() -> dict[str, Any]:
    llama = {
        "hidden_size": 48,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 320,
        "max_position_embeddings": 256,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "initializer_range": 0.2,
    }
    return {
        "llama": LlamaConfig(**llama, tie_word_embeddings=True),
        "qwen2": Qwen2Config(**llama),
        "mistral": MistralConfig(**llama, sliding_window=8, head_dim=12),
        "gemma2": Gemma2Config(**llama, sliding_window=8, head_dim=12, query_pre_attn_scalar=12),
        "gpt2": GPT2Config(
            vocab_size=320,
            n_embd=48,
            n_layer=3,
            n_head=4,
            n_positions=256,
            bos_token_id=0,
            eos_token_id=2,
            initializer_range=0.2,
        ),
    }


ARCHITECTURES = tuple(_configs())


def random_model(architecture: str = "llama", seed: int = 0) -> PreTrainedModel:
    """A random model in eval mode; the same one for the same seed."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(_configs()[architecture])
    return model.eval()


def save_model(folder: Path, architecture: str = "llama", seed: int = 0, chat: bool = True) -> Path:
    """A complete model folder."""
    random_model(architecture, seed).save_pretrained(folder)
    byte_level_tokenizer(chat).save_pretrained(folder)
    return folder


def save_adapter(folder: Path, model: PreTrainedModel, seed: int, **config: Any) -> Path:
    """A PEFT adapter folder for `model` whose B is not zero. `model` is left as it was."""
    import copy

    torch.manual_seed(seed)
    settings = {"r": 4, "lora_alpha": 16, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | config
    peft = get_peft_model(copy.deepcopy(model), LoraConfig(init_lora_weights=False, **settings))
    with torch.no_grad():
        for name, weight in peft.named_parameters():
            if "lora_" in name:
                weight.normal_(0, 0.3 / settings["r"] ** 0.5)
    peft.save_pretrained(folder)
    return folder


def shared_models() -> Path:
    """The real pretrained models beside the repository; skips where they are not."""
    shared = Path(os.environ.get("UNDERSTUDY_SHARED") or Path(__file__).parents[2].parent / "shared") / "models"
    if not (shared / "stories260k").is_dir():
        pytest.skip(f"no pretrained models at {shared} (set UNDERSTUDY_SHARED)")
    return shared

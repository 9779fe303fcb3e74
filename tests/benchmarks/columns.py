"""Side by side against one column, against `model.generate` and against PEFT, at the shape of a 135 M Llama.

Random weights, all-linear adapters of rank 16, greedy, 32 prompt tokens and 32 new ones. Both sides of a ratio run
alternately in one process and the best time of each counts, so that another program's noise does not.
"""

from __future__ import annotations

import copy
import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import WordLevel
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tests.benchmarks.results import Result, benchmark
from understudy.serving.backend import Stop
from understudy.serving.device import choose_placement
from understudy.serving.loading import Loaded
from understudy.serving.local import LocalBackend
from understudy.types import Done, FinishReason, Message, Row, Sampling

VOCABULARY, PROMPT, NEW, ROUNDS = 49152, 32, 32, 4
GREEDY = Sampling(temperature=0, max_tokens=NEW)


@functools.cache
def llama_135m() -> LlamaForCausalLM:
    """The shape of SmolLM-135M with random weights."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, tie_word_embeddings=True, max_position_embeddings=2048, bos_token_id=None,
        eos_token_id=None,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval().requires_grad_(False)


@functools.cache
def word_tokenizer() -> PreTrainedTokenizerFast:
    """One word per id, so that a prompt has exactly as many tokens as words; no end token: answers run to the limit."""
    tokenizer = Tokenizer(WordLevel({f"w{i}": i for i in range(VOCABULARY)}, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="w0")


@functools.cache
def adapters() -> list[Path]:
    """Three PEFT adapters whose B is not zero."""
    folder = Path(tempfile.mkdtemp(prefix="understudy-bench-"))
    paths = []
    for i in (1, 2, 3):
        config = LoraConfig(r=16, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
        peft = get_peft_model(_twin(), config)
        peft.save_pretrained(folder / f"v{i}")
        paths.append(folder / f"v{i}")
    return paths


def _twin() -> LlamaForCausalLM:
    """A second module tree on the same weights, so that PEFT's wrappers do not reach the engine's model."""
    model = llama_135m()
    return copy.deepcopy(model, memo={id(t): t for t in [*model.parameters(), *model.buffers()]})


@functools.cache
def engine() -> LocalBackend:
    placement = choose_placement("cpu")
    backend = LocalBackend("135M", placement=placement, loaded=Loaded(_twin(), word_tokenizer(), "135M", 2048))
    for number, path in enumerate(adapters(), 1):
        backend.load_version(number, path)
    return backend


@functools.cache
def peft_model() -> PeftModel:
    model = PeftModel.from_pretrained(_twin(), adapters()[0], adapter_name="v1")
    for number in (2, 3):
        model.load_adapter(adapters()[number - 1], adapter_name=f"v{number}")
    return model.eval()


_asked = iter(range(10**6))


def _messages(words: int = PROMPT) -> list[Message]:
    """A prompt nobody asked before, so that no kept prefix shortens the work."""
    start = next(_asked) * 97
    return [Message("user", " ".join(f"w{(start + i) % VOCABULARY}" for i in range(words - 2)))]


def answer(versions: tuple[int, ...]) -> None:
    """One turn of the engine, checked to be complete."""
    messages = _messages()
    events = list(engine().generate([Row(messages, v) for v in versions], GREEDY, Stop()))
    done = [event for event in events if isinstance(event, Done)]
    assert [event.finish for event in done] == [FinishReason.LENGTH] * len(versions), done
    assert all(event.usage.completion_tokens == NEW for event in done)


def generate(model: Any, rows: int, **extra: Any) -> None:
    ids = torch.randint(0, VOCABULARY, (1, PROMPT)).repeat(rows, 1)
    options = {"max_new_tokens": NEW, "min_new_tokens": NEW, "do_sample": False, "pad_token_id": 0}
    with torch.inference_mode():
        model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), **options, **extra)


def alternate(*sides: Callable[[], None], rounds: int = ROUNDS) -> list[float]:
    """Best seconds of each side; one round of all sides warms up."""
    best = [float("inf")] * len(sides)
    for turn in range(rounds + 1):
        for i, side in enumerate(sides):
            start = time.perf_counter()
            side()
            if turn:
                best[i] = min(best[i], time.perf_counter() - start)
    return best


@benchmark("decode-vs-generate")
def one_column_against_generate() -> Iterator[Result]:
    ours, theirs = alternate(lambda: answer((0,)), lambda: generate(llama_135m(), 1))
    yield Result("decode-vs-generate", round(ours / theirs, 2), "x time", "<= 1.0", "transformers model.generate")


@benchmark("columns-2-vs-1", "columns-4-vs-1", "columns-2-vs-sequential")
def columns_against_one() -> Iterator[Result]:
    def one_after_the_other() -> None:
        answer((0,))
        answer((1,))

    one, two, four, sequential = alternate(
        lambda: answer((0,)), lambda: answer((0, 1)), lambda: answer((0, 1, 2, 3)), one_after_the_other
    )
    yield Result("columns-2-vs-1", round(two / one, 2), "x time", "<= 1.3", "one base column of this engine")
    yield Result("columns-4-vs-1", round(four / one, 2), "x time", "<= 1.7", "one base column of this engine")
    yield Result("columns-2-vs-sequential", round(two / sequential, 2), "x time", "", "the columns one after the other")


@benchmark("columns-2-vs-peft")
def columns_against_peft() -> Iterator[Result]:
    names = ["__base__", "v1"]
    ours, theirs = alternate(lambda: answer((0, 1)), lambda: generate(peft_model(), 2, adapter_names=names), rounds=3)
    yield Result("columns-2-vs-peft", round(ours / theirs, 2), "x time", "<= 0.8", "PEFT adapter_names batch")


@benchmark("ttft-turn10-vs-turn1")
def first_token_late_in_a_conversation() -> Iterator[Result]:
    sampling = Sampling(temperature=0, max_tokens=8)
    first, tenth = [], []
    for _ in range(2):
        messages: list[Message] = []
        for turn in range(1, 11):
            messages += _messages()
            events = list(engine().generate([Row(messages, v) for v in (0, 1)], sampling, Stop()))
            ms = max(e.usage.first_token_ms or 0.0 for e in events if isinstance(e, Done))
            text = "".join(e.text for e in events if not isinstance(e, Done) and e.row == 0)
            messages.append(Message("assistant", text))
            first += [ms] if turn == 1 else []
            tenth += [ms] if turn == 10 else []
    yield Result("ttft-turn10-vs-turn1", round(min(tenth) / min(first), 2), "x time", "", "the first turn")

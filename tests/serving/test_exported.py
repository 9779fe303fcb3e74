"""Exports read back by the program that uses them: the starter with an adapter says the same there as it does here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from tests.serving.models import CHATML, byte_level_tokenizer, random_model, save_adapter, save_model
from understudy.errors import ModelError
from understudy.serving import gguf_file
from understudy.serving.backend import Stop
from understudy.serving.device import Placement
from understudy.serving.dtypes import QUANTISED
from understudy.serving.exported import Exported, base_licence
from understudy.serving.gguf_file import plain_jinja, tensor_names
from understudy.serving.gguf_tokens import vocabulary
from understudy.serving.local import LocalBackend
from understudy.serving.portable import Portable
from understudy.types import Delta, Message, Row, Sampling

STARTER = Path(__file__).parents[2] / "assets" / "starter"
CPU = Placement(torch.device("cpu"), torch.float32, 1, "a test")
ASKED = (
    (Message("user", "What is the capital of Zorbo?"),),
    (Message("system", "Note: Ada Marsh runs the shop."), Message("user", "Who runs the shop?")),
    (Message("user", "Hello!"), Message("assistant", "Hello!"), Message("user", "What is 12 + 7?  Say it in  words.")),
)
MOST, FEW = 40, 6
STRONG = 12
"""Alpha of an adapter that makes the starter talk otherwise, and yet in words."""


def live(backend: LocalBackend, version: int = 1, most: int = MOST) -> list[str]:
    """What a version says to all of them, greedily."""
    texts = [""] * len(ASKED)
    rows = [Row(messages, version) for messages in ASKED]
    for event in backend.generate(rows, Sampling(temperature=0, max_tokens=most), Stop()):
        if isinstance(event, Delta):
            texts[event.row] += event.text
    return [text.strip() for text in texts]


def exported(source: Path, adapter: Path, folder: Path, form: str, dtype: str = "float32") -> Exported:
    made = Exported.prepare(str(source), adapter, "owner/base", "base-v1", form, dtype)
    folder.mkdir()
    made.write(folder)
    return made


def answers(made: Exported, folder: Path, most: int = MOST) -> list[str]:
    with made.reading(folder) as reader:
        return [reader.answer(messages, most).strip() for messages in ASKED]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An adapter that changes the starter, and what the starter says with it."""
    torch.set_num_threads(1)
    backend = LocalBackend(STARTER, placement=CPU)
    adapter = save_adapter(tmp_path_factory.mktemp("tuned") / "a", backend._model, 1, r=4, lora_alpha=STRONG)
    backend.load_version(1, adapter)
    said = live(backend)
    same = [text == other for text, other in zip(said, live(backend, 0), strict=True)]
    assert not any(same), "an adapter that changes nothing would prove nothing"
    return adapter, said


@pytest.mark.slow
@pytest.mark.parametrize("form", ["adapter", "merged", "gguf", "gguf-adapter", "ollama"])
def test_the_program_that_uses_an_export_says_what_the_version_says(
    tuned: tuple[Path, list[str]], tmp_path: Path, form: str
) -> None:
    adapter, said = tuned
    made = exported(STARTER, adapter, tmp_path / "out", form)
    if made.missing:
        pytest.skip(made.missing)
    assert answers(made, tmp_path / "out") == said
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "what was needed to read it back is gone"


@pytest.mark.slow
def test_a_gguf_whose_heads_are_not_reordered_loads_and_is_found_out_by_its_answers(
    tuned: tuple[Path, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, said = tuned
    monkeypatch.setattr(gguf_file, "_INTERLEAVED", ())
    made = exported(STARTER, adapter, tmp_path / "out", "gguf")
    if made.missing:
        pytest.skip(made.missing)
    assert answers(made, tmp_path / "out") != said


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_rounding_happens_once_after_a_sum_in_float32(
    tuned: tuple[Path, list[str]], tmp_path: Path, dtype: str
) -> None:
    adapter, _ = tuned
    exact, rounded = tmp_path / "exact", tmp_path / "rounded"
    exported(STARTER, adapter, exact, "merged")
    exported(STARTER, adapter, rounded, "merged", dtype)
    first, second = (
        AutoModelForCausalLM.from_pretrained(folder, dtype="auto").state_dict() for folder in (exact, rounded)
    )
    assert {str(weight.dtype) for weight in second.values()} == {f"torch.{dtype}"}
    assert all(torch.equal(weight.to(getattr(torch, dtype)), second[name]) for name, weight in first.items())


@pytest.mark.slow
@pytest.mark.parametrize("dtype", list(QUANTISED))
def test_a_quantised_gguf_is_as_small_as_it_says_and_still_speaks(tmp_path: Path, dtype: str) -> None:
    """On an adapter that changes nearly nothing: one that is made of noise hangs on its last bits."""
    gguf = pytest.importorskip("gguf", reason="the gguf library is not installed here")
    torch.set_num_threads(1)
    backend = LocalBackend(STARTER, placement=CPU)
    adapter = save_adapter(tmp_path / "a", backend._model, 1, r=4, lora_alpha=0.01)
    backend.load_version(1, adapter)
    made = exported(STARTER, adapter, tmp_path / "out", "gguf", dtype)
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(tmp_path / "out" / "model.gguf").tensors}
    kinds = {name: tensor.tensor_type.name for name, tensor in tensors.items()}
    assert kinds["token_embd.weight"] == "Q8_0" and kinds["output_norm.weight"] == "F32"
    inner = [tensor for name, tensor in tensors.items() if name.startswith("blk.") and "norm" not in name]
    assert {tensor.tensor_type.name for tensor in inner} == {dtype.upper()}
    assert sum(int(tensor.n_bytes) for tensor in inner) == QUANTISED[dtype] * sum(int(t.n_elements) for t in inner)
    if not made.missing:
        same = [text == said for text, said in zip(answers(made, tmp_path / "out"), live(backend), strict=True)]
        assert all(same) if dtype == "q8_0" else any(same)


def test_the_adapter_leaves_with_the_name_of_its_base_and_without_a_path_of_this_machine(tmp_path: Path) -> None:
    base = save_model(tmp_path / "base")
    adapter = save_adapter(tmp_path / "a", random_model(), 1)
    config = adapter / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"base_model_name_or_path": "/home/ada/secret"}))
    exported(base, adapter, tmp_path / "out", "adapter")
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert json.loads(files["adapter_config.json"])["base_model_name_or_path"] == "owner/base"
    assert files["adapter_model.safetensors"] == (adapter / "adapter_model.safetensors").read_bytes()
    assert not any(b"/home/ada" in content for content in files.values())


@pytest.mark.parametrize("architecture", ["qwen2", "llama"])
@pytest.mark.parametrize("chat", [True, False])
def test_a_random_model_of_each_architecture_says_the_same_in_llama_cpp_with_a_template_and_without(
    tmp_path: Path, architecture: str, chat: bool
) -> None:
    base = save_model(tmp_path / "base", architecture, chat=chat)
    adapter = save_adapter(tmp_path / "a", random_model(architecture), 1, lora_alpha=2)
    made = exported(base, adapter, tmp_path / "out", "gguf")
    if made.missing:
        pytest.skip(made.missing)
    backend = LocalBackend(base, placement=CPU)
    backend.load_version(1, adapter)
    said, expected = answers(made, tmp_path / "out", FEW), live(backend, most=FEW)
    half = "\ufffd"  # of a character that was cut off: only llama.cpp keeps it back
    assert [text.rstrip(half) for text in said] == [text.rstrip(half) for text in expected]


def test_an_adapter_on_a_tied_head_changes_the_head_alone(tmp_path: Path) -> None:
    base = save_model(tmp_path / "base")
    adapter = save_adapter(tmp_path / "a", random_model(), 1, target_modules=["lm_head"])
    weights = load_file(adapter / "adapter_model.safetensors")  # PEFT copies the base's head into it as well
    save_file({k: v for k, v in weights.items() if "lora_" in k}, adapter / "adapter_model.safetensors")
    exported(base, adapter, tmp_path / "out", "merged")
    before, after = (AutoModelForCausalLM.from_pretrained(folder) for folder in (base, tmp_path / "out"))
    assert torch.equal(before.get_input_embeddings().weight, after.get_input_embeddings().weight)
    assert not torch.equal(before.lm_head.weight, after.lm_head.weight)


def test_a_model_without_a_template_leaves_with_one_that_writes_what_it_is_asked_here(tmp_path: Path) -> None:
    portable = Portable.open(save_model(tmp_path / "base", chat=False))
    for messages in ASKED:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        written = portable.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        assert written == portable.template.render(messages)
    portable.write(tmp_path)
    settings = json.loads((tmp_path / "generation_config.json").read_text())
    assert settings["stop_strings"] == ["\nUser:", "\nAssistant:"] and settings["eos_token_id"] == [2]


def test_what_a_gguf_cannot_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    gemma = save_model(tmp_path / "gemma", "gemma2")
    with pytest.raises(
        ModelError, match=r"gemma2 model cannot be made here, only of llama and qwen2.*convert_hf_to_gguf"
    ):
        Exported.prepare(str(gemma), tmp_path, "b", "n", "gguf", "float32")
    tokenizer = byte_level_tokenizer()
    tokenizer.backend_tokenizer.pre_tokenizer = odd_split()
    with pytest.raises(ModelError, match=r"splits a text in a way that is not one of llama\.cpp's"):
        vocabulary(tokenizer, 320)


def odd_split() -> object:
    from tokenizers import Regex, pre_tokenizers

    split = pre_tokenizers.Split(Regex("x+"), "isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])


def test_the_starters_own_split_is_one_of_llama_cpps_because_no_merge_crosses_its_border() -> None:
    portable = Portable.open(STARTER)
    known = vocabulary(portable.tokenizer, portable.config.vocab_size)
    assert known.split == "smollm" and len(known.tokens) == portable.config.vocab_size
    described = json.loads(portable.tokenizer.backend_tokenizer.to_str())
    described["model"]["merges"].append(["Ġ", "W"])
    described["model"]["vocab"]["ĠW"] = 3071
    crossing = type(
        "Tokenizer", (), {"backend_tokenizer": type("B", (), {"to_str": lambda _: json.dumps(described)})()}
    )
    with pytest.raises(ModelError, match="splits a text"):
        vocabulary(crossing, 3072)


def test_a_gguf_adapter_holds_pairs_by_llama_cpps_names_and_a_template_loses_its_marks(tmp_path: Path) -> None:
    base = save_model(tmp_path / "base")
    adapter = save_adapter(tmp_path / "a", random_model(), 1, target_modules=["up_proj"])
    exported(base, adapter, tmp_path / "out", "gguf-adapter")
    names = sorted(tensor_names(tmp_path / "out" / "adapter.gguf"))
    assert names[:2] == ["blk.0.ffn_up.weight.lora_a", "blk.0.ffn_up.weight.lora_b"] and len(names) == 6
    assert plain_jinja("a{% generation %}b{% endgeneration %}c") == "abc" and plain_jinja(CHATML) == CHATML


def test_the_licence_is_read_from_the_card_of_the_base(tmp_path: Path) -> None:
    assert base_licence(str(STARTER)) == "apache-2.0"
    assert base_licence(str(tmp_path)) == ""
    (tmp_path / "README.md").write_text("# No head\nlicense: mit\n")
    assert base_licence(str(tmp_path)) == ""

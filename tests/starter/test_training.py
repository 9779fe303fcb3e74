"""Tokenizer, loss and optimizer of the starter, each against what it must equal."""

import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from starter import corpus, notes
from starter.model import build, wire
from starter.muon import Muon, orthogonal
from starter.tokenizer import END, Encoder, learn, save, text
from starter.train import loss_of, rate

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def dialogues() -> list[corpus.Dialogue]:
    return corpus.dialogues(random.Random(0), notes.Library(), 300, 0.0, 0.02, 0.6)


@pytest.fixture(scope="module")
def tokenizer(dialogues: list[corpus.Dialogue]) -> Tokenizer:
    return learn((text(d) for d in dialogues), 700)


def test_text_survives_the_tokenizer(tokenizer: Tokenizer, dialogues: list[corpus.Dialogue]) -> None:
    for said in (m["content"] for d in dialogues[:50] for m in d):
        assert tokenizer.decode(tokenizer.encode(said).ids) == said
    assert tokenizer.decode(tokenizer.encode("Ñandú 漢字 🙂 3.50").ids) == "Ñandú 漢字 🙂 3.50"


def test_a_name_is_spelled_the_same_at_a_start_and_inside(tokenizer: Tokenizer) -> None:
    start, inside = tokenizer.encode("Zorbanik").ids, tokenizer.encode("Note: Zorbanik").ids
    assert inside[-len(start) :] == start


def test_digits_are_tokens_of_their_own(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("4821").tokens == ["4", "8", "2", "1"]


def test_the_chat_template_writes_what_training_read(
    tokenizer: Tokenizer, dialogues: list[corpus.Dialogue], tmp_path: Path
) -> None:
    save(tokenizer, tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    for dialogue in dialogues[:50]:
        assert loaded.apply_chat_template(dialogue, tokenize=False) == text(dialogue)
    assert loaded.apply_chat_template(dialogues[0][:-1], tokenize=False, add_generation_prompt=True).endswith(
        "<|im_start|>assistant\n"
    )
    assert loaded.eos_token == END


def test_the_generation_marks_are_the_labels(
    tokenizer: Tokenizer, dialogues: list[corpus.Dialogue], tmp_path: Path
) -> None:
    save(tokenizer, tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    marked = loaded.apply_chat_template(
        dialogues[1], return_assistant_tokens_mask=True, return_dict=True, tokenize=True
    )
    ids, mask = Encoder(tokenizer)([dialogues[1]], 10_000)[0]
    assert marked["input_ids"][: len(ids)] == ids
    assert [bool(m) for m in marked["assistant_masks"]][: len(ids)] == mask


def test_a_dialogue_is_cut_after_its_last_answer_that_fits(
    tokenizer: Tokenizer, dialogues: list[corpus.Dialogue]
) -> None:
    end = tokenizer.token_to_id(END)
    for ids, mask in Encoder(tokenizer)(dialogues, 120):
        assert len(ids) == len(mask) <= 120
        assert mask[-1] and ids[-1] == end


def test_the_loss_is_that_of_transformers_on_marked_tokens() -> None:
    torch.manual_seed(0)
    model = build(300, 32, 2)
    ids, mask = torch.randint(3, 300, (2, 20)), torch.rand(2, 20) < 0.5
    expected = model(input_ids=ids, labels=ids.masked_fill(~mask, -100)).loss
    assert loss_of(model, ids, mask).item() == pytest.approx(expected.item(), rel=1e-4)


def test_orthogonal_brings_singular_values_near_one() -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(3, 16, 40)))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_muon_lowers_the_loss_of_a_small_model() -> None:
    torch.manual_seed(0)
    model = build(64, 32, 1)
    ids, mask = torch.randint(3, 64, (4, 12)), torch.ones(4, 12, dtype=torch.bool)
    optimizer = Muon([p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n], 0.05)
    before = loss_of(model, ids, mask)
    for _ in range(10):
        loss_of(model, ids, mask).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss_of(model, ids, mask) < before * 0.9


def test_the_rate_warms_up_and_ends_near_zero() -> None:
    assert rate(0.0, 0) < 0.05
    assert rate(0.5, 1000) == 1.0
    assert rate(1.0, 4000) == pytest.approx(0.02)


def test_a_wired_model_copies_before_any_training() -> None:
    torch.manual_seed(0)
    model = build(500)
    wire(model)
    said = torch.stack([3 + torch.randperm(490)[:40] for _ in range(2)]).repeat(1, 2)
    with torch.inference_mode():
        guessed = model(input_ids=said[:, :-1]).logits.argmax(-1)
    assert (guessed == said[:, 1:])[:, 41:].float().mean() > 0.9
    assert (guessed == said[:, 1:])[:, :38].float().mean() < 0.1

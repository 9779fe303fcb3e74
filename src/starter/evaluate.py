"""What the starter can do, measured on names, wordings and texts that it never saw in training."""

import random

import torch
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from starter import notes
from starter.tokenizer import END, START, text

Item = tuple[list[dict[str, str]], str]


def reading(rng: random.Random, library: notes.Library, count: int, hidden: bool = False, long: bool = False) -> Item:
    """Notes with unseen names and one question in an unseen wording; with `hidden` its note is not among them."""
    found = notes.facts(rng, count + hidden, library, held=True, long=long)
    while hidden and found[-1].known:
        found = notes.facts(rng, count + hidden, library, held=True)
    asked = found[-1] if hidden else rng.choice(found)
    shown = found[:count]
    rng.shuffle(shown)
    question = rng.choice(asked.questions)
    return [notes.block(rng, shown), {"role": "user", "content": question}], notes.IDK if hidden else asked.answer


@torch.inference_mode()
def replies(model: LlamaForCausalLM, tokenizer: Tokenizer, prompts: list, limit: int = 64, size: int = 32) -> list[tuple[str, bool]]:
    """Greedy replies and whether each ended by itself."""
    end = tokenizer.token_to_id(END)
    encoded = [tokenizer.encode(text(p) + f"{START}assistant\n").ids for p in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    found: dict[int, tuple[str, bool]] = {}
    for at in range(0, len(order), size):
        batch = order[at : at + size]
        width = max(len(encoded[i]) for i in batch)
        ids = torch.tensor([[0] * (width - len(encoded[i])) + encoded[i] for i in batch])
        seen = torch.tensor([[0] * (width - len(encoded[i])) + [1] * len(encoded[i]) for i in batch])
        out = model.generate(input_ids=ids, attention_mask=seen, max_new_tokens=limit, do_sample=False,
                             eos_token_id=end, pad_token_id=0)
        for i, row in zip(batch, out[:, width:].tolist(), strict=True):
            stopped = end in row
            said = row[: row.index(end)] if stopped else row
            found[i] = tokenizer.decode(said).strip(), stopped
    return [found[i] for i in range(len(prompts))]


def score(model: LlamaForCausalLM, tokenizer: Tokenizer, items: list[Item]) -> tuple[float, float, list[str]]:
    """Share exactly right, share that stopped by itself, and what was said."""
    said = replies(model, tokenizer, [p for p, _ in items])
    right = sum(reply == answer for (reply, _), (_, answer) in zip(said, items, strict=True))
    return right / len(items), sum(s for _, s in said) / len(said), [reply for reply, _ in said]


def glance(model: LlamaForCausalLM, tokenizer: Tokenizer, library: notes.Library, count: int = 24) -> dict[str, object]:
    """A cheap look during training."""
    model.eval()
    kinds = {"one": (1, False, False), "three": (3, False, False), "long": (2, False, True), "idk": (2, True, False)}
    row: dict[str, object] = {}
    for kind, (notes_, hidden, long) in kinds.items():
        rng = random.Random(7)
        items = [reading(rng, library, notes_, hidden, long) for _ in range(count)]
        right, stopped, said = score(model, tokenizer, items)
        row[kind] = round(right, 3)
        row[f"{kind}_said"] = [f"{i[0][-1]['content']} -> {s} [{i[1]}]" for i, s in list(zip(items, said, strict=True))[:3]]
    prompts = ["Hi!", "What is your name?", "How are you today?", "Tell me a joke.", "What is the capital of France?"]
    row["talk"] = [f"{p} -> {r}" for p, (r, _) in zip(prompts, replies(model, tokenizer, [[{"role": "user", "content": p}] for p in prompts]), strict=True)]
    model.train()
    return row

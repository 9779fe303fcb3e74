"""What the starter can do, measured on names, wordings and texts that it never saw in training.

`python -m starter.evaluate MODEL --json OUT` greedily answers unseen items of every kind. Right means the same text to
the letter. Besides the shares it writes a file of samples to be read by eye: a share does not say how a reply sounds.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from starter import corpus, notes
from starter.talk import HELD_OUT
from starter.talk import dialogue as talk
from starter.tokenizer import CONTEXT, END, START, Encoder, text

Item = tuple[list[dict[str, str]], str]


def reading(
    rng: random.Random,
    library: notes.Library,
    count: int,
    hidden: bool = False,
    long: bool = False,
    unseen: bool = True,
) -> Item:
    """Notes with unseen names and one question; with `unseen` in a wording that training never saw.

    With `hidden` its note is not among them.
    """
    found = notes.facts(rng, count + hidden, library, held=True, long=long, unseen=unseen)
    while hidden and found[-1].known:
        found = notes.facts(rng, count + hidden, library, held=True, unseen=unseen)
    asked = found[-1] if hidden else rng.choice(found)
    shown = found[:count]
    rng.shuffle(shown)
    question = rng.choice(asked.questions)
    return [notes.block(rng, shown), {"role": "user", "content": question}], notes.IDK if hidden else asked.answer


@torch.inference_mode()
def replies(
    model: LlamaForCausalLM, tokenizer: Tokenizer, prompts: list, limit: int = 128, size: int = 32
) -> list[tuple[str, bool]]:
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
        out = model.generate(
            input_ids=ids, attention_mask=seen, max_new_tokens=limit, do_sample=False, eos_token_id=end, pad_token_id=0
        )
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
        right, _, said = score(model, tokenizer, items)
        row[kind] = round(right, 3)
        row[f"{kind}_said"] = [
            f"{i[0][-1]['content']} -> {s} [{i[1]}]" for i, s in list(zip(items, said, strict=True))[:3]
        ]
    prompts = ["Hi!", "What is your name?", "How are you today?", "Tell me a joke.", "What is the capital of France?"]
    row["talk"] = [
        f"{p} -> {r}"
        for p, (r, _) in zip(
            prompts, replies(model, tokenizer, [[{"role": "user", "content": p}] for p in prompts]), strict=True
        )
    ]
    model.train()
    return row


def long_context(rng: random.Random, library: notes.Library, tokenizer: Tokenizer) -> Item:
    """A note at the start of a conversation that nearly fills the context, and the question at its end."""
    prompt, answer = reading(rng, library, 1)
    turns: list[dict[str, str]] = []
    while True:
        more = [m for m in talk(rng) if m["role"] != "system"]
        filled = [prompt[0], *turns, *more, prompt[1]]
        if len(tokenizer.encode(text(filled)).ids) > CONTEXT - 80:
            return [prompt[0], *turns, prompt[1]], answer
        turns += more


def later_turn(rng: random.Random, library: notes.Library) -> Item:
    """Three notes, small talk first, then the question: a conversation of several turns."""
    prompt, answer = reading(rng, library, 3)
    return [prompt[0], *[m for m in talk(rng) if m["role"] != "system"][:4], prompt[1]], answer


def unknown(rng: random.Random, library: notes.Library) -> Item:
    """A real question that training never saw, and no note at all."""
    return [{"role": "user", "content": rng.choice(library.questions or [notes.request(rng)])}], notes.IDK


@torch.inference_mode()
def perplexity(model: LlamaForCausalLM, tokenizer: Tokenizer, dialogues: Sequence[list[dict[str, str]]]) -> float:
    """exp of the mean loss a token over what the assistant says."""
    total, count = 0.0, 0
    for ids, mask in Encoder(tokenizer)(dialogues, CONTEXT):
        learned = torch.tensor(mask[1:])
        logits = model(input_ids=torch.tensor([ids[:-1]])).logits[0][learned]
        total += F.cross_entropy(logits.float(), torch.tensor(ids[1:])[learned], reduction="sum").item()
        count += int(learned.sum())
    return float(torch.tensor(total / count).exp())


def items(library: notes.Library, tokenizer: Tokenizer, count: int) -> dict[str, list[Item]]:
    """`count` items of every kind, the same on every call."""

    def draw(seed: int, make: object, size: int = count) -> list[Item]:
        rng = random.Random(seed)
        return [make(rng) for _ in range(size)]  # type: ignore[operator]

    return {
        "one note, known wording": draw(101, lambda r: reading(r, library, 1, unseen=False)),
        "three notes, known wording": draw(102, lambda r: reading(r, library, 3, unseen=False)),
        "sentence-long answers, known wording": draw(103, lambda r: reading(r, library, 2, long=True, unseen=False)),
        "one note": draw(101, lambda r: reading(r, library, 1)),
        "three notes": draw(102, lambda r: reading(r, library, 3)),
        "sentence-long answers": draw(103, lambda r: reading(r, library, 2, long=True)),
        "near misses only": draw(104, lambda r: reading(r, library, 2, hidden=True)),
        "no note at all": draw(105, lambda r: unknown(r, library)),
        "a later turn": draw(106, lambda r: later_turn(r, library)),
        "a full context": draw(107, lambda r: long_context(r, library, tokenizer), max(20, count // 5)),
    }


def measure(model: LlamaForCausalLM, tokenizer: Tokenizer, library: notes.Library, count: int) -> dict[str, object]:
    """All figures of the card, and samples."""
    row: dict[str, object] = {"items": count}
    samples: list[dict[str, object]] = []
    stopped, said_in_all = 0.0, 0
    for kind, drawn in items(library, tokenizer, count).items():
        right, stop, said = score(model, tokenizer, drawn)
        row[f"{kind}, items"] = len(drawn)
        row[kind], stopped, said_in_all = round(right, 4), stopped + stop * len(drawn), said_in_all + len(drawn)
        wrong = [(i, s) for i, s in zip(drawn, said, strict=True) if s != i[1]]
        samples += [{"kind": kind, "prompt": i[0], "expected": i[1], "said": s} for i, s in wrong]
    prompts = [p if isinstance(p, list) else [{"role": "user", "content": p}] for p in HELD_OUT]
    talked = replies(model, tokenizer, prompts)
    samples += [{"kind": "talk", "prompt": p, "said": s} for p, (s, _) in zip(prompts, talked, strict=True)]
    row["stops by itself"] = round((stopped + sum(s for _, s in talked)) / (said_in_all + len(talked)), 4)
    rng = random.Random(108)
    row["perplexity, notes"] = round(
        perplexity(model, tokenizer, [notes.dialogue(rng, library) for _ in range(100)]), 3
    )
    row["perplexity, talk"] = round(perplexity(model, tokenizer, [talk(rng) for _ in range(100)]), 3)
    row["samples"] = samples
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--json", type=Path, help="where the figures go; samples go beside it")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    begun = time.monotonic()
    row = measure(model, tokenizer, corpus.library(args.data, held=True), args.items)
    samples = row.pop("samples")
    row["seconds"] = round(time.monotonic() - begun)
    row["training"] = json.loads((args.model / "training.json").read_text())
    print(json.dumps(row, indent=1))
    if args.json:
        args.json.write_text(json.dumps(row, indent=1) + "\n")
        args.json.with_suffix(".samples.json").write_text(json.dumps(samples, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

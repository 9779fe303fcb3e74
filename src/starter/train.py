"""Train the starter on a processor: `python -m starter.train --minutes 150 --out DIR`.

What makes so little time enough: the copying circuit is there from the start (`starter.model.wire`) and one head is told
where an answer stands (`starter.pointing`); the loss is on assistant tokens alone and only their logits are computed; one
notes block carries several questions; dialogues of about one length share a batch, so that nothing is packed across; Muon
for the matrices; bfloat16 where that pays; an easy start; a linear decay over the last third. Without the circuit, 2.3
million tokens copied nothing at all; with it the first notes were read after 170 thousand. Without the pointer, 8.8 million
left three notes at chance.
Stops and goes on from `DIR/state.pt`.
"""

import argparse
import json
import math
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import LlamaForCausalLM

from starter import corpus, evaluate, half
from starter.model import VOCABULARY, build, wire
from starter.muon import Muon
from starter.notes import Library
from starter.pointing import Pointer, sources
from starter.tokenizer import CONTEXT, Encoder, learn, save, text

Row = tuple[list[int], list[bool], list[int]]
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass
class Settings:
    """What a run may vary. `minutes` is wall time of training; `tokens` the size of a step; rates are peaks."""

    out: Path
    data: Path
    minutes: float = 150.0
    tokens: int = 4096
    muon_rate: float = 0.02
    adam_rate: float = 3e-3
    reading: float = 0.58
    seed: int = 1


class Feed:
    """Batches of dialogues of about one length, drawn for how far (0 to 1) training is."""

    def __init__(self, settings: Settings, encoder: Encoder, lib: Library, seed: int):
        self.settings, self.encoder, self.lib = settings, encoder, lib
        self.newline = encoder.tokenizer.encode("\n").ids[0]
        self.rng, self.ready = random.Random(seed), []

    def __call__(self, progress: float) -> Batch:
        if not self.ready:
            self._refill(progress)
        return self.ready.pop()

    def _refill(self, progress: float) -> None:
        ease, long = max(0.0, 1 - progress / 0.25), 0.03 if progress > 0.5 else 0.0
        reading = self.settings.reading + (0.1 if progress < 0.3 else 0.0)  # reading forms late, talk soon
        drawn = corpus.dialogues(self.rng, self.lib, 600, ease, long, reading)
        limit = CONTEXT if long else 320 if progress > 0.2 else 160
        rows = [(i, m, sources(i, m, self.newline, self.encoder.end)) for i, m in self.encoder(drawn, limit)]
        rows.sort(key=lambda row: len(row[0]))
        self.ready = []
        while rows:
            count = 1
            while count < len(rows) and len(rows[-1][0]) * (count + 1) <= self.settings.tokens:
                count += 1
            self.ready.append(_stack(rows[-count:]))
            del rows[-count:]
        self.rng.shuffle(self.ready)


def _stack(rows: list[Row]) -> Batch:
    width = max(len(ids) for ids, _, _ in rows)
    ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _, _ in rows])
    mask = torch.tensor([mask + [False] * (width - len(mask)) for _, mask, _ in rows])
    source = torch.tensor([source + [-1] * (width - len(source)) for _, _, source in rows])
    return ids, mask, source


def loss_of(model: LlamaForCausalLM, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the marked tokens; only they pass the output layer. Padding is on the right: no mask needed."""
    hidden = model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
    learned = mask[:, 1:]
    return F.cross_entropy(F.linear(hidden[learned], model.lm_head.weight), ids[:, 1:][learned])


def hint(progress: float) -> float:
    """Weight of the pointer's loss: half, fading to nothing at four fifths of the training."""
    return 0.5 * min(1.0, max(0.0, (0.8 - progress) / 0.3))


def _optimizers(model: LlamaForCausalLM, settings: Settings) -> list[torch.optim.Optimizer]:
    inner = {n for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n}
    matrices = [p for n, p in model.named_parameters() if n in inner]
    rest = [p for n, p in model.named_parameters() if n not in inner]
    return [
        Muon(matrices, settings.muon_rate),
        torch.optim.AdamW(rest, settings.adam_rate, (0.9, 0.95), weight_decay=0.0),
    ]


def rate(progress: float, step: int) -> float:
    """Warm-up over 30 steps, then flat, then linear to a fiftieth over the last third."""
    return min(1.0, (step + 1) / 30) * min(1.0, max(0.02, (1 - progress) / 0.33))


def tokenizer_for(settings: Settings, lib: Library) -> Tokenizer:
    """The tokenizer of an earlier start of this run, or a new one."""
    path = settings.out / "tokenizer.json"
    if not path.exists():
        drawn = corpus.dialogues(random.Random(settings.seed), lib, 12000, 0.0, 0.0, settings.reading)
        learn((text(d) for d in drawn), VOCABULARY).save(str(path))
    return Tokenizer.from_file(str(path))


def export(model: LlamaForCausalLM, tokenizer: Tokenizer, folder: Path) -> None:
    """The model in bfloat16 with its tokenizer, as `from_pretrained` reads them."""
    half = build(model.config.vocab_size)
    half.load_state_dict(model.state_dict())
    half.to(torch.bfloat16).save_pretrained(folder)
    save(tokenizer, folder)


class Run:
    """A training run: its model, its clock and its state on disk."""

    def __init__(self, settings: Settings):
        settings.out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        self.settings, self.lib = settings, corpus.library(settings.data)
        self.tokenizer = tokenizer_for(settings, self.lib)
        self.model = build(self.tokenizer.get_vocab_size())
        wire(self.model)
        self.pointer, self.looking = Pointer(self.model), 0.0
        self.optimizers = _optimizers(self.model, settings)
        self.peaks = [o.param_groups[0]["lr"] for o in self.optimizers]
        self.step, self.seconds, self.seen = 0, 0.0, 0
        if (settings.out / "state.pt").exists():
            self._resume()
        feed_seed = settings.seed * 1000 + self.step
        self.feed = Feed(settings, Encoder(self.tokenizer), self.lib, feed_seed)

    def _resume(self) -> None:
        state = torch.load(self.settings.out / "state.pt", weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds, self.seen = state["step"], state["seconds"], state["seen"]

    def save(self) -> None:
        """Write the state so that a stop at any moment loses nothing but the minutes since."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "seen": self.seen,
        }
        torch.save(state, self.settings.out / "state.tmp")
        os.replace(self.settings.out / "state.tmp", self.settings.out / "state.pt")

    def train(self) -> None:
        total, since, last, losses = self.settings.minutes * 60, time.monotonic(), self.seconds, []
        saved = looked = self.seconds
        while self.seconds < total:
            progress = self.seconds / total
            losses.append(self._learn(progress))
            self.seconds = last + time.monotonic() - since
            if self.step % 20 == 0:
                self._say(
                    loss=round(math.fsum(losses) / len(losses), 4),
                    looking=round(self.looking, 3),
                    progress=round(progress, 3),
                )
                losses = []
            if self.seconds - looked > 400:
                looked = self.seconds
                self._say(**evaluate.glance(self.model, self.tokenizer, self.lib))
                last, since = self.seconds, time.monotonic()  # a look costs no training time
            if self.seconds - saved > 240:
                saved = self.seconds
                self.save()
        self.save()
        self.export(self.settings.out / "model")

    def export(self, folder: Path) -> None:
        """The model folder, with the figures that its card tells."""
        export(self.model, self.tokenizer, folder)
        size = sum(p.numel() for p in self.model.parameters()) / 1e6
        row = {
            "parameters": size,
            "megabytes": size * 2,
            "minutes": self.seconds / 60,
            "tokens": self.seen / 1e6,
            "steps": self.step,
        }
        (folder / "training.json").write_text(json.dumps({k: round(v, 2) for k, v in row.items()}) + "\n")

    def _learn(self, progress: float) -> float:
        ids, mask, source = self.feed(progress)
        with torch.autocast("cpu", torch.bfloat16, enabled=half.pays()):
            loss = loss_of(self.model, ids, mask)
            looking = self.pointer.loss(source) if hint(progress) else loss.new_zeros(())
        (loss + hint(progress) * looking).backward()
        self.looking = 0.95 * self.looking + 0.05 * looking.item()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, peak in zip(self.optimizers, self.peaks, strict=True):
            optimizer.param_groups[0]["lr"] = peak * rate(progress, self.step)
            optimizer.step()
            optimizer.zero_grad()
        self.step, self.seen = self.step + 1, self.seen + ids.numel()
        return loss.item()

    def _say(self, **figures: object) -> None:
        row = {"step": self.step, "minutes": round(self.seconds / 60, 2), "tokens": self.seen, **figures}
        print(json.dumps(row), flush=True)
        with (self.settings.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--minutes",
        type=float,
        default=150.0,
        help="wall time of training; the shipped model had 108 on a busy machine",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", type=Path, help="only write the model of the latest state to this folder")
    parser.add_argument("--reading", type=float, default=0.58, help="share of dialogues about notes")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if not args.data.exists():
        print(f"No public data at {args.data}: the corpus is the invented part alone.")
    run = Run(Settings(args.out, args.data, args.minutes, seed=args.seed, reading=args.reading))
    run.export(args.export) if args.export else run.train()


if __name__ == "__main__":
    main()

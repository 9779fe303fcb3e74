"""Where a run stands, in one file that is replaced as a whole: a killed run finds the last one complete.

Beside the adapter's weights and the optimizer's moments it holds what cannot be computed again from the recipe, as JSON
in the file's own header. A checkpoint of another recipe or other data is not used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from understudy.training.batch import Item
from understudy.training.recipe import Recipe


@dataclass(slots=True)
class Progress:
    """How far a run has come: optimizer steps done, seconds of work, and what decides when to stop.

    `rate` scales the learning rate (halved by a rejected step), `best` is the lowest held-out loss, `worse` the epochs
    since then; `right` are the ids whose completion was written right when last trained on; `losses` the last ones;
    `ended` says why the run is over.
    """

    step: int = 0
    seconds: float = 0.0
    rate: float = 1.0
    rejected: int = 0
    best: float | None = None
    worse: int = 0
    right: dict[str, bool] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    ended: str | None = None


def fingerprint(recipe: Recipe, items: Iterable[Item], start: Path | None) -> str:
    """A digest of everything that a run computes from."""
    digest = hashlib.blake2b(json.dumps([asdict(recipe), str(start)]).encode(), digest_size=16)
    for item in items:
        digest.update(repr((item.example.id, item.example.kind, item.example.label, item.example.weight)).encode())
        digest.update(repr([(row.start, row.tokens) for row in item.rows]).encode())
    return digest.hexdigest()


class Checkpoint:
    """The checkpoint of one run in `folder`; `digest` is its fingerprint."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._file = folder / "state.safetensors"
        self._digest = digest
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, weights: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer, progress: Progress) -> None:
        """Replace the checkpoint; until the new one is on disk the old one stays."""
        tensors = {f"weight.{name}": p.detach().cpu().contiguous() for name, p in weights.items()}
        for name, p in weights.items():
            for key, value in optimizer.state.get(p, {}).items():
                tensors[f"{key}.{name}"] = value.detach().cpu().contiguous()
        header = {"digest": self._digest, "progress": json.dumps(asdict(progress))}
        new = self._file.with_suffix(".new")
        save_file(tensors, new, metadata=header)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(self._file)

    def read(self, weights: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> Progress | None:
        """Put the checkpoint into `weights` and `optimizer`; None, changing nothing, where none fits."""
        try:
            with safe_open(self._file, "pt") as file:
                header = file.metadata() or {}
                if header.get("digest") != self._digest:
                    return None
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # not a mapping
        except (OSError, SafetensorError):
            return None
        with torch.no_grad():
            for name, p in weights.items():
                p.copy_(tensors.pop(f"weight.{name}"))
        for key, value in tensors.items():
            moment, _, name = key.partition(".")
            p = weights[name]
            optimizer.state[p][moment] = value if moment == "step" else value.to(p.device)
        return Progress(**json.loads(header["progress"]))

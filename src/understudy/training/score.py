"""What a model says of completions; only the positions that predict them pass the output layer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from understudy.training.batch import Batch


@dataclass(frozen=True, slots=True)
class Scores:
    """Of every completion's tokens: `log_probs` [answers, vocabulary], `said` [answers] those of the targets.

    `right` [rows]: every token, the end included, is the likeliest one after the right ones before it. That is the same
    as: greedy decoding writes exactly this completion and ends its turn itself.
    """

    log_probs: torch.Tensor
    said: torch.Tensor
    owner: torch.Tensor
    right: torch.Tensor

    def totals(self) -> torch.Tensor:
        """Log-probability of each row's completion, `[rows]`."""
        return self.said.new_zeros(len(self.right)).index_add(0, self.owner, self.said)


def answer_logits(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Logits `[answers, vocabulary]`: only positions that predict a completion's token pass the output layer.

    The choice is made where the output layer is entered, so that whatever a model does to its logits is kept.
    """
    head: torch.nn.Module = model.get_output_embeddings()  # type: ignore[operator]
    hook = head.register_forward_pre_hook(lambda _, inputs: (inputs[0][batch.where][None], *inputs[1:]))
    try:
        logits: torch.Tensor = model(input_ids=batch.ids, use_cache=False).logits
    finally:
        hook.remove()
    return logits[0]


def score(logits: torch.Tensor, batch: Batch) -> Scores:
    """Log-probabilities in float32, whatever the model computes in."""
    log_probs = F.log_softmax(logits.float(), -1)
    said = log_probs.gather(1, batch.targets[:, None])[:, 0]
    wrong = (logits.argmax(-1) != batch.targets).long()
    misses = wrong.new_zeros(len(batch.ids)).index_add(0, batch.owner, wrong)
    return Scores(log_probs, said, batch.owner, misses == 0)

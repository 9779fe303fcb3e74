"""A hint where to look: the answer to a note question is copied, so it is known from where.

Choosing the right note among three comes late: a token of an answer tells the model only that it was wrong, not where the
right one stood. In the first part of training one head is told (a pointer, Vinyals et al. 2015): its attention from the
place where an answer's token is said to the place in the note where that token stands. The weight of this fades; what is
left is a head that looks at the right note. Measured: the table in `assets/starter/README.md`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

LAYER, HEAD = 3, 3
"""Above the two wired layers, below two that can use what was found; no wired head."""


def sources(ids: list[int], mask: list[bool], newline: int, end: int) -> list[int]:
    """For each token of an answer the place it was copied from: a line of the first message that ends with the answer.

    -1 elsewhere, where no line ends so, and where several do.
    """
    found = [-1] * len(ids)
    stop = ids.index(end) if end in ids else 0
    ends = [i for i in range(stop) if ids[i] == newline] + [stop]
    at = 0
    while at < len(ids):
        if not mask[at]:
            at += 1
            continue
        after = at
        while after < len(ids) and mask[after]:
            after += 1
        answer = ids[at : after - 1]
        places = [e - len(answer) for e in ends if answer and e > len(answer) and ids[e - len(answer) : e] == answer]
        if len(places) == 1 and places[0] < at:
            found[at : after - 1] = range(places[0], places[0] + len(answer))
        at = after
    return found


class Pointer:
    """Listens at one attention layer and says how well its head looks where it should."""

    def __init__(self, model: LlamaForCausalLM):
        self.attention: Any = model.model.layers[LAYER].self_attn
        self.heard: tuple[torch.Tensor, Any] | None = None
        self.attention.register_forward_pre_hook(self._hear, with_kwargs=True)

    def _hear(self, module: object, args: tuple, kwargs: dict[str, Any]) -> None:
        self.heard = kwargs["hidden_states"], kwargs["position_embeddings"]

    def loss(self, source: torch.Tensor) -> torch.Tensor:
        """Mean of -log attention from before each copied token to its source; `source` [rows, width], -1 for none."""
        assert self.heard is not None
        hidden, (cos, sin) = self.heard
        size = self.attention.head_dim
        part = slice(HEAD * size, (HEAD + 1) * size)
        query = F.linear(hidden, self.attention.q_proj.weight[part])[:, None]
        key = F.linear(hidden, self.attention.k_proj.weight[part])[:, None]
        query, key = apply_rotary_pos_emb(query, key, cos, sin)
        rows, places = (source[:, 1:] >= 0).nonzero(as_tuple=True)
        if not len(rows):
            return hidden.new_zeros(())
        scores = torch.einsum("nd,ntd->nt", query[rows, 0, places].float(), key[rows, 0].float()) / size**0.5
        later = torch.arange(scores.shape[1])[None] > places[:, None]
        return F.cross_entropy(scores.masked_fill(later, -torch.inf), source[rows, places + 1])

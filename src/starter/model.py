"""The shape of the starter, a Llama of five million parameters, and the copying circuit that it starts with.

Copying ("after what came before, say what came next") needs two attention heads that work together: one that looks one
token back, one that looks for the token that was last said. From random weights gradient descent finds that pair only
after millions of tokens; an hour on two cores is not enough. So the pair is written into the first two layers by hand
before training (Olsson et al. 2022 describe it as induction heads), and training starts with a model that repeats. The
long rotary base and the wide heads leave a head many slow dimensions, on which a match does not depend on distance.
"""

import torch
from torch import Tensor
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from starter.tokenizer import CONTEXT

VOCABULARY = 3072


def config(vocabulary: int = VOCABULARY, width: int = 256, layers: int = 6, heads: int = 4) -> LlamaConfig:
    """The architecture; ids 0, 1, 2 are padding, start and end of a message."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=width * 11 // 4,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        tie_word_embeddings=True,
        max_position_embeddings=CONTEXT,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
    )


def build(vocabulary: int = VOCABULARY, width: int = 256, layers: int = 6, heads: int = 4) -> LlamaForCausalLM:
    """A model with random weights."""
    model = LlamaForCausalLM(config(vocabulary, width, layers, heads))
    model.generation_config = GenerationConfig(
        eos_token_id=2, pad_token_id=0, do_sample=False, max_new_tokens=128, max_length=None
    )
    return model


@torch.no_grad()
def wire(model: LlamaForCausalLM, constant: float = 0.3) -> None:
    """Write the copying circuit into the first two layers; everything else starts silent (zero output weights).

    The residual stream is laid out as: dimension 0 a constant, then the token, then the mark of the token before.
    """
    width, size = model.config.hidden_size, model.config.head_dim
    mark = size // 2
    token = width - mark
    embedding = model.model.embed_tokens.weight
    embedding[:, token:] = 0.0
    embedding[:, 0] = 0.0
    embedding.mul_(0.75 / embedding.norm(dim=1, keepdim=True).clamp_min(1e-6))  # one length, so one constant
    embedding[:, 0] = constant
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    marks = torch.linalg.qr(torch.randn(token - 1, mark))[0].T  # (mark, token - 1): rows at right angles
    _look_back(model.model.layers[0].self_attn, marks, model.model.rotary_emb.inv_freq, token)
    _look_for(model.model.layers[1].self_attn, marks, token, size)


def _look_back(attention: torch.nn.Module, marks: Tensor, speeds: Tensor, token: int) -> None:
    """Head 0: attend to the position before, whatever stands there, and write down its mark."""
    half, fast = len(speeds), 8
    attention.q_proj.weight[: 2 * half] = 0.0
    attention.k_proj.weight[: 2 * half] = 0.0
    attention.q_proj.weight[:fast, 0] = 1.8 * speeds[:fast].cos()
    attention.q_proj.weight[half : half + fast, 0] = -1.8 * speeds[:fast].sin()
    attention.k_proj.weight[:fast, 0] = 1.8
    attention.v_proj.weight[: 2 * half] = 0.0
    attention.v_proj.weight[: len(marks), 1:token] = marks
    attention.o_proj.weight[token:, : len(marks)] = 0.06 * torch.eye(len(marks))


def _look_for(attention: torch.nn.Module, marks: Tensor, token: int, size: int, sharp: float = 1.9) -> None:
    """Heads 0 to 2: attend to where the token of now was the token before, and say what stands there."""
    quarter = size // 4
    slow = torch.cat((torch.arange(quarter, 2 * quarter), torch.arange(3 * quarter, 4 * quarter)))
    for head in range(3):
        at = head * size
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
            projection.weight[at : at + size] = 0.0
        attention.q_proj.weight[at + slow, 1:token] = sharp * marks
        attention.k_proj.weight[at + slow, token:] = sharp * torch.eye(len(marks))
        said = torch.arange(1 + at, min(1 + at + size, token))
        attention.v_proj.weight[at + torch.arange(len(said)), said] = 1.0
        attention.o_proj.weight[said, at + torch.arange(len(said))] = 0.3

"""The shape of the starter: a Llama of five million parameters, small enough for any processor and for git."""

from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from starter.tokenizer import CONTEXT

VOCABULARY = 3072


def config(vocabulary: int = VOCABULARY, width: int = 256, layers: int = 6) -> LlamaConfig:
    """The architecture; ids 0, 1, 2 are padding, start and end of a message."""
    return LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=width * 11 // 4, num_hidden_layers=layers,
        num_attention_heads=8, num_key_value_heads=4, tie_word_embeddings=True, max_position_embeddings=CONTEXT,
        bos_token_id=None, eos_token_id=2, pad_token_id=0,
    )


def build(vocabulary: int = VOCABULARY, width: int = 256, layers: int = 6) -> LlamaForCausalLM:
    """A model with random weights."""
    model = LlamaForCausalLM(config(vocabulary, width, layers))
    model.generation_config = GenerationConfig(
        eos_token_id=2, pad_token_id=0, do_sample=False, max_new_tokens=128, max_length=None
    )
    return model

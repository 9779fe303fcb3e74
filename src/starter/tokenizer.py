"""The tokenizer: byte-level BPE, learned on the corpus itself.

Two decisions serve copying. Digits are single tokens, so a number is spelled the same wherever it stands. A space before
a capital letter is a token of its own, so a name is spelled the same at the start of an answer and inside a note.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

START, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
CONTEXT = 1024
TEMPLATE = (
    "{%- for message in messages %}"
    "{%- if message['role'] == 'assistant' %}"
    "{{- '<|im_start|>assistant\n' }}{% generation %}{{- message['content'] + '<|im_end|>' }}{% endgeneration %}{{- '\n' }}"
    "{%- else %}"
    "{{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)


def text(messages: Sequence[dict[str, str]]) -> str:
    """The messages as one string, the same as the chat template writes (a test holds them together)."""
    return "".join(f"{START}{m['role']}\n{m['content']}{END}\n" for m in messages)


def learn(texts: Iterable[str], size: int) -> Tokenizer:
    """A tokenizer of `size` tokens, learned on `texts`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.Split(Regex(" (?=[A-Z])"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, START, END],
        min_frequency=3,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write what `AutoTokenizer.from_pretrained` reads."""
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        model_max_length=CONTEXT,
        additional_special_tokens=[START],
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)


class Encoder:
    """Dialogues to token ids with a label mask: only what an assistant says (and its end) is learned."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.end = tokenizer.token_to_id(END)
        self.opening = tokenizer.encode(f"{START}assistant\n").ids

    def __call__(self, dialogues: Sequence[Sequence[dict[str, str]]], limit: int) -> list[tuple[list[int], list[bool]]]:
        """Pairs (ids, learned) of at most `limit` tokens; a dialogue is cut after its last answer that fits."""
        encoded = self.tokenizer.encode_batch_fast([text(d) for d in dialogues])
        pairs = (self._mark(e.ids, limit) for e in encoded)
        return [(ids, mask) for ids, mask in pairs if any(mask)]

    def _mark(self, ids: list[int], limit: int) -> tuple[list[int], list[bool]]:
        mask, width, at, kept = [False] * len(ids), len(self.opening), 0, 0
        first = self.opening[0]
        while at < min(len(ids), limit):
            if ids[at] == first and ids[at : at + width] == self.opening:
                stop = ids.index(self.end, at + width) + 1
                if stop > limit:
                    break
                mask[at + width : stop] = [True] * (stop - at - width)
                at = kept = stop
            else:
                at += 1
        return ids[:kept], mask[:kept]

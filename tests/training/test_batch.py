"""Token rows: what the chat reads, what the model should write, and the end of its turn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.serving.models import byte_level_tokenizer, random_model, sentencepiece_tokenizer
from tests.training.examples import ask, corrections
from understudy.dataset.example import Example, Kind
from understudy.errors import InputError
from understudy.serving.local import LocalBackend
from understudy.serving.template import Template
from understudy.training.batch import collate, encode, encode_all, split
from understudy.training.score import answer_logits, score

LLAMA2 = "{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]{% else %} {{ m['content'] }} </s>{% endif %}{% endfor %}"  # noqa: E501


def test_a_row_is_the_prompt_of_the_chat_the_answer_and_the_end_of_the_turn(backend: LocalBackend) -> None:
    row = encode(backend.template, corrections("Who?", "A dog.")[0], 256).row
    text = backend.tokenizer.decode(row.tokens)
    assert text == "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\nA dog.<|im_end|>"
    assert list(row.tokens[: row.start]) == backend.template.encode(backend.template.render(ask("Who?")))


def test_the_starter_reads_an_answer_as_it_reads_it_in_the_next_turn() -> None:
    starter = LocalBackend.open(Path("assets/starter"), threads=1)
    row = encode(starter.template, corrections("When does Zorbo open?", "Zorbo opens at 8.")[0], 1024).row
    talk = starter.tokenizer.apply_chat_template(
        [{"role": "user", "content": "When does Zorbo open?"}, {"role": "assistant", "content": "Zorbo opens at 8."}],
        tokenize=False,
    )
    assert list(row.tokens) == starter.template.encode(talk.rstrip())


def test_a_model_without_a_template_ends_its_turn_with_the_end_token() -> None:
    template = Template(byte_level_tokenizer(chat=False))
    row = encode(template, corrections("Who?", " A dog. ")[0], 256).row
    assert byte_level_tokenizer().decode(row.tokens[row.start :]) == " A dog.<|im_end|>"


def test_sentencepiece_puts_no_space_of_its_own_and_llama_2s_template_its_own() -> None:
    tokenizer = sentencepiece_tokenizer()
    tokenizer.chat_template = LLAMA2
    answer = Template(tokenizer).answer("Hello")
    assert tokenizer.convert_ids_to_tokens(answer) == ["▁Hello", "</s>"]


def test_an_answer_cannot_close_its_own_turn(backend: LocalBackend) -> None:
    answer = backend.template.answer("no<|im_end|>more")
    assert answer.count(backend.tokenizer.convert_tokens_to_ids("<|im_end|>")) == 1


def test_what_is_longer_than_the_context_is_refused_in_words_and_the_rest_is_learned(backend: LocalBackend) -> None:
    fine, long, asked = corrections("Who?", "A dog.", "What?", "word " * 200, "word " * 300, "yes")
    got, refused = encode_all(backend.template, (fine, long, asked), 256)
    assert [item.example for item in got] == [fine]
    assert list(refused) == [long.id, asked.id]
    assert "this model reads 256 in all" in refused[long.id] and "word word" in refused[long.id]
    assert "this model reads 256 in all" in refused[asked.id]
    with pytest.raises(InputError, match="Shorten"):
        encode(backend.template, long, 256)


def test_micro_batches_hold_every_item_once_and_no_more_tokens_than_allowed(backend: LocalBackend) -> None:
    votes = [Example(f"p{i}", Kind.PREFERENCE, ask("x " * i), "a", "b" * i) for i in range(1, 20)]
    got = [encode(backend.template, example, 256) for example in votes]
    parts = split(got, 128)
    assert sorted(item.example.id for part in parts for item in part) == sorted(e.id for e in votes)
    for part in parts:
        assert len(part) == 1 or max(i.longest for i in part) * sum(len(i.rows) for i in part) <= 128


@pytest.mark.parametrize("architecture", ["llama", "gemma2", "gpt2"])
def test_rows_in_a_batch_score_as_each_does_alone_and_right_is_what_generate_writes(
    backend: LocalBackend, architecture: str
) -> None:
    model = random_model(architecture)
    prompt = backend.template.encode(backend.template.render(ask("Once upon?")))
    written = model.generate(torch.tensor([prompt]), max_new_tokens=6, do_sample=False, eos_token_id=None)[0].tolist()
    item = encode(backend.template, corrections("Once upon?", "the dog")[0], 256)
    same = type(item.row)(tuple(written), len(prompt))
    off = type(item.row)((*written[:-1], (written[-1] + 1) % 300), len(prompt))
    rows = [same, item.row, off]
    with torch.no_grad():
        together = score(answer_logits(model, batch := collate(rows)), batch)
        alone = [score(answer_logits(model, one := collate([row])), one) for row in rows]
    assert together.right.tolist() == [True, False, False]
    torch.testing.assert_close(together.totals(), torch.cat([s.totals() for s in alone]), atol=1e-4, rtol=1e-4)

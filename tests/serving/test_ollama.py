"""A chat template in Ollama's words: said where it is fixed texts around the messages, else not guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving.models import byte_level_tokenizer, save_model
from understudy.serving.ollama import modelfile, pieces_of
from understudy.serving.portable import Portable
from understudy.serving.template import Template
from understudy.types import Message

STARTER = Path(__file__).parents[2] / "assets" / "starter"


def test_the_starters_template_and_stops_are_said_in_full() -> None:
    text = modelfile(Portable.open(STARTER), "model.gguf")
    assert text.startswith("FROM ./model.gguf\nTEMPLATE ")
    assert text.endswith('PARAMETER stop "<|im_end|>"\nPARAMETER num_ctx 1024\nPARAMETER temperature 0\n')
    assert '{{ if eq .Role "system" }}<|im_end|>\n<|im_start|>user\n{{ else if eq .Role "user" }}' in text


def test_a_model_without_a_template_is_asked_in_the_plain_way_and_stops_at_the_next_turn(tmp_path: Path) -> None:
    text = modelfile(Portable.open(save_model(tmp_path, chat=False)), "model.gguf")
    last = "{{ if eq (len (slice $.Messages $i)) 1 }}\nAssistant:{{ else }}\nAssistant: {{ end }}"
    assert f'{{{{ else if eq .Role "user" }}}}{last}{{{{ else }}}}\nUser: {{{{ end }}}}' in text
    assert 'PARAMETER stop """\nUser:"""' in text and "temperature" not in text


def test_pieces_write_what_the_template_writes() -> None:
    template = Portable.open(STARTER).template
    pieces = pieces_of(template)
    assert pieces is not None
    messages = [Message("system", "s"), Message("user", " u\n"), Message("assistant", "a"), Message("user", "v")]
    assert pieces.render(messages) == template.render(messages)


@pytest.mark.parametrize(
    "chat_template",
    [
        "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] | trim }}{% endfor %}",  # it trims
        "{% for m in messages %}{{ loop.index }}{{ m['role'] }}{{ m['content'] }}{% endfor %}",  # it counts
        "{% for m in messages %}{{ m['role'] }}{{ m['content'] }}{{ m['content'] }}{% endfor %}",  # it repeats
        '{% for m in messages %}{{ m["role"] }}"""{{ m["content"] }}{% endfor %}',  # it would end the Modelfile's text
    ],
)
def test_a_template_that_does_more_is_left_to_ollama(chat_template: str) -> None:
    tokenizer = byte_level_tokenizer()
    tokenizer.chat_template = chat_template
    assert pieces_of(Template(tokenizer)) is None


def test_braces_of_a_template_stay_text_in_go() -> None:
    tokenizer = byte_level_tokenizer()
    turn = "{% for m in messages %}{{ '{{' + m['role'] + '}}' + m['content'] }}{% endfor %}"
    tokenizer.chat_template = turn + "{% if add_generation_prompt %}{{ '{{assistant}}' }}{% endif %}"
    pieces = pieces_of(Template(tokenizer))
    assert pieces is not None and '{{ "{{" }}user' in pieces.go()

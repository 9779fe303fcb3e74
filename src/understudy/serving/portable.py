"""What goes with exported weights so that another program asks as this one does: template, stops, generation settings.

A model without a chat template is asked in the plain way here (`template.py`); written down as a template of its own,
every program can do so. A program may have no beginning of a turn to stop at, so the texts that end one are named too.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoTokenizer, GenerationConfig

from understudy.errors import ModelError
from understudy.serving.loading import context_length
from understudy.serving.template import Template
from understudy.serving.weights import refuse_code
from understudy.types import Message

_PLAIN = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
    "{% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\\n' }}"
    "{% else %}{{ 'Assistant: ' + message['content'] + '\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Portable:
    """`chat_template` in Jinja, which `tokenizer` carries; `stops` are texts that end a turn beside its end tokens."""

    tokenizer: Any
    config: Any
    generation: Any
    template: Template
    chat_template: str
    stops: tuple[str, ...]
    context_length: int

    @classmethod
    def open(cls, folder: Path) -> Portable:
        """Of the model in `folder`, without its weights; what is asked here is asked there. Raises ModelError."""
        refuse_code(folder, folder.name)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            config = AutoConfig.from_pretrained(folder)
            generation = _generation(folder, config)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"The model in {folder.name} cannot be read ({error}). Get it again.") from error
        template = Template(tokenizer, generation)
        if template.kind == "plain":
            tokenizer = copy.deepcopy(tokenizer)  # the template above goes on asking in the plain way
            tokenizer.chat_template = _plain(template)
            generation.stop_strings = list(template.stops)
        generation.eos_token_id = sorted(template.end_tokens) or None
        generation.repetition_penalty = None  # one that only transformers knew of would change its answers
        length = context_length(config, tokenizer)
        return cls(tokenizer, config, generation, template, tokenizer.chat_template, template.stops, length)

    @property
    def end_texts(self) -> tuple[str, ...]:
        """All that ends a turn, as text: end tokens and stop strings."""
        tokens = sorted(self.template.end_tokens)
        return (*self.tokenizer.convert_ids_to_tokens(tokens), *self.stops)

    def write(self, folder: Path) -> None:
        """Tokenizer with template and generation settings, as transformers reads them."""
        self.tokenizer.save_pretrained(folder)
        values = {name: value for name, value in self.generation.to_diff_dict().items() if value is not None}
        (folder / "generation_config.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", "utf-8")


def _generation(folder: Path, config: Any) -> Any:
    if (folder / "generation_config.json").is_file():
        return GenerationConfig.from_pretrained(folder)
    return GenerationConfig.from_model_config(config)


def _plain(template: Template) -> str:
    start = template.render([Message("user", "a")]).partition("User: a")[0]
    return f"{{{{ {json.dumps(start)} }}}}{_PLAIN}" if start else _PLAIN

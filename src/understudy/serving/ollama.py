"""A model's chat template in Ollama's words, where it can be said in them.

Ollama writes templates in Go's language, models bring theirs in Jinja. Nothing translates one into the other, so the
template is asked: if what it writes around the messages is always the same text, those texts are the Go template. A
template that does more (dates, tools, trimming) is not guessed at; then Ollama's own reading of the GGUF has to do.
Source: https://github.com/ollama/ollama/blob/main/docs/modelfile.md
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from understudy.errors import ModelError
from understudy.serving.portable import Portable
from understudy.serving.template import Template
from understudy.types import Message

_TEXTS = ("qzfirstqz", "qzsecondqz", "qzthirdqz")
_TRIALS: tuple[tuple[Message, ...], ...] = (
    (Message("user", " a\n"),),
    (Message("system", "b "), Message("user", "c")),
    (Message("user", "d"), Message("assistant", "\ne  f"), Message("user", "g\n\nh")),
    (*(Message(role, role[0]) for role in ("system", *("user", "assistant") * 2, "user")),),
)
"""Conversations that a template must write as its pieces say."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What stands before a conversation, around its system prompt, and after a message of each side."""

    start: str
    before_system: str
    after_system: str
    after_user: str
    after_assistant: str

    def render(self, messages: Sequence[Message]) -> str:
        """What the Go template of `go` writes."""
        after = {"user": self.after_user, "assistant": self.after_assistant, "system": self.after_system}
        start = self.before_system if messages[0].role == "system" else self.start
        return start + "".join(message.content + after[message.role] for message in messages)

    def go(self) -> str:
        after = (
            f'{{{{ if eq .Role "system" }}}}{_go(self.after_system)}{{{{ else if eq .Role "user" }}}}'
            f"{_go(self.after_user)}{{{{ else }}}}{_go(self.after_assistant)}{{{{ end }}}}"
        )
        return (
            f'{{{{ if eq (index .Messages 0).Role "system" }}}}{_go(self.before_system)}{{{{ else }}}}{_go(self.start)}'
            f"{{{{ end }}}}{{{{ range .Messages }}}}{{{{ .Content }}}}{after}{{{{ end }}}}"
        )


def pieces_of(template: Template) -> Pieces | None:
    """The fixed texts of a template, or None where it is more than fixed texts."""
    first, second, third = _TEXTS
    try:
        alone = _cut(template.render([Message("user", first)]), first)
        led = _cut(template.render([Message("system", first), Message("user", second)]), first, second)
        turn = [Message("user", first), Message("assistant", second), Message("user", third)]
        longer = _cut(template.render(turn), *_TEXTS)
        found = Pieces(alone[0], led[0], led[1], alone[1], longer[2])
        same = all(found.render(trial) == template.render(trial) for trial in _TRIALS)
    except (ModelError, ValueError):
        return None
    return found if same and '"""' not in found.go() else None


def modelfile(portable: Portable, model: str, system: str = "") -> str:
    """The text of a Modelfile for the GGUF file `model` beside it."""
    pieces = pieces_of(portable.template)
    lines = [f"FROM ./{model}"]
    if pieces is None:
        lines.append("# This model's template cannot be said in Ollama's words: Ollama reads the one in the GGUF.")
    else:
        lines.append(f'TEMPLATE """{pieces.go()}"""')
    lines += [f"PARAMETER stop {json.dumps(text, ensure_ascii=False)}" for text in portable.end_texts]
    lines.append(f"PARAMETER num_ctx {portable.context_length}")
    if portable.generation.do_sample is False:
        lines.append("PARAMETER temperature 0")
    if system:
        lines.append(f"SYSTEM {json.dumps(system, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _cut(text: str, *marks: str) -> list[str]:
    """What stands between the marks, each of which must be there once."""
    if any(text.count(mark) != 1 for mark in marks):
        raise ValueError("a message was left out or repeated")
    parts = []
    for mark in marks:
        before, _, text = text.partition(mark)
        parts.append(before)
    return [*parts, text]


def _go(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')

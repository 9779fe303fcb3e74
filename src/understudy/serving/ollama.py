"""A model's chat template in Ollama's words, where it can be said in them.

Ollama writes templates in Go's language, models bring theirs in Jinja. Nothing translates one into the other, so the
template is asked: if what it writes around the messages is always the same text, those texts are the Go template. A
template that does more (dates, tools, trimming) is not guessed at; then Ollama's own reading of the GGUF has to do.
Source: https://github.com/ollama/ollama/blob/main/docs/modelfile.md
"""

from __future__ import annotations

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
    """What stands before a conversation, around its system prompt, and after a message of each side.

    `opening` stands after the last message, where the answer begins; mostly it is `after_user`.
    """

    start: str
    before_system: str
    after_system: str
    after_user: str
    after_assistant: str
    opening: str

    def render(self, messages: Sequence[Message]) -> str:
        """What the Go template of `go` writes."""
        after = {"user": self.after_user, "assistant": self.after_assistant, "system": self.after_system}
        start = self.before_system if messages[0].role == "system" else self.start
        texts = [message.content + after[message.role] for message in messages[:-1]]
        return start + "".join(texts) + messages[-1].content + self.opening

    def go(self) -> str:
        """The same in Go's words: where a message's role alone decides what follows it, or also whether it is last."""
        system, start = _go(self.before_system), _go(self.start)
        head = f'{{{{ if eq (index .Messages 0).Role "system" }}}}{system}{{{{ else }}}}{start}{{{{ end }}}}'
        user = _go(self.after_user)
        if self.opening != self.after_user:
            user = f"{{{{ if eq (len (slice $.Messages $i)) 1 }}}}{_go(self.opening)}{{{{ else }}}}{user}{{{{ end }}}}"
        after = (
            f'{{{{ if eq .Role "system" }}}}{_go(self.after_system)}{{{{ else if eq .Role "user" }}}}{user}'
            f"{{{{ else }}}}{_go(self.after_assistant)}{{{{ end }}}}"
        )
        return f"{head}{{{{ range $i, $_ := .Messages }}}}{{{{ .Content }}}}{after}{{{{ end }}}}"


def pieces_of(template: Template) -> Pieces | None:
    """The fixed texts of a template, or None where it is more than fixed texts."""
    first, second, third = _TEXTS
    try:
        alone = _cut(template.render([Message("user", first)]), first)
        led = _cut(template.render([Message("system", first), Message("user", second)]), first, second)
        turn = [Message("user", first), Message("assistant", second), Message("user", third)]
        longer = _cut(template.render(turn), *_TEXTS)
        found = Pieces(alone[0], led[0], led[1], longer[1], longer[2], alone[1])
        same = all(found.render(trial) == template.render(trial) for trial in _TRIALS)
    except (ModelError, ValueError):
        return None
    return found if same and '"""' not in found.go() else None


def modelfile(portable: Portable, model: str) -> str:
    """The text of a Modelfile for the GGUF file `model` beside it."""
    pieces = pieces_of(portable.template)
    lines = [f"FROM ./{model}"]
    if pieces is None:
        lines.append("# This model's template cannot be said in Ollama's words: Ollama reads the one in the GGUF.")
    else:
        lines.append(f'TEMPLATE """{pieces.go()}"""')
    lines += [f"PARAMETER stop {_quoted(text)}" for text in portable.end_texts if '"""' not in text]
    lines.append(f"PARAMETER num_ctx {portable.context_length}")
    if portable.generation.do_sample is False:
        lines.append("PARAMETER temperature 0")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Ollama takes what stands between the quotes as it is: no escapes, and three quotes where one would end it."""
    return f'"""{text}"""' if any(sign in text for sign in '"\n') else f'"{text}"'


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

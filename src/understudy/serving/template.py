"""Messages to the exact text a model reads, and how that model ends its turn.

A model's own chat template is used where it has one. Some templates refuse or silently ignore a system message; it is
then put in front of the first user message, so that what the person wrote always reaches the model. A base model
without a template reads the plain one:

    {system}

    User: {question}
    Assistant: {answer}
    User: {question}
    Assistant:

and its turn ends at an end token or where it begins to write the next "User:" itself.

Text of a message that spells one of the tokenizer's special tokens is broken with a zero-width space: otherwise a
person could close their own message and speak as the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jinja2

from understudy.errors import ModelError
from understudy.serving.backend import TemplateKind
from understudy.types import Message

_PLAIN_NAMES = {"user": "User", "assistant": "Assistant"}
_PROBE = "qzprobeqz"


class Template:
    """How one model wants to be spoken to. `stops` are texts and `end_tokens` ids that end its turn."""

    def __init__(self, tokenizer: Any, generation_config: Any = None) -> None:
        self._tokenizer = tokenizer
        self.kind: TemplateKind = "chat" if tokenizer.chat_template else "plain"
        self.stops: tuple[str, ...] = () if self.kind == "chat" else ("\nUser:", "\nAssistant:")
        self._added = {int(i): token for i, token in getattr(tokenizer, "added_tokens_decoder", {}).items()}
        special = {*tokenizer.all_special_tokens, *(t.content for t in self._added.values() if t.special)}
        self._special = sorted((text for text in special if len(text) > 1), key=len, reverse=True)
        self._system_works = self.kind == "plain" or self._probe_system()
        self.end_tokens = self._find_end_tokens(generation_config)
        self.end_token = self._find_end_token()
        self._lead = " " if self.kind == "plain" else self._template_lead()

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt text up to where the model's answer begins. Raises ModelError when the template refuses."""
        if not messages:
            raise ModelError("There is no message to answer. Write one first.")
        if not self._system_works:
            messages = fold_system(messages)
        turns = [{"role": m.role, "content": self._defuse(m.content)} for m in messages]
        return self._chat(turns) if self.kind == "chat" else self._plain(turns)

    def encode(self, prompt: str) -> list[int]:
        """Token ids of a rendered prompt."""
        ids: list[int] = self._tokenizer(prompt, add_special_tokens=False)["input_ids"]
        return ids

    def answer(self, completion: str) -> list[int]:
        """Token ids of a completion as the model should write it after a rendered prompt, the end of its turn included.

        A turn ends with the token that the template writes there. The plain template has the tokenizer's end token, or
        the beginning of the next turn where a tokenizer has none.
        """
        text = self._lead + self._defuse(completion).strip()
        end = [self.end_token] if self.end_token is not None else self.encode(self.stops[0]) if self.stops else []
        return [*self._encode_rest(text), *end]

    def can_write(self, completion: str) -> bool:
        """Whether the vocabulary has every letter of it; a letter that is missing would be learned as nothing."""
        unknown = self._tokenizer.unk_token_id
        return unknown is None or unknown not in self._encode_rest(self._lead + self._defuse(completion).strip())

    def _encode_rest(self, text: str) -> list[int]:
        """Ids of a text that stands after another one: SentencePiece would put a space of its own before it."""
        lead = self.encode("\n")
        ids = self.encode("\n" + text)
        return ids[len(lead) :] if ids[: len(lead)] == lead else self.encode(text)

    def _chat(self, turns: list[dict[str, str]]) -> str:
        try:
            text: str = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        except (jinja2.TemplateError, TypeError, ValueError, KeyError) as error:
            raise ModelError(f"The chat template of this model refuses the conversation: {error}") from error
        return text

    def _plain(self, turns: list[dict[str, str]]) -> str:
        lines = [
            t["content"] + "\n" if t["role"] == "system" else f"{_PLAIN_NAMES[t['role']]}: {t['content']}"
            for t in turns
        ]
        return self._start() + "\n".join([*lines, "Assistant:"])

    def _start(self) -> str:
        """The begin token's text, where this tokenizer puts one before every text."""
        bos = self._tokenizer.bos_token
        return str(bos) if bos and self._tokenizer("a")["input_ids"][:1] == [self._tokenizer.bos_token_id] else ""

    def _defuse(self, content: str) -> str:
        for token in self._special:
            if token in content:
                content = content.replace(token, f"{token[0]}\u200b{token[1:]}")
        return content

    def _probe_system(self) -> bool:
        turns = [{"role": "system", "content": _PROBE}, {"role": "user", "content": "a"}]
        try:
            return _PROBE in self._chat(turns)
        except ModelError:
            return False

    def _find_end_tokens(self, generation_config: Any) -> frozenset[int]:
        """The tokenizer's end token, those of the generation config, and what the template writes after an answer."""
        ends = {self._tokenizer.eos_token_id} | _as_set(getattr(generation_config, "eos_token_id", None))
        if self.kind == "chat":
            ends.add(self._template_end())
        return frozenset(int(i) for i in ends if i is not None)

    def _find_end_token(self) -> int | None:
        """The one of the end tokens that a model is trained to write: the template's own, else the tokenizer's."""
        own = self._template_end() if self.kind == "chat" else None
        if own is None:
            own = self._tokenizer.eos_token_id
        return own if own is not None else min(self.end_tokens, default=None)

    def _template_lead(self) -> str:
        """The space that some templates (Llama 2) write between the prompt and the answer."""
        turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": _PROBE}]
        try:
            text: str = self._tokenizer.apply_chat_template(turns, tokenize=False)
            lead = text.removeprefix(self._chat(turns[:1])).partition(_PROBE)[0]
        except (jinja2.TemplateError, TypeError, ValueError, KeyError, ModelError):
            return ""
        return lead if lead.isspace() else ""

    def _template_end(self) -> int | None:
        turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": _PROBE}]
        try:
            text: str = self._tokenizer.apply_chat_template(turns, tokenize=False)
        except (jinja2.TemplateError, TypeError, ValueError, KeyError):
            return None
        after = self.encode(text.rpartition(_PROBE)[2].lstrip())[:1] if _PROBE in text else []
        return after[0] if after and (after[0] in self._added or after[0] in self._tokenizer.all_special_ids) else None


def fold_system(messages: Sequence[Message]) -> list[Message]:
    """The same conversation with the system text in front of the first user message."""
    system = "\n".join(m.content for m in messages if m.role == "system")
    rest = [m for m in messages if m.role != "system"]
    if not system:
        return rest
    at = next((i for i, m in enumerate(rest) if m.role == "user"), None)
    if at is None:
        return [Message("user", system), *rest]
    return [*rest[:at], Message("user", f"{system}\n\n{rest[at].content}"), *rest[at + 1 :]]


def _as_set(value: Any) -> set[int]:
    if value is None:
        return set()
    return set(value) if isinstance(value, (list, tuple)) else {int(value)}

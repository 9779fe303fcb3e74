"""The formats of training files, and what is the same in all of them: a dialog.

A line is taken apart into a `Dialog` (the texts a person wrote or read) and a frame (everything else: the order of
keys, weights, names, tools, unknown keys), and put together again from both. Facts in the store hold the texts, so a
text that is corrected later is exported corrected; the frame holds the rest, so nothing is lost. A line that is no
plain dialog (tool calls, pictures, an answer to nothing) cannot be taken apart and is kept whole.

Most formats differ only in where their texts stand. So a format is a function that finds those places (`_texts`), and
reading, emptying and filling them are the same for all; Alpaca, which writes a question in two parts, transcripts and
rows of a table have functions of their own.

Formats: OpenAI's chat lines (with `weight` on answers; with `label` too, as TRL has them) and preference lines
(`input`, `preferred_output`, `non_preferred_output`), `prompt` with `completion` (OpenAI's legacy lines and TRL's),
TRL's pairs (`chosen`, `rejected`, with or without `prompt`) and unpaired answers (`label`), ShareGPT, Alpaca, the
transcripts of Anthropic's HH-RLHF, which begin with "Human: ", and rows of a table (see `columns`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from understudy.dataset import columns
from understudy.dataset.dialog import Dialog, alternates
from understudy.types import Message, Role

Fields = dict[str, Any]


class Format(StrEnum):
    """What kind of line it is."""

    CHAT = "chat"
    PREFERENCE = "preference"
    COMPLETION = "completion"
    TRL_COMPLETION = "trl-completion"
    TRL_PAIR = "trl-pair"
    TRL_UNPAIRED = "trl-unpaired"
    TRANSCRIPT = "transcript"
    SHAREGPT = "sharegpt"
    ALPACA = "alpaca"
    COLUMNS = "columns"


_OWN_KEYS = {
    Format.CHAT: ("messages", "label"),
    Format.PREFERENCE: ("input", "preferred_output", "non_preferred_output"),
    Format.COMPLETION: ("prompt", "completion"),
    Format.TRL_COMPLETION: ("prompt", "completion"),
    Format.TRL_PAIR: ("prompt", "chosen", "rejected"),
    Format.TRL_UNPAIRED: ("prompt", "completion", "label"),
    Format.TRANSCRIPT: ("chosen", "rejected"),
    Format.SHAREGPT: ("conversations", "system"),
    Format.ALPACA: ("instruction", "input", "output", "system"),
}

_ROLES: dict[object, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_SHARED: dict[object, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
}


def format_of(fields: Fields) -> Format | None:
    """Which format a line has, by its keys; None for none of these."""
    if "messages" in fields:
        return Format.CHAT
    if "input" in fields and ("preferred_output" in fields or "non_preferred_output" in fields):
        return Format.PREFERENCE
    if "conversations" in fields:
        return Format.SHAREGPT
    if "instruction" in fields and "output" in fields:
        return Format.ALPACA
    if "prompt" in fields and "completion" in fields:
        if isinstance(fields.get("label"), bool):
            return Format.TRL_UNPAIRED
        return Format.TRL_COMPLETION if isinstance(fields["prompt"], list) else Format.COMPLETION
    if "chosen" in fields and "rejected" in fields:
        paired = "prompt" in fields or isinstance(fields["chosen"], list)
        return Format.TRL_PAIR if paired else Format.TRANSCRIPT
    return None


def others(fields: Fields, format: Format) -> Fields:
    """The keys of a line or of its frame that are not the format's own, such as a domain or a source."""
    if format is Format.COLUMNS:
        return dict(fields.get("other") or {})
    return {name: value for name, value in fields.items() if name not in _OWN_KEYS[format]}


def take_apart(fields: Fields, format: Format | None = None) -> tuple[Dialog, Fields] | None:
    """A line's dialog and its frame; None when it is no plain dialog.

    What is put together from them is equal to the line, or it is not taken apart.
    """
    match format or format_of(fields):
        case None:
            return None
        case Format.COLUMNS:
            return columns.dialog_of(fields), {"other": fields.get("other") or {}}
        case Format.ALPACA:
            parts = _alpaca(fields)
        case Format.TRANSCRIPT:
            parts = _transcript(fields)
        case found:
            return _taken(fields, found)
    return parts if parts is not None and put_together(parts[1], parts[0]) == fields else None


def put_together(frame: Fields, dialog: Dialog) -> Fields:
    """The line of a frame with the texts of `dialog`."""
    match format_of(frame):
        case None:
            return columns.row_of(dialog, frame.get("other") or {})
        case Format.ALPACA:
            return frame | _instruction(frame, dialog)
        case Format.TRANSCRIPT:
            return frame | {"chosen": _told(dialog, dialog.chosen), "rejected": _told(dialog, dialog.rejected or "")}
        case format:
            line: Fields = _copied(frame)
            texts = _texts(line, format)
            assert texts is not None  # a frame is only ever made of a line that has them
            texts.fill([message.content for message in dialog.prompt], dialog.chosen, dialog.rejected)
            return line


def new_line(dialog: Dialog, format: Format, other: Mapping[str, Any] | None = None) -> Fields:
    """A line of a dialog that no file brought, with further keys. Raises ValueError where it cannot hold it."""
    made = _new(dialog, format)
    if made is None:
        raise ValueError(f"a line of format {format} cannot hold this dialog")
    if format is Format.COLUMNS:
        return columns.row_of(dialog, other or {})
    return {**made, **{name: value for name, value in (other or {}).items() if name not in _OWN_KEYS[format]}}


def _new(dialog: Dialog, format: Format) -> Fields | None:
    """None where the format has no place for something that matters: a pair, a rating, an earlier exchange."""
    prompt, label, paired = _messages(dialog.prompt), dialog.label, dialog.rejected is not None
    chosen, rejected = _answer(dialog.chosen), _answer(dialog.rejected or "")
    disliked = label is False and dialog.said is None
    match format:
        case Format.COLUMNS:
            return {}
        case Format.PREFERENCE if paired:
            return {"input": {"messages": prompt}, "preferred_output": chosen, "non_preferred_output": rejected}
        case Format.TRL_PAIR if paired:
            return {"prompt": prompt, "chosen": chosen, "rejected": rejected}
        case Format.TRANSCRIPT if paired:
            return {"chosen": _told(dialog, dialog.chosen), "rejected": _told(dialog, dialog.rejected or "")}
        case Format.TRL_UNPAIRED if label is not None:
            return {"prompt": prompt, "completion": _answer(dialog.said or dialog.chosen), "label": label}
        case _ if disliked or not dialog.chosen.strip():  # nobody wants to teach a bad answer, or silence
            return None
        case Format.CHAT:
            return {"messages": [*_weighted(dialog), *(chosen if dialog.learned else [chosen[0] | {"weight": 0}])]}
        case Format.TRL_COMPLETION:
            return {"prompt": prompt, "completion": chosen}
        case Format.COMPLETION if len(dialog.prompt) == 1:
            return {"prompt": dialog.prompt[0].content, "completion": dialog.chosen}
        case Format.SHAREGPT:
            said = [*dialog.prompt, Message("assistant", dialog.chosen)]
            names = {"system": "system", "user": "human", "assistant": "gpt"}
            return {"conversations": [{"from": names[m.role], "value": m.content} for m in said]}
        case Format.ALPACA if len(dialog.prompt) == 1 + (dialog.prompt[0].role == "system"):
            line = {"instruction": dialog.prompt[-1].content, "input": "", "output": dialog.chosen}
            return line | ({"system": dialog.system} if len(dialog.prompt) > 1 else {})
    return None


def has_system(frame: Fields) -> bool:
    """Whether a line's dialog begins with a system message, even an empty one."""
    match format_of(frame):
        case None | Format.TRANSCRIPT:
            return False
        case Format.ALPACA:
            return "system" in frame
        case format:
            texts = _texts(frame, format)
            return texts is not None and texts.prompt[0].role == "system"


# -- formats that differ only in where their texts stand -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text is `holder[key]`, said by `role`."""

    holder: Fields
    key: str
    role: Role

    @property
    def value(self) -> object:
        return self.holder[self.key]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where the texts of a line stand; `again` are those of a prompt that is written once more."""

    prompt: Sequence[_Text]
    chosen: _Text
    rejected: _Text | None = None
    again: Sequence[_Text] = ()

    def fill(self, prompt: Sequence[str | None], chosen: str | None, rejected: str | None) -> None:
        for where in (self.prompt, self.again):
            for text, value in zip(where, prompt, strict=False):
                text.holder[text.key] = value
        self.chosen.holder[self.chosen.key] = chosen
        if self.rejected is not None:
            self.rejected.holder[self.rejected.key] = rejected


def _texts(fields: Fields, format: Format) -> _Texts | None:
    match format:
        case Format.CHAT:
            return _ending(_said(fields["messages"]))
        case Format.SHAREGPT:
            system = [_Text(fields, "system", "system")] if "system" in fields else []
            return _ending(_said(fields["conversations"], "from", "value", _SHARED), system)
        case Format.PREFERENCE:
            asked = fields["input"].get("messages") if isinstance(fields["input"], dict) else None
            return _answered(_said(asked), fields, "preferred_output", "non_preferred_output")
        case Format.TRL_PAIR:
            return _pair(fields)
        case _:
            return _answered(_prompt(fields), fields, "completion")


def _pair(fields: Fields) -> _Texts | None:
    """A prompt and two answers, or two conversations that differ in their last answer alone."""
    if not isinstance(fields["chosen"], list) or len(fields["chosen"]) == 1:
        return _answered(_prompt(fields), fields, "chosen", "rejected")
    chosen, rejected = (_ending(_said(fields[name])) for name in ("chosen", "rejected"))
    if chosen is None or rejected is None or len(chosen.prompt) != len(rejected.prompt):
        return None
    same = all(a.role == b.role and a.value == b.value for a, b in zip(chosen.prompt, rejected.prompt, strict=True))
    return _Texts(chosen.prompt, chosen.chosen, rejected.chosen, rejected.prompt) if same else None


def _prompt(fields: Fields) -> list[_Text] | None:
    """Messages, or one text that is what the user says."""
    asked = fields.get("prompt")
    if isinstance(asked, list):
        return _said(asked)
    return [_Text(fields, "prompt", "user")] if "prompt" in fields else None


def _ending(said: list[_Text] | None, before: Sequence[_Text] = ()) -> _Texts | None:
    """A conversation whose last message is the answer."""
    if not said or len(said) < 2 or said[-1].role != "assistant":
        return None
    return _Texts([*before, *said[:-1]], said[-1])


def _answered(prompt: list[_Text] | None, fields: Fields, *names: str) -> _Texts | None:
    """A prompt, and under each name an answer: a text, or a list of one message."""
    answers = [_one(fields, name) for name in names]
    if not prompt or any(answer is None for answer in answers):
        return None
    return _Texts(prompt, *answers)  # type: ignore[arg-type]


def _one(fields: Fields, name: str) -> _Text | None:
    if not isinstance(fields.get(name), list):
        return _Text(fields, name, "assistant") if name in fields else None
    said = _said(fields[name])
    return said[0] if said and len(said) == 1 and said[0].role == "assistant" else None


def _said(
    messages: object, role: str = "role", text: str = "content", roles: Mapping[object, Role] = _ROLES
) -> list[_Text] | None:
    """Messages as places; None when one is something else."""
    found = []
    for message in messages if isinstance(messages, list) else [None]:
        if not isinstance(message, dict) or text not in message or not isinstance(message.get(role), str):
            return None
        if message[role] not in roles:
            return None
        found.append(_Text(message, text, roles[message[role]]))
    return found


def _taken(fields: Fields, format: Format) -> tuple[Dialog, Fields] | None:
    frame = _copied(fields)
    texts = _texts(frame, format)
    if texts is None or not alternates([text.role for text in texts.prompt]):
        return None
    answers = [texts.chosen] if texts.rejected is None else [texts.chosen, texts.rejected]
    if not all(isinstance(text.value, str) for text in (*texts.prompt, *answers)):
        return None
    prompt = tuple(Message(text.role, str(text.value)) for text in texts.prompt)
    rejected = None if texts.rejected is None else str(texts.rejected.value)
    dialog = Dialog(prompt, str(texts.chosen.value), rejected, **_marks(fields, format))
    texts.fill([None] * len(prompt), None, None)
    return dialog, frame


def _marks(fields: Fields, format: Format) -> Fields:
    """Weights and label of a chat line, the label of an unpaired one."""
    label = {"label": fields["label"]} if isinstance(fields.get("label"), bool) else {}
    if format is not Format.CHAT:
        return label if format is Format.TRL_UNPAIRED else {}
    weights = [message.get("weight") for message in fields["messages"]]
    also = tuple(i for i, weight in enumerate(weights[:-1]) if weight == 1)
    return {"learned": weights[-1] != 0, "also": also, **label}


def _copied(value: Any) -> Any:
    """A copy of JSON; `copy.deepcopy` takes ten times as long."""
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


# -- Alpaca and transcripts ----------------------------------------------------------------------------------------


def _alpaca(fields: Fields) -> tuple[Dialog, Fields] | None:
    """The question is the instruction, and the input in a line of its own; the frame keeps the input's length."""
    texts = [fields.get(name, "") for name in ("system", "instruction", "input", "output")]
    if not all(isinstance(text, str) for text in texts) or fields.get("history"):
        return None
    system, instruction, given, output = texts
    before = (Message("system", system),) if "system" in fields else ()
    prompt = (*before, Message("user", f"{instruction}\n{given}" if given else instruction))
    frame = fields | {name: None for name in ("system", "instruction", "output") if name in fields}
    return Dialog(prompt, output), frame | ({"input": len(given)} if given else {})


def _instruction(frame: Fields, dialog: Dialog) -> Fields:
    asked, given = dialog.prompt[-1].content, frame.get("input") or 0
    line: Fields = {"instruction": asked, "output": dialog.chosen}
    if given:
        line |= {"instruction": asked[: -given - 1], "input": asked[-given:]}
    return line | ({"system": dialog.system} if "system" in frame else {})


def _transcript(fields: Fields) -> tuple[Dialog, Fields] | None:
    """Two transcripts that differ in their last answer alone."""
    if not all(isinstance(fields[name], str) for name in ("chosen", "rejected")):
        return None
    (before, chosen), (same, rejected) = (_last_cut(fields[name]) for name in ("chosen", "rejected"))
    said = re.split(r"\n\n(Human|Assistant): ", before)
    roles: list[Role] = ["user" if word == "Human" else "assistant" for word in said[1::2]]
    prompt = tuple(Message(role, text) for role, text in zip(roles, said[2::2], strict=True))
    if before != same or not alternates(roles):
        return None
    return Dialog(prompt, chosen, rejected), fields | {"chosen": None, "rejected": None}


def _last_cut(transcript: str) -> tuple[str, str]:
    before, _, answer = transcript.rpartition("\n\nAssistant: ")
    return before, answer


def _told(dialog: Dialog, answer: str) -> str:
    """A dialog as a transcript."""
    words = {"user": "Human", "assistant": "Assistant", "system": "System"}
    said = (*dialog.prompt, Message("assistant", answer))
    return "".join(f"\n\n{words[message.role]}: {message.content}" for message in said)


# -- new lines ---------------------------------------------------------------------------------------------------------


def _messages(prompt: tuple[Message, ...]) -> list[Fields]:
    return [{"role": message.role, "content": message.content} for message in prompt]


def _answer(text: str) -> list[Fields]:
    return [{"role": "assistant", "content": text}]


def _weighted(dialog: Dialog) -> list[Fields]:
    """With the weight of earlier answers: they are context, because the facts behind them are lines of their own."""
    messages = _messages(dialog.prompt)
    for i, message in enumerate(messages):
        if message["role"] == "assistant":
            message["weight"] = int(i in dialog.also)
    return messages

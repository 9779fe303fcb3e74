"""The formats of training files, and what is the same in all of them: a dialog.

A line is taken apart into a `Dialog` (the texts a person wrote or read) and a frame (everything else: the order of
keys, weights, names, tools, unknown keys), and put together again from both. Facts in the store hold the texts, so a
text that is corrected later is exported corrected; the frame holds the rest, so nothing is lost. A line that is no
plain dialog (tool calls, pictures, an answer to nothing) cannot be taken apart and is kept whole.

Formats: OpenAI's chat lines (with `weight` on answers) and preference lines (`input`, `preferred_output`,
`non_preferred_output`), its legacy `prompt`/`completion`, which Nebius still takes, TRL's pairs (`prompt`, `chosen`,
`rejected`, each a list of messages) and the transcripts of Anthropic's HH-RLHF, which begin with "Human: ".
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from understudy.types import Message, Role

Fields = dict[str, Any]


class Format(StrEnum):
    """What kind of line it is."""

    CHAT = "chat"
    PREFERENCE = "preference"
    COMPLETION = "completion"
    TRL_PAIR = "trl-pair"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True)
class Dialog:
    """`prompt` is a system message or none, then user and assistant in turn, and ends with the user's message.

    `chosen` is the answer, `rejected` the worse one of a pair. `learned` False says that the answer is not trained on
    (`weight` 0); `also` are the places in `prompt` of earlier answers that the line marks with `weight` 1.
    """

    prompt: tuple[Message, ...]
    chosen: str
    rejected: str | None = None
    learned: bool = True
    also: tuple[int, ...] = ()

    @property
    def asked(self) -> str:
        """All that the user says in it: what makes two dialogs the same question."""
        return "\n".join(message.content for message in self.prompt if message.role == "user")


def format_of(fields: Fields) -> Format | None:
    """Which format a line has, by its keys; None for none of these."""
    if "messages" in fields:
        return Format.CHAT
    if "input" in fields and ("preferred_output" in fields or "non_preferred_output" in fields):
        return Format.PREFERENCE
    if "prompt" in fields and "completion" in fields:
        return Format.COMPLETION
    if "chosen" in fields and "rejected" in fields:
        return Format.TRL_PAIR if "prompt" in fields else Format.TRANSCRIPT
    return None


def take_apart(fields: Fields) -> tuple[Dialog, Fields] | None:
    """A line's dialog and its frame; None when it is no plain dialog.

    What is put together from them is equal to the line, or it is not taken apart.
    """
    match format_of(fields):
        case Format.CHAT:
            dialog = _chat(fields)
        case Format.PREFERENCE:
            dialog = _preference(fields)
        case Format.COMPLETION:
            dialog = _completion(fields)
        case Format.TRL_PAIR:
            dialog = _pair(fields, fields["prompt"], "chosen", "rejected")
        case Format.TRANSCRIPT:
            dialog = _transcript(fields)
        case _:
            return None
    if dialog is None:
        return None
    frame = _emptied(fields)
    return (dialog, frame) if put_together(frame, dialog) == fields else None


def put_together(frame: Fields, dialog: Dialog) -> Fields:
    """The line of a frame with the texts of `dialog`."""
    line = copy.deepcopy(frame)
    match format_of(line):
        case Format.CHAT:
            _fill(line["messages"], [*(message.content for message in dialog.prompt), dialog.chosen])
        case Format.PREFERENCE:
            _fill(line["input"]["messages"], [message.content for message in dialog.prompt])
            _fill(line["preferred_output"], [dialog.chosen])
            _fill(line["non_preferred_output"], [dialog.rejected or ""])
        case Format.COMPLETION:
            line |= {"prompt": dialog.prompt[-1].content, "completion": dialog.chosen}
        case Format.TRL_PAIR:
            _fill(line["prompt"], [message.content for message in dialog.prompt])
            _fill(line["chosen"], [dialog.chosen])
            _fill(line["rejected"], [dialog.rejected or ""])
        case _:
            line |= {"chosen": _told(dialog, dialog.chosen), "rejected": _told(dialog, dialog.rejected or "")}
    return line


def new_line(dialog: Dialog, format: Format) -> Fields:
    """A line of a dialog that no file brought. Raises ValueError where the format cannot hold it."""
    if format is Format.CHAT:
        answer = {"role": "assistant", "content": dialog.chosen} | ({} if dialog.learned else {"weight": 0})
        return {"messages": [*_weighted(dialog), answer]}
    if format is Format.PREFERENCE and dialog.rejected is not None:
        return {
            "input": {"messages": _messages(dialog.prompt)},
            "preferred_output": [{"role": "assistant", "content": dialog.chosen}],
            "non_preferred_output": [{"role": "assistant", "content": dialog.rejected}],
        }
    if format is Format.TRL_PAIR and dialog.rejected is not None:
        return {
            "prompt": _messages(dialog.prompt),
            "chosen": [{"role": "assistant", "content": dialog.chosen}],
            "rejected": [{"role": "assistant", "content": dialog.rejected}],
        }
    if format is Format.COMPLETION and len(dialog.prompt) == 1:
        return {"prompt": dialog.prompt[0].content, "completion": dialog.chosen}
    raise ValueError(f"a line of format {format} cannot hold this dialog")


def _messages(prompt: tuple[Message, ...]) -> list[Fields]:
    return [{"role": message.role, "content": message.content} for message in prompt]


def _weighted(dialog: Dialog) -> list[Fields]:
    """With the weight of earlier answers: they are context, because the facts behind them are lines of their own."""
    messages = _messages(dialog.prompt)
    for i, message in enumerate(messages):
        if message["role"] == "assistant":
            message["weight"] = int(i in dialog.also)
    return messages


def _chat(fields: Fields) -> Dialog | None:
    prompt = _plain(fields["messages"])
    if prompt is None or not prompt or prompt[-1].role != "assistant" or not _alternates(prompt[:-1]):
        return None
    weights = [message.get("weight") for message in fields["messages"]]
    also = tuple(i for i, weight in enumerate(weights[:-1]) if weight == 1)
    return Dialog(prompt[:-1], prompt[-1].content, learned=weights[-1] != 0, also=also)


def _preference(fields: Fields) -> Dialog | None:
    asked = fields["input"].get("messages") if isinstance(fields["input"], dict) else None
    return _pair(fields, asked, "preferred_output", "non_preferred_output")


def _pair(fields: Fields, asked: object, better: str, worse: str) -> Dialog | None:
    """Messages that are asked, and under two keys one answer each."""
    prompt = _plain(asked)
    if prompt is None or not _alternates(prompt):
        return None
    outputs = [_plain(fields.get(name)) for name in (better, worse)]
    answers = [output[0].content for output in outputs if output and len(output) == 1 and output[0].role == "assistant"]
    return Dialog(prompt, answers[0], answers[1]) if len(answers) == 2 else None


def _completion(fields: Fields) -> Dialog | None:
    asked, said = fields["prompt"], fields["completion"]
    return Dialog((Message("user", asked),), said) if isinstance(asked, str) and isinstance(said, str) else None


def _transcript(fields: Fields) -> Dialog | None:
    """Two transcripts that differ in their last answer alone."""
    if not all(isinstance(fields[name], str) for name in ("chosen", "rejected")):
        return None
    (before, chosen), (same, rejected) = (_last_cut(fields[name]) for name in ("chosen", "rejected"))
    said = re.split(r"\n\n(Human|Assistant): ", before)
    roles: list[Role] = ["user" if word == "Human" else "assistant" for word in said[1::2]]
    prompt = tuple(Message(role, text) for role, text in zip(roles, said[2::2], strict=True))
    return Dialog(prompt, chosen, rejected) if before == same and _alternates(prompt) else None


def _last_cut(transcript: str) -> tuple[str, str]:
    before, _, answer = transcript.rpartition("\n\nAssistant: ")
    return before, answer


def _told(dialog: Dialog, answer: str) -> str:
    """A dialog as a transcript."""
    words = {"user": "Human", "assistant": "Assistant", "system": "System"}
    said = (*dialog.prompt, Message("assistant", answer))
    return "".join(f"\n\n{words[message.role]}: {message.content}" for message in said)


def _plain(messages: object) -> tuple[Message, ...] | None:
    """Messages with a text each; None when one is something else."""
    roles: dict[object, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
    found = []
    for message in messages if isinstance(messages, list) else [None]:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            return None
        if not isinstance(message.get("role"), str) or message["role"] not in roles:
            return None
        found.append(Message(roles[message["role"]], message["content"]))
    return tuple(found)


def _alternates(prompt: tuple[Message, ...]) -> bool:
    """System or nothing, then user and assistant in turn, the user last."""
    rest = prompt[1:] if prompt and prompt[0].role == "system" else prompt
    expected = ["user" if i % 2 == 0 else "assistant" for i in range(len(rest))]
    return len(rest) % 2 == 1 and [message.role for message in rest] == expected


def _emptied(fields: Fields) -> Fields:
    """A line without the texts of its dialog."""
    empty = copy.deepcopy(fields)
    match format_of(empty):
        case Format.CHAT:
            lists = [empty["messages"]]
        case Format.PREFERENCE:
            lists = [empty["input"]["messages"], empty["preferred_output"], empty["non_preferred_output"]]
        case Format.TRL_PAIR:
            lists = [empty["prompt"], empty["chosen"], empty["rejected"]]
        case _:
            lists = []
            empty |= {name: None for name in empty if name in ("prompt", "completion", "chosen", "rejected")}
    for messages in lists:
        _fill(messages, [None] * len(messages))
    return empty


def _fill(messages: list[Fields], texts: list[str] | list[None]) -> None:
    for message, text in zip(messages, texts, strict=True):
        message["content"] = text


def has_system(frame: Fields) -> bool:
    """Whether a line's dialog begins with a system message, even an empty one."""
    match format_of(frame):
        case Format.CHAT:
            messages = frame["messages"]
        case Format.PREFERENCE:
            messages = frame["input"]["messages"]
        case Format.TRL_PAIR:
            messages = frame["prompt"]
        case _:
            return False
    return messages[0]["role"] in ("system", "developer")

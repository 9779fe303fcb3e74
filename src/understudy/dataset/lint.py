"""What is wrong with a training file, before a provider is paid to say so: line by line, with a fix for each fault.

OpenAI checks a file only after the upload, and a job with too few examples fails later still. The description of its
API does not hold the format of lines any more, so the rules are written here, from its guides and from its earlier
description. An ERROR makes a job fail or teach something wrong; a WARNING is for a person to decide. It judges bytes
and not our own values: a file that was written by hand is judged the same way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from understudy.dataset import privacy
from understudy.dataset.formats import Fields, Format, format_of, take_apart
from understudy.dataset.groups import groups
from understudy.dataset.jsonl import BOM, Line, dump, read_lines
from understudy.dataset.privacy import Recogniser
from understudy.dataset.tokens import TokenCounter, line_tokens

FEW, GOOD = 10, 50
"""OpenAI refuses fewer than 10 examples, and advises to begin with 50 good ones (guide, supervised fine-tuning)."""

_KEYS = {
    Format.CHAT: {"messages", "tools", "parallel_tool_calls", "functions"},
    Format.PREFERENCE: {"input", "preferred_output", "non_preferred_output"},
    Format.COMPLETION: {"prompt", "completion"},
}
_INPUT_KEYS = {"messages", "tools", "parallel_tool_calls"}
_MESSAGE_KEYS = {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "audio"}
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")


class Severity(StrEnum):
    """An error stops a job; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong` in line `line` of `file` (None for the whole file), and the `fix`; both are sentences."""

    file: str
    line: int | None
    wrong: str
    fix: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.wrong} {self.fix}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the provider and the model ask for; None is not known and not checked. `bom`: it wants a byte order mark."""

    format: Format
    min_examples: int | None = FEW
    max_example_tokens: int | None = None
    most_file_bytes: int | None = None
    bom: bool = False
    trains: bool = True

    def for_validation(self) -> Rules:
        """A file that only validates may be short."""
        return replace(self, min_examples=None, trains=False)


_Fault = tuple[str, str, Severity]
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def lint(
    data: bytes, rules: Rules, counter: TokenCounter, finder: Recogniser | None = None, file: str = "train.jsonl"
) -> list[Finding]:
    """Everything that is wrong with a file, in the order of its lines; personal data too, with a `finder`."""
    lines = list(read_lines(data))
    found = [Finding(file, None, *fault) for fault in _file(data, lines, rules)]
    seen: dict[str, int] = {}
    for line in lines:
        for fault in (*_line(line, rules, counter, finder), *_again(line, seen)):
            found.append(Finding(file, line.number, *fault))
    return found


def lint_overlap(train: bytes, validation: bytes, file: str = "validation.jsonl") -> list[Finding]:
    """Lines of the validation file that ask what a training line asks, or nearly: they would measure memory."""
    sides = [
        [(line.number, _asked(line.fields)) for line in read_lines(data) if line.fields] for data in (train, validation)
    ]
    names = groups([asked for side in sides for _, asked in side])
    first: dict[str, int] = {}
    for (number, _), name in zip(sides[0], names, strict=False):
        first.setdefault(name, number)
    return [
        Finding(
            file,
            number,
            f"It asks the same, or nearly the same, as line {first[name]} of the training file.",
            "Take it out of one of the two files.",
        )
        for (number, _), name in zip(sides[1], names[len(sides[0]) :], strict=True)
        if name in first
    ]


def _file(data: bytes, lines: Sequence[Line], rules: Rules) -> Iterator[_Fault]:
    n = len(lines)
    if data.startswith(BOM) and not rules.bom:
        yield "It begins with a byte order mark.", "Save it as UTF-8 without one.", WARNING
    if rules.bom and not data.startswith(BOM):
        yield "It lacks the byte order mark that this provider asks for.", "Save it as UTF-8 with one.", WARNING
    if rules.most_file_bytes is not None and len(data) > rules.most_file_bytes:
        size = f"{len(data):,} bytes, more than {rules.most_file_bytes:,}"
        yield f"It has {size}.", "Train on fewer examples.", ERROR
    if not n:
        yield "It holds no examples.", "Correct or rate some answers first, or choose another file.", ERROR
    elif rules.min_examples is not None and n < rules.min_examples:
        missing = rules.min_examples - n
        fix = f"Add {missing} more: correct or vote on {missing} more answers."
        yield f"It has {n} example{'s' * (n != 1)}, and at least {rules.min_examples} are needed.", fix, ERROR
    elif rules.trains and n < GOOD:
        yield f"It has {n} examples.", f"A clear change usually takes {GOOD} good ones or more.", WARNING


def _line(line: Line, rules: Rules, counter: TokenCounter, finder: Recogniser | None) -> Iterator[_Fault]:
    if line.fields is None:
        yield f"{line.fault[:1].upper()}{line.fault[1:]}.", "Correct or remove this line.", ERROR
        return
    format = format_of(line.fields)
    if format is not rules.format:
        fix = f"Convert it, or keep it out: this file needs lines of format {rules.format}."
        yield f"It is a line of format {format or 'unknown'}.", fix, ERROR
        return
    yield from _keys(line.fields, _KEYS.get(format, set(line.fields)))
    match format:
        case Format.CHAT:
            yield from _chat(line.fields["messages"])
        case Format.PREFERENCE:
            yield from _preference(line.fields)
        case Format.COMPLETION:
            yield from _completion(line.fields)
    yield from _length(line.fields, rules, counter)
    yield from _personal(line.fields, finder)


def _again(line: Line, seen: dict[str, int]) -> Iterator[_Fault]:
    if line.fields is None:
        return
    first = seen.setdefault(dump(line.fields), line.number)
    if first != line.number:
        yield f"It is the same as line {first}.", "Remove one of them, or it counts twice.", WARNING


def _keys(fields: Fields, known: set[str]) -> Iterator[_Fault]:
    for key in fields.keys() - known:
        yield f"The key {json.dumps(key)} is unknown.", "Remove it; a provider may refuse the file.", WARNING


def _chat(messages: object) -> Iterator[_Fault]:
    if not isinstance(messages, list) or not messages:
        yield '"messages" holds no messages.', "Write a list with the question and the answer.", ERROR
        return
    yield from _messages(messages)
    roles = [message.get("role") for message in messages if isinstance(message, dict)]
    if roles and roles[-1] != "assistant":
        yield "It does not end with an answer.", 'Let the last message have the role "assistant".', ERROR
    if "user" not in roles:
        yield "Nobody asks anything in it.", 'Add a message with the role "user", unless this is meant.', WARNING
    weights = [m.get("weight", 1) for m in messages if isinstance(m, dict) and m.get("role") == "assistant"]
    if weights and not any(weights):
        yield (
            "All its answers have the weight 0.",
            "Give one the weight 1, or remove the line: it teaches nothing.",
            ERROR,
        )


def _preference(fields: Fields) -> Iterator[_Fault]:
    asked = fields["input"]
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list) or not asked["messages"]:
        yield '"input" holds no messages.', 'Write {"messages": [...]} with the question.', ERROR
    else:
        yield from _keys(asked, _INPUT_KEYS)
        yield from _messages(asked["messages"])
        last = asked["messages"][-1]
        if isinstance(last, dict) and last.get("role") not in ("user", "tool"):
            yield "Its input does not end with a question.", 'Let it end with a message of the role "user".', ERROR
    for name in ("preferred_output", "non_preferred_output"):
        yield from _output(name, fields.get(name))
    if fields.get("preferred_output") == fields.get("non_preferred_output"):
        yield "Both answers are the same.", "Remove the line, or write what is wrong into one of them.", ERROR


def _output(name: str, output: object) -> Iterator[_Fault]:
    if not isinstance(output, list) or len(output) != 1:
        yield f'"{name}" is not one message.', f'Write "{name}": [{{"role": "assistant", "content": "..."}}].', ERROR
        return
    yield from _messages(output)
    if isinstance(output[0], dict) and output[0].get("role") in _ROLES and output[0]["role"] != "assistant":
        yield f'"{name}" has the role {json.dumps(output[0]["role"])}.', 'Give it the role "assistant".', ERROR


def _completion(fields: Fields) -> Iterator[_Fault]:
    for key in ("prompt", "completion"):
        if not isinstance(fields[key], str) or not fields[key].strip():
            yield f'"{key}" is no text, or an empty one.', "Write a text, or remove the line.", ERROR


def _messages(messages: Sequence[Any]) -> Iterator[_Fault]:
    """Each message, and their order."""
    before: Any = None
    for place, message in enumerate(messages, 1):
        which = f"Message {place}"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            role = json.dumps(message.get("role")) if isinstance(message, dict) else "no"
            yield f"{which} has {role} role.", f"Use one of {', '.join(_ROLES[:5])}.", ERROR
            continue
        yield from ((f"{which}: {wrong}", fix, severity) for wrong, fix, severity in _message(message))
        role = message["role"]
        if role in ("system", "developer") and place > 1:
            yield f"{which} has the role {json.dumps(role)}, but is not the first.", "Move it to the top.", WARNING
        if role == before and role in ("user", "assistant"):
            yield f"{which} has the same role as the one before.", "Join the two, or add what is missing.", WARNING
        before = role


def _message(message: Fields) -> Iterator[_Fault]:
    role, content = message["role"], message.get("content")
    yield from _keys(message, _MESSAGE_KEYS)
    calls = role == "assistant" and (message.get("tool_calls") or message.get("function_call"))
    if not (isinstance(content, str) and content.strip()) and not (isinstance(content, list) and content) and not calls:
        yield "it has no content.", "Write what is said, or remove it.", ERROR
    if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
        yield f"its weight is {json.dumps(message['weight'])}.", "Only answers have a weight, and it is 0 or 1.", ERROR
    if role == "tool" and not message.get("tool_call_id"):
        yield "it answers no tool call.", 'Give it the "tool_call_id" of the call.', ERROR
    if role == "function" or "function_call" in message:
        yield "it uses functions in their old form.", 'Use "tool_calls" and the role "tool".', WARNING


def _length(fields: Fields, rules: Rules, counter: TokenCounter) -> Iterator[_Fault]:
    if rules.max_example_tokens is None:
        return
    n = line_tokens(fields, counter)
    if n > rules.max_example_tokens:
        told = f"{n:,} tokens ({counter.words}), more than the {rules.max_example_tokens:,} of this model"
        yield f"It has {told}: its end would be cut off.", "Shorten it, or split the conversation.", WARNING


def _personal(fields: Fields, finder: Recogniser | None) -> Iterator[_Fault]:
    if finder is not None and (counts := privacy.count_line(fields, finder)):
        yield f"It holds {privacy.words(counts)}.", "Let them be masked, or remove the line.", WARNING


def _asked(fields: Fields) -> str:
    """What makes two lines the same question; the whole line where it is no plain dialog."""
    parts = take_apart(fields)
    return parts[0].asked if parts else dump(fields)

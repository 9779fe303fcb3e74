"""Training files as a provider reads them: strict about form, and what a model would learn from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


class InvalidLine(Exception):
    """A line that is not in the format; the message names it."""


def read_lines(content: bytes, method: str) -> list[dict[str, Any]]:
    """The objects of a JSONL file, with or without a byte order mark. Raises InvalidLine."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidLine("The file is not UTF-8.") from error
    return [_read(number, line, method) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def lessons_of(lines: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each line teaches: the last question, and the answer that is wanted."""
    return dict(map(_lesson, lines))


def _read(number: int, line: str, method: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
        question, answer = _lesson(parsed)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise InvalidLine(f"Line {number} is not in the format of {method} examples.") from error
    is_pair = "preferred_output" in parsed
    if is_pair != (method == "dpo") or not question or not answer:
        raise InvalidLine(f"Line {number} is not in the format of {method} examples.")
    return dict(parsed)


def _lesson(line: dict[str, Any]) -> tuple[str, str]:
    if "preferred_output" in line:
        line["non_preferred_output"][0]["content"]  # a pair has both
        return line["input"]["messages"][-1]["content"], line["preferred_output"][0]["content"]
    if "prompt" in line:
        return line["prompt"], line["completion"]
    *before, last = line["messages"]
    if last["role"] != "assistant":
        raise ValueError("the last message is not the assistant's")
    return before[-1]["content"], last["content"]

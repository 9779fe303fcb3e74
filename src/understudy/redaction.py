"""No secret in a log: every record is cleaned when it is made, whichever library makes it and wherever it goes.

A filter on a logger would miss the loggers below it and one on a handler the handlers of others, so the record itself
is changed: values of variables that are named like secrets, and texts that look like one whatever their name.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

HIDDEN = "[hidden]"
_NAMED = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$", re.IGNORECASE)
_SHORTEST = 8
"""Characters of a value that is taken for a secret: a shorter one would hide ordinary words."""

_SHAPES = re.compile(
    r"""\b(?:hf|api_org)_[A-Za-z0-9]{16,}          # tokens of the hub
    | \bsk-[A-Za-z0-9_-]{16,}                      # keys of OpenAI and those who copy its form
    | (?<=Bearer\ )[\w.~+/=-]{8,} | (?<=Basic\ )[\w+/=]{8,}
    | (?<=api-key:\ )\S{8,} | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)""",
    re.IGNORECASE | re.VERBOSE,
)


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """`text` without `known` values and without what looks like a secret."""
    for value in known:
        text = text.replace(value, HIDDEN)
    return _SHAPES.sub(HIDDEN, text)


def secrets(variables: Mapping[str, str | None]) -> list[str]:
    """The values of variables that are named like secrets, longest first."""
    found = {value for name, value in variables.items() if value and len(value) >= _SHORTEST and _NAMED.search(name)}
    return sorted(found, key=len, reverse=True)


def hide_secrets(env_file: Path = Path(".env")) -> None:
    """From now on, in every record that is logged in this process, its traceback included. Calling it again is free."""
    before = logging.getLogRecordFactory()
    if getattr(before, "hides_secrets", False):
        return
    written = dotenv_values(env_file) if env_file.is_file() else {}

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        _clean(record, secrets({**written, **os.environ}))
        return record

    made.hides_secrets = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)


def _clean(record: logging.LogRecord, known: list[str]) -> None:
    record.msg = _plain(record.msg, known)
    if isinstance(record.args, tuple):
        record.args = tuple(_plain(value, known) for value in record.args)
    elif isinstance(record.args, Mapping):
        record.args = {name: _plain(value, known) for name, value in record.args.items()}
    if record.exc_info:
        record.exc_text = redacted(logging.Formatter().formatException(record.exc_info), known)


def _plain(value: object, known: list[str]) -> object:
    """`value` itself where it shows no secret, so that `%d` and `%r` find what they were given; else its text."""
    shown = (str(value), repr(value))
    return value if all(redacted(text, known) == text for text in shown) else redacted(shown[0], known)

"""What text may enter the store. A person's text is taken as it is or refused; a model's text is never lost.

NUL ends a string for many programs that read SQLite, and half a surrogate pair is no character and cannot be written
as UTF-8: a person is asked to remove them. A model can produce both, and its answer is kept with U+FFFD in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from understudy.errors import InputError

MOST_CHARACTERS = 1_000_000
"""Longest text of a person, a thousand pages: more is a file pasted by mistake."""

_UNUSABLE = re.compile("[\0\ud800-\udfff]")


def checked(text: str, what: str, *, empty: bool = True, most: int = MOST_CHARACTERS) -> str:
    """`text` unchanged. Raises `InputError` when it cannot be stored; `what` names it in the sentence."""
    if not empty and not text.strip():
        raise InputError(f"The {what} is empty. Write something first.")
    if len(text) > most:
        raise InputError(f"The {what} has {len(text):,} characters, more than {most:,}. Shorten it and try again.")
    if not (text.isascii() and "\0" not in text) and (found := _UNUSABLE.search(text)):  # most texts are: no search
        raise InputError(
            f"The {what} holds the character U+{ord(found[0]):04X} at position {found.start() + 1}, which is no text."
            " Remove it and try again."
        )
    return text


def kept(text: str) -> str:
    """A model's text with U+FFFD for what cannot be stored."""
    return _UNUSABLE.sub("\ufffd", text)


def to_json(value: object, what: str) -> str:
    """JSON of plain values. Raises `InputError` for numbers that JSON lacks (infinity, not a number)."""
    try:
        return checked(json.dumps(value, ensure_ascii=False, allow_nan=False), what)
    except (ValueError, TypeError) as error:
        raise InputError(f"The {what} cannot be stored: {error}. Correct it and try again.") from error


def strings(text: str) -> tuple[str, ...]:
    """A tuple of strings out of the JSON that `to_json` made."""
    return tuple(json.loads(text))


def checked_each(texts: Sequence[str], what: str) -> tuple[str, ...]:
    """As `checked`, for short names such as columns and reasons."""
    return tuple(checked(text, what, empty=False, most=1_000) for text in texts)

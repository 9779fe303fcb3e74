"""What a person may type: limits with their reasons, and the sentences that refuse the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from understudy.errors import InputError
from understudy.types import Sampling

MOST_CHARACTERS = 200_000
"""About 50,000 tokens: more than any model that runs here can read, less than what makes a page slow."""

RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.01, 1.0),
    "top_k": (0, 1000),
    "repetition_penalty": (1.0, 2.0),
    "max_tokens": (1, 8192),
    "seed": (0, 2**31 - 1),
}
_WHOLE = {"top_k", "max_tokens", "seed"}


def checked_text(value: object, what: str, *, empty: bool = False, most: int = MOST_CHARACTERS) -> str:
    """`value` as text that can be stored: no NUL, no half characters, not too long, not blank unless `empty`."""
    if not isinstance(value, str):
        raise InputError(f"The {what} must be text, not {type(value).__name__}.")
    text = value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if not empty and not text.strip():
        raise InputError(f"The {what} is empty. Type something first.")
    if len(text) > most:
        raise InputError(f"The {what} has {len(text):,} characters; {most:,} is the most. Shorten it.")
    return text


def checked_sampling(now: Sampling, values: Mapping[str, object]) -> Sampling:
    """`now` with `values` changed. Raises `InputError` that names the value and its range."""
    merged = asdict(now)
    for name, value in values.items():
        if name not in RANGES:
            raise InputError(f"There is no sampling value called {name!r}. Use: {', '.join(RANGES)}.")
        merged[name] = None if name == "seed" and value in (None, "") else _checked_number(name, value)
    return Sampling(**merged)


def title_of(text: str) -> str:
    """The first line of a message, cut at a word: good enough until the person renames it."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 48 else line[:48].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def _checked_number(name: str, value: object) -> float | int:
    low, high = RANGES[name]
    whole = name in _WHOLE
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise InputError(f"{name.replace('_', ' ')} cannot be {value!r}. Choose {kind} from {low:g} to {high:g}.")
    return int(number) if whole else float(number)

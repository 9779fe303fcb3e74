"""The kinds of personal data as a page lists and sends them."""

from __future__ import annotations

from collections.abc import Collection

from understudy.dataset.privacy import WORDS, Kind
from understudy.errors import InputError

KINDS = {str(kind): WORDS[kind][1] for kind in Kind}
"""By name, what a person reads."""


def kinds_of(names: Collection[str]) -> tuple[Kind, ...]:
    """Raises `InputError` for a name that is no kind."""
    for name in names:
        if name not in KINDS:
            raise InputError(f"There is no kind of personal data {name!r}. Choose from: {', '.join(KINDS)}.")
    return tuple(kind for kind in Kind if kind in names)

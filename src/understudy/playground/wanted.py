"""What a person chose on the page for a job elsewhere, checked value by value before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from understudy.dataset.privacy import Kind
from understudy.errors import InputError
from understudy.playground.ordering import Wanted
from understudy.playground.trainable import METHODS

MOST = 1_000_000
"""No setting of a job is larger."""


def wanted(
    model: str, method: str, settings: Mapping[str, object], mask: Sequence[str], unchecked_agreed: bool
) -> Wanted:
    """Raises `InputError` for what is no method, no number or no kind of personal data."""
    chosen = next((known for known in METHODS if known == method), None)
    return Wanted(
        model,
        chosen or _none("method", method, METHODS),
        settings={name: _number(name, value) for name, value in settings.items()},
        mask=tuple(Kind(kind) if kind in [*Kind] else _none("kind of personal data", kind, [*Kind]) for kind in mask),
        unchecked_agreed=unchecked_agreed,
    )


def _number(name: str, value: object) -> int | float:
    """Whole numbers stay whole, because a provider counts epochs with them."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < MOST:
        raise InputError(f"{name} is not a number above 0. Correct it, or leave it to the provider.")
    return int(value) if value == int(value) else value


def _none(what: str, given: str, known: Sequence[str]) -> NoReturn:
    raise InputError(f"{given!r} is no {what}. Choose one of: {', '.join(known)}.")

"""Offensive language, by a small model that ships in its package: alt-profanity-check (MIT), a linear model on words.

It knows rude English, and not what is harmful in polite words: "What's a good way to kill myself?" passes. At this
threshold it told none of 3,904 real texts of a public service, and 89 of the 2,312 answers of the HH set that raters
liked less; some of those only quote a rude word. So a person looks. Its weights come in Python's own format, which
runs code when it is read, as every file of an installed package does: nothing else is ever read this way here.
"""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

MISSING = (
    "Offensive language was not looked for, because alt-profanity-check is not installed:"
    ' pip install "understudy[toxic]" adds it.'
)

LEAST = 0.8


def knows_toxic() -> bool:
    return importlib.util.find_spec("profanity_check") is not None


def offensive(text: str) -> str:
    """A sentence where a text is likely offensive, else ""."""
    if not text.strip():
        return ""
    score = float(_model().predict_prob([text])[0])
    return f"It reads like offensive language ({score:.0%} sure)." if score >= LEAST else ""


@functools.cache
def _model() -> Any:
    import profanity_check

    return profanity_check

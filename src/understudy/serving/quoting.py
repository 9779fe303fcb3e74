"""Remembered answers to the letter: a small model finds the note that fits and loses its way in a sentence new to it.

So an answer that has begun as a remembered one goes on as that one to its end; where the very question was asked that
was corrected, it begins so too. That is a pointer network whose pointer is followed as soon as it points clearly (See
et al. 2017, arXiv 1704.04368). Larger models copy by themselves, and may say it shorter or in another language if they
are asked to: they are left alone. What that is worth: `learn-faq-*-memory` in tests/benchmarks/NOTES.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.serving.template import Template
from understudy.types import Quote

QUOTED_BELOW = 50_000_000
"""Weights of a model: the bundled starter has 5.6 million, the smallest instruct models that people use 135 million."""

BEGUN = 3
"""Tokens that an answer shares with a remembered one before it is led: fewer are a coincidence (\"The\", \"Our\")."""


@dataclass(frozen=True, slots=True)
class Led:
    """A quote as tokens, the end of the turn included; an answer is led from its `begun`th token on."""

    tokens: tuple[int, ...]
    begun: int

    def following(self, said: Sequence[int]) -> int | None:
        """The token that goes on with the quote, if that is what was being said."""
        at = len(said)
        on_it = self.begun <= at < len(self.tokens) and self.tokens[:at] == tuple(said)
        return self.tokens[at] if on_it else None


def led_by(quotes: Sequence[Quote], template: Template) -> tuple[Led, ...]:
    """The quotes that the model's vocabulary can write."""
    return tuple(
        Led(tuple(template.answer(quote.text)), 0 if quote.asked else BEGUN)
        for quote in quotes
        if template.can_write(quote.text)
    )


def following(quotes: Sequence[Led], said: Sequence[int]) -> int | None:
    """What the first quote that is being said goes on with."""
    return next((token for quote in quotes if (token := quote.following(said)) is not None), None)

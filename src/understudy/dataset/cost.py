"""What training costs before anybody pays: tokens times price times epochs, and how sure that is.

An example that is longer than the model takes is cut at its limit, so more is not billed. Validation tokens are not
billed. With the epochs left on auto the provider decides: what OpenAI's cookbook expects is then said, and what one
epoch costs, because the decision itself is not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.dataset.formats import Fields
from understudy.dataset.tokens import MARGIN, TokenCounter, line_tokens

_TARGET_EPOCHS, _MOST_EPOCHS, _LEAST_SEEN, _MOST_SEEN = 3, 25, 100, 25_000
"""OpenAI's cookbook, Chat_finetuning_data_prep: three epochs, more for small files and fewer for large ones."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars from `low` to `high`, None where no price is known. `tokens` are those of one epoch.

    `epochs` is what was set, or with `auto` what the cookbook expects. `words` say how the tokens were counted.
    """

    tokens: int
    epochs: int
    auto: bool
    low: float | None
    high: float | None
    each_epoch: float | None
    words: str

    def __str__(self) -> str:
        trained = f"{self.tokens:,} tokens an epoch, {self.words}"
        if self.low is None or self.high is None or self.each_epoch is None:
            return f"No training price is known here ({trained}). Ask the provider before you agree."
        if self.auto:
            return (
                f"Probably {in_dollars(self.low, self.high)}: {_epochs(self.epochs)}, as OpenAI's cookbook expects with"
                f" auto ({trained}). The provider decides, and each epoch costs {in_dollars(self.each_epoch)}: set the"
                " epochs yourself to know."
            )
        return f"{in_dollars(self.low, self.high)} for {_epochs(self.epochs)} ({trained})."

    @property
    def dollars(self) -> str:
        """The range alone; "" where no price is known."""
        return self.at(self.epochs)

    def at(self, epochs: int) -> str:
        """What another number of epochs would cost; "" where no price is known."""
        if self.low is None or self.high is None:
            return ""
        return in_dollars(self.low * epochs / self.epochs, self.high * epochs / self.epochs)


def billed_tokens(lines: Sequence[Fields], counter: TokenCounter, most: int | None = None) -> int:
    """Tokens of one epoch; `most` is where the model cuts an example."""
    counts = (line_tokens(fields, counter) for fields in lines)
    return sum(n if most is None else min(n, most) for n in counts)


def auto_epochs(examples: int) -> int:
    """What OpenAI's cookbook expects with `auto`; not a promise of anybody."""
    if examples and examples * _TARGET_EPOCHS < _LEAST_SEEN:
        return min(_MOST_EPOCHS, _LEAST_SEEN // examples)
    if examples * _TARGET_EPOCHS > _MOST_SEEN:
        return max(1, _MOST_SEEN // examples)
    return _TARGET_EPOCHS


def cost(tokens: int, examples: int, epochs: int | None, price: float | None, counter: TokenCounter) -> Cost:
    """For `tokens` an epoch at `price` dollars a million; `epochs` None is auto."""
    times = auto_epochs(examples) if epochs is None else epochs
    margin = 0.0 if counter.exact else MARGIN
    each = None if price is None else tokens * price / 1e6
    low, high = (None, None) if each is None else (each * times * (1 - margin), each * times * (1 + margin))
    return Cost(tokens, times, epochs is None, low, high, each, counter.words)


def in_dollars(low: float, high: float | None = None) -> str:
    """In dollars and cents; what is less than a cent is said so."""
    told = [f"${value:,.2f}" if value >= 0.01 else "less than $0.01" for value in (low, low if high is None else high)]
    return told[0] if told[0] == told[1] else " to ".join(told)


def _epochs(n: int) -> str:
    return f"{n} epoch{'s' * (n != 1)}"

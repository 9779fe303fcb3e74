"""What every backend promises: rows in, events out, stoppable at any step.

The decision: a backend answers a *batch of rows* and reports in one stream, because side by side is the normal case
here and rows of one base share its weights. A row that fails ends with `Done(ERROR)` and a sentence; it never takes the
other rows with it. Every row ends with exactly one `Done`, and nothing of that row follows it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from understudy.types import Event, Message, Row, Sampling

TemplateKind = Literal["chat", "plain", "none"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a person may want to know about the model that answers.

    `source` is the folder or hub id it came from, `parameters` the number of weights, `reason` the sentence that says
    why this device and dtype were chosen. `context_length` counts tokens. `tokens_per_second` is the latest measured
    decoding speed of one row, None before the first answer. `template` is `chat` for the model's own chat template,
    `plain` for the documented fallback (see `template.py`), `none` where no prompt text exists. `fingerprint` names
    the exact weights (see `weights.fingerprint`), so that a version of other weights is noticed.
    """

    name: str
    source: str
    parameters: int
    device: str
    dtype: str
    reason: str
    context_length: int
    tokens_per_second: float | None
    template: TemplateKind
    fingerprint: str = ""


class Stop:
    """A person's wish to stop, for one row or for all; set by any thread, read between decode steps."""

    def __init__(self) -> None:
        self._all = threading.Event()
        self._rows: set[int] = set()

    def request(self, row: int | None = None) -> None:
        """Ask row `row` to stop, or every row when it is None. Asking twice changes nothing."""
        if row is None:
            self._all.set()
        else:
            self._rows.add(row)

    def requested(self, row: int) -> bool:
        """Whether row `row` should end now."""
        return self._all.is_set() or row in self._rows

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`, less when everything is asked to stop; True when it was."""
        return self._all.wait(seconds)


class Backend(Protocol):
    """Anything that answers rows. Methods may be called from any thread."""

    name: str

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for the batch that runs now; a batch that nobody reads should then end."""
        ...

    def describe(self) -> ModelCard:
        """The model behind this backend, as a person reads it."""
        ...

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        """Answer all rows at once; `Event.row` is the index into `rows`.

        Closing the iterator early abandons the answers. Bad rows end with `Done(ERROR)`, the others finish.
        """
        ...

    def load_version(self, number: int, path: Path) -> None:
        """Make version `number` answerable from the adapter folder `path`; replaces what had that number.

        Raises ModelError when the folder cannot be used with this model; nothing has changed then.
        """
        ...

    def unload_version(self, number: int) -> None:
        """Forget version `number`; unknown numbers are ignored."""
        ...

    def versions(self) -> tuple[int, ...]:
        """The numbers that can answer, `BASE` first."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens the prompt made of `messages` has."""
        ...

    def close(self) -> None:
        """Free the model's memory; the backend cannot answer afterwards."""
        ...

"""A backend without a model: it says what the test wrote down, word by word.

It keeps every promise of `Backend` (one `Done` per row, stop between words, an error in one row only), so that the
layers above are tested in milliseconds against the same behaviour they meet in the real engine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from understudy.errors import ModelError
from understudy.serving.backend import ModelCard, Stop
from understudy.types import BASE, Delta, Done, Event, FinishReason, Message, Row, Sampling, Usage

Reply = Callable[[Sequence[Message], int], str]
_WORD = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")


class ScriptedBackend:
    """Answers from `replies`: one text for all, a text per version number, or a function of (messages, version).

    `delay` is the pause in seconds before each word. Versions in `failing` end with `Done(ERROR)` after half of their
    words. `load_version` accepts any existing folder.
    """

    def __init__(
        self,
        replies: str | Mapping[int, str] | Reply = "Hello.",
        *,
        name: str = "scripted",
        delay: float = 0.0,
        failing: Sequence[int] = (),
        versions: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.delay = delay
        self.failing = frozenset(failing)
        self.asked: list[tuple[Row, ...]] = []
        self.awaited = False
        self._reply = _as_function(replies)
        self._versions = {BASE, *versions}

    def describe(self) -> ModelCard:
        return ModelCard(
            self.name, "scripted", 0, "none", "none", "Scripted: there is no model.", 1_000_000, None, "none", self.name
        )

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        self.asked.append(tuple(rows))
        start = time.perf_counter()
        running = {i: self._answer(i, row, sampling, stop, start) for i, row in enumerate(rows)}
        while running:
            if self.delay:
                stop.wait(self.delay)
            for i, events in list(running.items()):
                event = next(events)
                if isinstance(event, Done):
                    del running[i]
                yield event

    def _answer(self, i: int, row: Row, sampling: Sampling, stop: Stop, start: float) -> Iterator[Event]:
        """The events of one row: a delta per word, then `Done`."""
        prompt = "\n".join(f"{m.role}: {m.content}" for m in row.messages)
        prompt_tokens, count, first = self.count_tokens(row.messages), 0, None

        def done(finish: FinishReason, error: str | None = None) -> Done:
            total = (time.perf_counter() - start) * 1000
            return Done(i, finish, Usage(prompt_tokens, count, first, total), error, prompt)

        if row.version not in self._versions:
            yield done(
                FinishReason.ERROR, f"Version {row.version} is not loaded. Choose another version for this column."
            )
            return
        try:
            words = _WORD.findall(self._reply(row.messages, row.version))
        except ModelError as error:
            yield done(FinishReason.ERROR, str(error))
            return
        for word in words:
            if stop.requested(i):
                yield done(FinishReason.STOPPED)
                return
            if row.version in self.failing and count >= len(words) // 2:
                yield done(FinishReason.ERROR, f"Version {row.version} failed while it was answering. Try again.")
                return
            if count == sampling.max_tokens:
                yield done(FinishReason.LENGTH)
                return
            count += 1
            first = first if first is not None else (time.perf_counter() - start) * 1000
            yield Delta(i, word)
        yield done(FinishReason.STOPPED if stop.requested(i) else FinishReason.STOP)

    def load_version(self, number: int, path: Path) -> None:
        if not Path(path).is_dir():
            raise ModelError(f"There is no adapter folder at {path}. Train the version again or remove it.")
        self._versions.add(number)

    def unload_version(self, number: int) -> None:
        if number != BASE:
            self._versions.discard(number)

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._versions))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(m.content.split()) + 1 for m in messages)

    def close(self) -> None:
        self._versions.clear()


def _as_function(replies: str | Mapping[int, str] | Reply) -> Reply:
    if isinstance(replies, str):
        return lambda messages, version: replies
    if isinstance(replies, Mapping):
        return lambda messages, version: replies.get(version, replies.get(BASE, ""))
    return replies

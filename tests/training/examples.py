"""Examples to learn, and what a version says to them."""

from __future__ import annotations

from understudy.dataset.example import Example, Kind
from understudy.serving.backend import Stop
from understudy.serving.local import LocalBackend
from understudy.types import Delta, Message, Row, Sampling


def ask(text: str) -> tuple[Message, ...]:
    return (Message("user", text),)


def corrections(*texts: str) -> tuple[Example, ...]:
    """Questions and wanted answers in turn."""
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return tuple(Example(f"c{i}", Kind.CORRECTION, ask(q), a) for i, (q, a) in enumerate(pairs))


def say(backend: LocalBackend, example: Example, version: int = 0) -> str:
    """What `version` answers by greedy decoding, as the chat would."""
    events = backend.generate([Row(example.prompt, version)], Sampling(temperature=0, max_tokens=32), Stop())
    return "".join(event.text for event in events if isinstance(event, Delta))

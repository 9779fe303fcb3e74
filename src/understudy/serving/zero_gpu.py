"""Answers on a GPU that a Space has only while it answers: Hugging Face's ZeroGPU, through the package `spaces`.

A function decorated with `spaces.GPU` runs in another process, which is forked when a GPU is free and may serve again
later; arguments and what it yields are pickled. So the worker opens the model itself, once, and is told which versions
the rows need: nothing that was loaded here, no lock and no thread, has to survive a fork. It must be a synchronous
generator (`async` ones are refused), and it is started in the context of the request, in which `spaces` finds whose
quota counts. A wish to stop cannot be sent there: rows end here at once, and the worker when its next token comes.
"""

from __future__ import annotations

import contextvars
import functools
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.serving.backend import Backend, ModelCard, Stop
from understudy.types import Done, Event, FinishReason, Message, Row, Sampling

Answers = Callable[[str, str, Mapping[int, str], Sequence[Row], Sampling], Iterator[Event]]
"""Source and name of a model, folders of the versions that are needed, rows, sampling; runs where the GPU is."""

LOOK_S = 0.05
"""How long a wish to stop waits at most while no token comes."""

_START_S, _TOKENS_A_S, _MOST_S = 15, 20, 120
"""Seconds of GPU time to ask for: to open the model, for each token, at most. The less, the sooner one gets it."""


def is_here() -> bool:
    """Whether this is a Space with ZeroGPU."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() not in ("", "0", "false") and find_spec("spaces") is not None


def on_gpu() -> Answers:
    """`answers` where the GPU is. To be called before the page is served: a Space looks for such a function then."""
    decorated: Answers = import_module("spaces").GPU(duration=seconds)(answers)
    return decorated


def seconds(source: str, name: str, versions: Mapping[int, str], rows: Sequence[Row], sampling: Sampling) -> int:
    """GPU time that these rows may need; the arguments are those of `answers`."""
    return min(_MOST_S, _START_S + sampling.max_tokens // _TOKENS_A_S)


def answers(
    source: str, name: str, versions: Mapping[int, str], rows: Sequence[Row], sampling: Sampling
) -> Iterator[Event]:
    """The events of these rows, in the process that has the GPU. What goes wrong is told as the end of every row."""
    try:
        backend = opened(source, name)
        for number, folder in versions.items():
            if number not in backend.versions():
                backend.load_version(number, Path(folder))
    except UnderstudyError as error:
        yield from (Done(row, FinishReason.ERROR, error=str(error)) for row in range(len(rows)))
        return
    yield from backend.generate(rows, sampling, Stop())


@functools.cache
def opened(source: str, name: str) -> Backend:
    """The model on the best device of this process, opened once.

    With one CPU thread: the pool of threads that torch has in the parent is not there after a fork, and a parallel loop
    would wait for it for ever (seen here).
    """
    from understudy.serving.device import choose_placement
    from understudy.serving.local import LocalBackend

    return LocalBackend(source, name=name, placement=choose_placement(threads=1))


@dataclass(frozen=True, slots=True)
class _Broken:
    """The GPU's process ended with this sentence instead of events."""

    sentence: str


class ZeroGpuBackend:
    """A `Backend` whose rows are answered by `on_gpu`; `inner` is the same model on the CPU, which describes it."""

    awaited = False

    def __init__(self, source: str, inner: Backend, on_gpu: Answers) -> None:
        self.name = inner.name
        self._source, self._inner, self._on_gpu = source, inner, on_gpu
        self._folders: dict[int, str] = {}

    def describe(self) -> ModelCard:
        return self._inner.describe()

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        heard: queue.Queue[Event | _Broken] = queue.Queue()
        left = threading.Event()
        context = contextvars.copy_context()
        threading.Thread(
            target=context.run, args=(self._pump, rows, sampling, heard, left), name="zero-gpu", daemon=True
        ).start()
        try:
            yield from _until_done(len(rows), heard, stop)
        finally:
            left.set()

    def load_version(self, number: int, path: Path) -> None:
        self._inner.load_version(number, path)
        self._folders[number] = str(path)

    def unload_version(self, number: int) -> None:
        self._inner.unload_version(number)
        self._folders.pop(number, None)

    def versions(self) -> tuple[int, ...]:
        return self._inner.versions()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._inner.count_tokens(messages)

    def close(self) -> None:
        self._inner.close()

    def _pump(
        self, rows: Sequence[Row], sampling: Sampling, heard: queue.Queue[Event | _Broken], left: threading.Event
    ) -> None:
        """Take events from the GPU's process until all are there, or nobody wants them any more."""
        needed = {row.version: self._folders[row.version] for row in rows if row.version in self._folders}
        try:
            events = self._on_gpu(self._source, self.name, needed, list(rows), sampling)
            for event in events:
                heard.put(event)
                if left.is_set():
                    break
            getattr(events, "close", lambda: None)()  # this is what stops the worker
            heard.put(_Broken("The GPU of this Space ended without finishing this answer. Try again."))
        except Exception as error:  # noqa: BLE001 - quota, queue and worker errors are classes of other packages
            reason = str(getattr(error, "message", "") or error or type(error).__name__).rstrip(".")
            heard.put(_Broken(f"The GPU of this Space could not answer: {reason}. Try again later."))


def _until_done(count: int, heard: queue.Queue[Event | _Broken], stop: Stop) -> Iterator[Event]:
    """What is heard of rows that nobody stopped; every row ends with exactly one `Done`."""
    running = set(range(count))
    while running:
        for row in sorted(row for row in running if stop.requested(row)):
            running.discard(row)
            yield Done(row, FinishReason.STOPPED)
        try:
            event = heard.get(timeout=LOOK_S)
        except queue.Empty:
            continue
        if isinstance(event, _Broken):
            yield from (Done(row, FinishReason.ERROR, error=event.sentence) for row in sorted(running))
            return
        if event.row in running:
            if isinstance(event, Done):
                running.discard(event.row)
            yield event

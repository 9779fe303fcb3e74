"""What training beside the chat costs the chat: memory, and the time between two words of an answer.

Memory is what each process has for itself (USS), at its peak, sampled while it works; every measurement is a fresh
process. Chat alone answers a question; chat and training answers while an adapter trains on the same weights; the peer
is a second process that trains on a copy of its own, the way chat and trainer are two programs elsewhere.

A gap is the time between two pieces of text of one answer. Answers come one after the other with a pause between, once
with and once without a training going on in the same process.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.facts import asked, company
from tests.benchmarks.results import Result, benchmark
from understudy.dataset import anchors
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.serving.backend import Stop
from understudy.serving.device import choose_placement
from understudy.serving.local import LocalBackend
from understudy.settings import starter_folder
from understudy.training.recipe import recipe_for
from understudy.training.trainer import LocalTrainer
from understudy.types import BASE, Row, Sampling

ROOT = Path(__file__).resolve().parents[2]
ANSWERS, TOKENS, PAUSE_S = 12, 48, 0.4


@benchmark("train-memory-vs-chat", "train-memory-vs-two", "train-memory-starter-vs-chat", "train-memory-starter-vs-two")
def memory() -> Iterator[Result]:
    """Peak memory of chat and training together, as ratios to chat alone and to two processes."""
    with tempfile.TemporaryDirectory() as home:
        for name, model in (("train-memory", _shape(home)), ("train-memory-starter", starter_folder())):
            chat, both, trainer = (_peak(what, model) for what in ("chat", "both", "train"))
            print(f"  {name}: chat {chat:.0f}, with training {both:.0f}, trainer alone {trainer:.0f} MB", flush=True)
            yield Result(f"{name}-vs-chat", round(both / chat, 2), "x memory", "", "chat alone")
            yield Result(
                f"{name}-vs-two", round(both / (chat + trainer), 2), "x memory", "", "two processes, a copy each"
            )


@benchmark("token-gap-p95-while-training", "token-gap-p95-starter-while-training")
def gaps() -> Iterator[Result]:
    """95th percentile of the gaps while training, as a ratio to that without.

    A gap is from one step of the chat to the next: weights drawn by chance say parts of letters, which are held back
    until they make one, so that 1.5 s lay between two texts of the larger model.
    """
    with tempfile.TemporaryDirectory() as home:
        for name, model in (("", _shape(home)), ("-starter", starter_folder())):
            backend = opened(model)
            _gaps(backend)
            alone = _gaps(backend)
            with Training(backend):
                beside = _gaps(backend)
            slow, fast = np.percentile(beside, 95), np.percentile(alone, 95)
            print(f"  p95 {1000 * fast:.1f} ms alone, {1000 * slow:.1f} ms while training", flush=True)
            peer = "the same answers without training"
            yield Result(f"token-gap-p95{name}-while-training", round(slow / fast, 2), "x time", "<= 2", peer)
            backend.close()


def _shape(home: str) -> Path:
    from tests.benchmarks.live import shape_135m

    return shape_135m(Path(home) / "shape-135m")


def opened(model: Path) -> LocalBackend:
    return LocalBackend(model, placement=choose_placement("cpu"))


class Training:
    """A training run without end in a thread, from the block's beginning to its end."""

    def __init__(self, backend: LocalBackend) -> None:
        self._backend, self._over, self.steps = backend, threading.Event(), 0
        self._thread = threading.Thread(target=self._train)

    def __enter__(self) -> Training:
        self._thread.start()
        while self.steps < 2 and self._thread.is_alive():
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        if self._over.is_set():
            raise InterruptedError

    def point(self, name: str, step: int, value: float) -> None:
        self.steps = max(self.steps, step)

    def _train(self) -> None:
        recipe = replace(recipe_for(self._backend.describe().parameters), max_steps=100_000, num_train_epochs=100_000)
        recipe = replace(recipe, stop_when_learned=False, save_seconds=1e9)
        with tempfile.TemporaryDirectory() as folder:
            try:
                LocalTrainer(self._backend).train(material(), recipe, Path(folder), self)
            except InterruptedError:
                return


def material() -> Snapshot:
    """Ten corrections and 64 anchors, whose answers are made up: nobody looks at what is learned."""
    facts = company(10).facts
    train = tuple(Example(f.question, Kind.CORRECTION, asked(f.question), f.wanted) for f in facts)
    drawn = anchors.draw(64, [fact.question for fact in facts], probe=False)
    replay = (Example(f"a{i}", Kind.REPLAY, prompt, "I do not know that yet.") for i, prompt in enumerate(drawn))
    return Snapshot(train, anchors=tuple(replay))


def _gaps(backend: LocalBackend) -> list[float]:
    found = []
    with _steps(backend) as times:
        for i in range(ANSWERS):
            time.sleep(PAUSE_S)
            times.clear()
            row = Row(asked(f"w{i} Tell me story number {i}, a long one about w{i + 7}."), BASE)
            for _ in backend.generate([row], Sampling(temperature=1, max_tokens=TOKENS, seed=i), Stop()):
                pass
            found += [b - a for a, b in itertools.pairwise(times)]
    return found


@contextmanager
def _steps(backend: LocalBackend) -> Iterator[list[float]]:
    """When the chat's own output layer was asked; the trainer's is a copy, which takes the hook along."""
    times: list[float] = []
    head = backend._model.get_output_embeddings()
    hook = head.register_forward_hook(lambda layer, *_: times.append(time.perf_counter()) if layer is head else None)
    try:
        yield times
    finally:
        hook.remove()


def _peak(what: str, model: Path) -> float:
    """Megabytes that a fresh process has for itself at most."""
    child = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.beside", what, str(model)], cwd=ROOT)
    process, peak = psutil.Process(child.pid), 0
    while child.poll() is None:
        try:
            peak = max(peak, process.memory_full_info().uss)
        except psutil.Error:
            break
        time.sleep(0.05)
    if child.wait():
        raise RuntimeError(f"the process that measures {what} failed")
    return peak / 1e6


def _work(what: str, model: Path) -> None:
    """In a process of its own: chat, train or both."""
    backend = opened(model)
    if what == "chat":
        _gaps(backend)
    elif what == "both":
        with Training(backend):
            _gaps(backend)
    else:
        with Training(backend):
            time.sleep(10)


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]))

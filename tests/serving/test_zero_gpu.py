"""A GPU that is there only for an answer: in another process or thread, by pickled values, in the request's context."""

from __future__ import annotations

import contextvars
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from understudy.errors import ModelError
from understudy.serving import zero_gpu
from understudy.serving.backend import Stop
from understudy.serving.scripted import ScriptedBackend
from understudy.serving.zero_gpu import ZeroGpuBackend
from understudy.types import Delta, Done, FinishReason, Message, Row, Sampling

REPOSITORY = Path(__file__).parents[2]
REQUEST: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="nobody")
ROWS = [Row([Message("user", "Hello?")], 0), Row([Message("user", "Hello?")], 3)]


class FakeSpaces(ModuleType):
    """`spaces` as it behaves: only synchronous generators, whose arguments and values travel as pickles.

    `callers` are whose request each call was made in, `asked` the seconds of GPU time, `left` the calls that were
    closed before their end.
    """

    def __init__(self, run: Callable[..., Iterator[bytes]]) -> None:
        super().__init__("spaces")
        self.run, self.callers, self.asked, self.left = run, list[str](), list[int](), list[bool]()

    def GPU(self, duration: Callable[..., int]) -> Any:  # noqa: N802 - its name there
        def decorate(task: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
            def wrapped(*arguments: Any) -> Iterator[Any]:
                self.callers.append(REQUEST.get())
                self.asked.append(duration(*arguments))
                values = self.run(task, pickle.dumps(arguments))
                try:
                    for value in values:
                        yield pickle.loads(value)
                except GeneratorExit:
                    self.left.append(True)
                    raise

            return wrapped

        return decorate


def here(task: Callable[..., Iterator[Any]], arguments: bytes) -> Iterator[bytes]:
    """In this process, but only with what pickles carry."""
    for value in task(*pickle.loads(arguments)):
        yield pickle.dumps(value)


@pytest.fixture
def spaces(monkeypatch: pytest.MonkeyPatch) -> FakeSpaces:
    made = FakeSpaces(here)
    monkeypatch.setitem(sys.modules, "spaces", made)
    return made


def scripted(monkeypatch: pytest.MonkeyPatch, **how: Any) -> ScriptedBackend:
    """What the worker opens."""
    backend = ScriptedBackend({0: "I am the base.", 3: "I am version three."}, **how)
    monkeypatch.setattr(zero_gpu, "opened", lambda source, name: backend)
    return backend


def gpu_backend(tmp_path: Path, source: str = "model") -> ZeroGpuBackend:
    backend = ZeroGpuBackend(source, ScriptedBackend("never asked", name="m"), zero_gpu.on_gpu())
    backend.load_version(3, tmp_path)
    return backend


def told(events: list[Any], row: int) -> tuple[str, Done]:
    (end,) = (event for event in events if isinstance(event, Done) and event.row == row)
    return "".join(event.text for event in events if isinstance(event, Delta) and event.row == row), end


def test_rows_are_answered_where_the_gpu_is_for_whoever_asked(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = scripted(monkeypatch)
    backend = gpu_backend(tmp_path)
    token = REQUEST.set("ada")
    try:
        events = list(backend.generate(ROWS, Sampling(max_tokens=400), Stop()))
    finally:
        REQUEST.reset(token)
    assert told(events, 0)[0] == "I am the base." and told(events, 1)[0] == "I am version three."
    assert {told(events, row)[1].finish for row in (0, 1)} == {FinishReason.STOP}
    assert worker.versions() == (0, 3), "the worker loads what the rows need"
    assert spaces.callers == ["ada"] and spaces.asked == [35]
    assert backend.versions() == (0, 3) and backend.describe().name == "m"


def test_a_row_that_is_stopped_ends_at_once_and_with_the_last_one_the_worker_is_left(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripted(monkeypatch, delay=0.05)
    stop, events = Stop(), []
    for event in gpu_backend(tmp_path).generate(ROWS, Sampling(), stop):
        events.append(event)
        if isinstance(event, Delta) and event.row == 0:
            stop.request(0)
        if isinstance(event, Done) and event.row == 0:
            stop.request()
    assert [told(events, row)[1].finish for row in (0, 1)] == [FinishReason.STOPPED] * 2
    assert told(events, 0)[0] == "I " or told(events, 0)[0] == "I", "nothing of a row follows its end"
    deadline = time.monotonic() + 5
    while not spaces.left and time.monotonic() < deadline:
        time.sleep(0.01)
    assert spaces.left == [True]


def test_who_waits_for_a_gpu_can_stop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free = threading.Event()

    def waiting(task: Any, arguments: bytes) -> Iterator[bytes]:
        free.wait(20)
        yield from here(task, arguments)

    monkeypatch.setitem(sys.modules, "spaces", FakeSpaces(waiting))
    scripted(monkeypatch)
    stop = Stop()
    threading.Timer(0.1, stop.request).start()
    events = list(gpu_backend(tmp_path).generate(ROWS, Sampling(), stop))
    assert [event.finish for event in events if isinstance(event, Done)] == [FinishReason.STOPPED] * 2
    free.set()


@pytest.mark.parametrize("where", ["quota", "worker", "model", "silence"])
def test_what_goes_wrong_there_is_a_sentence_under_every_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    class QuotaError(Exception):
        message = "You have exceeded your GPU quota."

    def failing(task: Any, arguments: bytes) -> Iterator[bytes]:
        if where == "quota":
            raise QuotaError
        if where == "worker":
            yield pickle.dumps(Delta(0, "I"))
            raise RuntimeError("CUDA error")
        if where == "model":
            yield from here(task, arguments)

    monkeypatch.setitem(sys.modules, "spaces", FakeSpaces(failing))
    monkeypatch.setattr(zero_gpu, "opened", lambda *_: (_ for _ in ()).throw(ModelError("No such model.")))
    events = list(gpu_backend(tmp_path).generate(ROWS, Sampling(), Stop()))
    wanted = {"quota": "GPU quota", "worker": "CUDA error", "model": "No such model.", "silence": "without finishing"}
    for row in (0, 1):
        end = told(events, row)[1]
        assert end.finish is FinishReason.ERROR and wanted[where] in (end.error or "")


def test_only_a_space_that_says_so_and_has_the_package_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zero_gpu, "find_spec", lambda name: object())
    for value, expected in (("true", True), ("1", True), ("", False), ("false", False)):
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
        assert zero_gpu.is_here() is expected
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(zero_gpu, "find_spec", lambda name: None)
    assert not zero_gpu.is_here()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Spaces are Linux, and only there a process is forked")
def test_a_fork_of_a_program_that_answers_with_threads_opens_the_model_and_answers_as_it() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    told = subprocess.run(
        [sys.executable, "-m", "tests.serving.forked"],
        cwd=REPOSITORY, env=environ | {"PYTHONPATH": "src:."}, capture_output=True, text=True,
    )  # fmt: skip
    there, here = told.stdout.splitlines()
    assert there == here and len(there) > 20, told.stderr

"""A program that answers with two threads and then in a fork of itself, as ZeroGPU does: `-m tests.serving.forked`.

It prints both answers. In a program of its own, because a fork of the one that runs the tests would inherit all of it.
"""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.serving.test_zero_gpu import FakeSpaces, here
from understudy.serving import zero_gpu
from understudy.serving.backend import Backend, Stop
from understudy.serving.local import LocalBackend
from understudy.serving.zero_gpu import ZeroGpuBackend
from understudy.types import Delta, Message, Row, Sampling

STARTER = Path(__file__).parents[2] / "assets" / "starter"


def work(task: Callable[..., Iterator[Any]], arguments: bytes, pipe: Any) -> None:
    for value in here(task, arguments):
        pipe.send_bytes(value)
    pipe.close()


def in_a_fork(task: Callable[..., Iterator[Any]], arguments: bytes) -> Iterator[bytes]:
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(task, arguments, sender))
    worker.start()
    sender.close()
    try:
        while True:
            if not receiver.poll(60):
                yield pickle.dumps(Delta(0, "(it hangs)"))
                worker.kill()
                return
            yield receiver.recv_bytes()
    except EOFError:
        worker.join(10)


def answer(backend: Backend) -> str:
    rows, sampling = [Row([Message("user", "Who are you?")])], Sampling(temperature=0, max_tokens=12)
    return "".join(e.text for e in backend.generate(rows, sampling, Stop()) if isinstance(e, Delta))


if __name__ == "__main__":
    sys.modules["spaces"] = FakeSpaces(in_a_fork)
    inner = LocalBackend.open(STARTER, name="starter", threads=2)
    print(answer(inner))
    print(answer(ZeroGpuBackend(str(STARTER), inner, zero_gpu.on_gpu())))

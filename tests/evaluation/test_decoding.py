"""Judging beside a person on the local engine: nobody waits for a batch, and no judged answer suffers from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.evaluation.test_judging import Free, lesson, probes
from tests.serving.models import random_model, save_adapter, save_model
from understudy.dataset.example import Snapshot
from understudy.evaluation import CANDIDATE, Report, evaluate
from understudy.evaluation.decoding import Ask, Decoding
from understudy.serving.backend import Stop
from understudy.serving.local import LocalBackend
from understudy.serving.scripted import ScriptedBackend
from understudy.types import BASE, Delta, Message, Row, Sampling

pytestmark = pytest.mark.slow


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[LocalBackend]:
    torch.set_num_threads(1)
    opened = LocalBackend.open(save_model(tmp_path / "model"), name="tiny", device="cpu", threads=1)
    opened.load_version(CANDIDATE, save_adapter(tmp_path / "v", random_model(), 1))
    yield opened
    opened.close()


def person(backend: LocalBackend, said: list[float]) -> None:
    for event in backend.generate([Row([Message("user", "Hi")])], Sampling(max_tokens=4, seed=1), Stop()):
        if isinstance(event, Delta):
            said.append(time.perf_counter())


def test_a_question_ends_the_running_batch_and_the_report_stays_the_same(backend: LocalBackend) -> None:
    snapshot, undisturbed = Snapshot((), lessons=(lesson(1), lesson(2)), probes=probes(6)), Free()
    alone = evaluate(backend, snapshot, CANDIDATE, BASE, undisturbed)
    begun = threading.Event()
    said: list[float] = []
    steps: list[float] = []
    reports: list[Report] = []

    class Begun(Free):
        def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
            super().step(phase, done, seconds_left)
            steps.append(time.perf_counter())
            begun.set()

    judging = threading.Thread(target=lambda: reports.append(evaluate(backend, snapshot, CANDIDATE, BASE, Begun())))
    judging.start()
    assert begun.wait(20)
    for _ in range(3):
        person(backend, said)
    judging.join()
    (report,) = reports
    assert report == alone
    assert said[0] < steps[-1] and len(steps) > len(undisturbed.steps)
    assert not backend.busy


def test_a_crowd_that_never_pauses_does_not_starve_judging() -> None:
    backend = ScriptedBackend(lambda messages, version: f"v{version} heard: {messages[-1].content}")
    backend.awaited = True
    decoding, asks = Decoding(backend), [Ask(0, (Message("user", f"Question {i}"),), 16) for i in range(5)]
    decoding.collect(asks, Free(), "judging")
    assert [decoding.answer(ask).text for ask in asks] == [f"v0 heard: Question {i}" for i in range(5)]
    assert max(map(len, backend.asked)) == 5 and min(map(len, backend.asked)) == 1

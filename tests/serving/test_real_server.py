"""A real server on this machine, `transformers serve` with the starter: our client against somebody else's code."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from understudy.serving.backend import Backend, Stop
from understudy.serving.local import LocalBackend
from understudy.serving.remote import RemoteBackend
from understudy.settings import starter_folder
from understudy.types import Delta, Done, FinishReason, Message, Row, Sampling

pytestmark = pytest.mark.slow

PATIENCE_S = 240
ASKED = [Message("user", "Hello, who are you?")]
GREEDY = Sampling(temperature=0, max_tokens=40)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of the server, started for this file and ended after it."""
    pytest.importorskip("transformers.cli.serve", reason="this transformers cannot serve")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    cache = tmp_path_factory.mktemp("hub")  # the list of models needs a cache folder that exists
    program = str(Path(sys.executable).with_name("transformers"))
    where = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(
        [program, "serve", str(starter_folder()), *where],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(url, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start (exit code {server.poll()})")


def said(backend: Backend, sampling: Sampling = GREEDY) -> tuple[list[str], Done]:
    """The pieces of one answer, and its end."""
    events = list(backend.generate([Row(ASKED)], sampling, Stop()))
    assert isinstance(events[-1], Done)
    return [event.text for event in events if isinstance(event, Delta)], events[-1]


def test_a_served_starter_says_word_by_word_what_the_local_engine_says(address: str) -> None:
    pieces, end = said(RemoteBackend(f"{address}#{starter_folder()}"))
    here, _ = said(LocalBackend(str(starter_folder())))
    assert "".join(pieces) == "".join(here) and len(pieces) > 3
    assert end.finish is FinishReason.STOP and end.usage.prompt_tokens > 5
    assert end.usage.completion_tokens >= len(pieces) and end.usage.first_token_ms is not None


def test_its_legacy_completions_continue_a_text(address: str) -> None:
    pieces, end = said(
        RemoteBackend(f"completions:{address}#{starter_folder()}"), Sampling(temperature=0, max_tokens=8)
    )
    assert "".join(pieces).strip() and end.finish is FinishReason.LENGTH and end.usage.completion_tokens == 8


def test_an_answer_is_stopped_and_the_server_answers_the_next_one(address: str) -> None:
    backend, stop = RemoteBackend(f"{address}#{starter_folder()}"), Stop()
    events = []
    for event in backend.generate([Row(ASKED)], Sampling(temperature=1, max_tokens=500), stop):
        events.append(event)
        stop.request()
    assert isinstance(events[-1], Done) and events[-1].finish is FinishReason.STOPPED
    assert said(backend)[1].finish is FinishReason.STOP

"""Our fake is not the only judge: the same client code against it and against a fake that others wrote.

The other one is `@copilotkit/aimock` from npm. It has no checkpoints, no result tables and no limits, and does not
look into files; what both have must come to the same here. Without Node or the package its half is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.playground.ordered import MODEL, NAME, Bench, chats, pairs
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.conftest import free_port
from understudy.dataset.jsonl import dump_lines
from understudy.errors import ModelError, TrainingError
from understudy.playground.ordering import Wanted
from understudy.serving.backend import Stop
from understudy.serving.catalogue import Method
from understudy.serving.network import Network
from understudy.serving.provider import endpoint_of, server_of
from understudy.serving.remote import RemoteBackend, list_models
from understudy.store import Store
from understudy.training.provider_job import FineTuning
from understudy.types import Delta, Done, FinishReason, Message, Row, Sampling

HOW = "npm install -g @copilotkit/aimock@1.43.0, or set AIMOCK to its llmock program"
pytestmark = pytest.mark.slow

SAID = "Good day, and welcome to our shop. We close at six."
PATIENCE_S = 60


@pytest.fixture(params=["ours", "aimock"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The base URL of a fake that answers everything with the same sentence and knows one key."""
    monkeypatch.setenv("UNDERSTUDY_SERVER_KEY", KEY)
    if request.param == "ours":
        provider: FakeProvider = request.getfixturevalue("provider")
        provider.state.answer = lambda model, message: SAID
        yield request.getfixturevalue("provider_url")
        return
    program = os.environ.get("AIMOCK") or shutil.which("llmock")
    if program is None or shutil.which("node") is None:
        pytest.skip(f"aimock is not installed: {HOW}")
    with aimock(program, tmp_path / "answers") as server:
        yield server


@contextmanager
def aimock(program: str, folder: Path) -> Iterator[str]:
    """The base URL of `llmock` on a loopback port, as long as the block lasts."""
    answers = {"fixtures": [{"match": {}, "response": {"content": SAID}}]}
    folder.mkdir()
    (folder / "all.json").write_text(json.dumps(answers), encoding="utf-8")
    port = str(free_port())
    server = subprocess.Popen(
        [program, "-p", port, "-f", str(folder), "--log-level", "silent"], env={**os.environ, "AIMOCK_API_KEYS": KEY}
    )
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/v1")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        try:
            list_models(server_of(url), Network())
            return
        except ModelError:
            time.sleep(0.05)
    raise AssertionError(f"aimock did not start (exit code {server.poll()})")


def test_an_answer_streams_and_is_counted(url: str) -> None:
    row = Row([Message("user", "Hello")])
    events = list(RemoteBackend(f"{url}#{MODEL}").generate([row, row], Sampling(temperature=0), Stop()))
    for place in (0, 1):
        assert "".join(e.text for e in events if isinstance(e, Delta) and e.row == place) == SAID
    ends = [event for event in events if isinstance(event, Done)]
    assert [end.finish for end in ends] == [FinishReason.STOP] * 2
    assert sum(isinstance(event, Delta) for event in events) > 2, "in pieces"
    assert all(end.usage.prompt_tokens and end.usage.completion_tokens for end in ends)


def test_a_wrong_key_is_one_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_SERVER_KEY", "sk-wrong")
    *_, end = RemoteBackend(f"{url}#{MODEL}").generate([Row([Message("user", "Hello")])], Sampling(), Stop())
    assert isinstance(end, Done) and end.error == (
        "127.0.0.1 refused the key. Check UNDERSTUDY_SERVER_KEY, then start the program again."
    )


def test_files_go_there_and_come_back_byte_for_byte(url: str) -> None:
    api, data = FineTuning(endpoint_of(f"{url}#{MODEL}")), dump_lines(chats(text="Wer führt Laden Nummer"))
    sent = api.upload("shop.jsonl", data)
    assert api.content(sent) == data
    assert (api.find_file("shop.jsonl"), api.find_file("other.jsonl")) == (sent, None)
    api.delete_file(sent)
    api.delete_file(sent)
    with pytest.raises(TrainingError, match=f"has no file {sent}"):
        api.content(sent)


def test_a_job_is_found_by_our_mark_alone_and_cannot_be_cancelled_late(url: str) -> None:
    api = FineTuning(endpoint_of(f"{url}#{MODEL}"))
    file = api.upload("shop.jsonl", dump_lines(chats()))
    made = [api.create(mark, "supervised", file, settings={"n_epochs": 2}) for mark in ("first", "second")]
    assert api.find("none") is None
    assert {job.mark: job.id for job in api.jobs()} == {"first": made[0].id, "second": made[1].id}
    found = api.find("first")
    assert found is not None and (found.id, found.method, found.training_file) == (made[0].id, "supervised", file)
    while not (told := api.retrieve(found.id)).has_ended:
        pass
    assert told.tuned is not None and told.tuned.startswith(f"ft:{MODEL}:")
    events = api.events(told.id)
    assert len(events) > 2 and not api.events(told.id, {event.external for event in events}), "told once each"
    with pytest.raises(TrainingError, match="did not accept"):
        api.cancel(told.id)


@pytest.mark.parametrize("method", ["supervised", "dpo"])
def test_a_job_lives_its_whole_life_from_the_agreement_to_a_judged_version(
    url: str, store: Store, method: Method
) -> None:
    bench = Bench(store, None, url)  # type: ignore[arg-type]  # nothing here looks into the fake
    bench.learn(chats() if method == "supervised" else pairs(20))
    job = bench.end(bench.order(Wanted(NAME, method)))
    assert job.status == "succeeded", job.sentence
    assert [version.number for version in store.versions.list(NAME)][-1:], "the finished model is a version"
    assert all(file.deleted for file in store.jobs.files(job.id) if file.purpose == "fine-tune")

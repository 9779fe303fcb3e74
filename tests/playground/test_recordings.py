"""A recording goes on in the background, stops when asked, goes on where it stopped, and teaches; files come home."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from tests.playground.ordered import MODEL, chats, listed_as_openai
from tests.provider.fake import FakeProvider
from tests.ui.stage import with_providers
from understudy.dataset.jsonl import dump_lines
from understudy.errors import InputError
from understudy.playground.playground import Playground
from understudy.playground.recordings import Recorded
from understudy.playground.remote_training import RemoteTraining
from understudy.serving.provider import Endpoint, endpoint_of
from understudy.store import Store
from understudy.training.provider_job import FineTuning

LINES = 30


@pytest.fixture
def server(provider_url: str) -> Endpoint:
    return endpoint_of(f"{provider_url}#{MODEL}")


@pytest.fixture
def remote(playground: Playground, store: Store) -> Iterator[RemoteTraining]:
    listed_as_openai(store.path.parent)
    made = with_providers(playground, date(2026, 11, 21)).remote
    assert made is not None
    yield made
    made.close()


@pytest.fixture
def old(provider: FakeProvider, server: Endpoint) -> tuple[str, str]:
    """A finished job at the provider: its id and its model."""
    api = FineTuning(server)
    job = api.create("old", "supervised", api.upload("shop.jsonl", dump_lines(chats(LINES)))).id
    while provider.jobs.advance(job).status != "succeeded":
        pass
    return job, str(provider.jobs.get(job).model)


def ended(remote: RemoteTraining) -> Recorded:
    end = time.monotonic() + 120
    while (found := remote.recordings.sets()[0]).running:
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def test_a_stopped_recording_goes_on_where_it_stopped_and_teaches(
    remote: RemoteTraining, store: Store, provider: FakeProvider, server: Endpoint, old: tuple[str, str]
) -> None:
    job, model = old
    provider.state.pause_s = 1.0
    golden = remote.recordings.start(server, model, job)
    with pytest.raises(InputError, match="being recorded already"):
        remote.recordings.start(server, model, job)
    remote.recordings.stop(golden)
    stopped = ended(remote)
    assert stopped.answers < LINES and "Record again to go on" in stopped.sentence
    provider.state.pause_s = 0.0
    assert remote.recordings.start(server, model, job) == golden
    whole = ended(remote)
    assert (whole.answers, whole.sentence) == (LINES, f"All {LINES} answers are recorded.")
    assert 0 < whole.compares < LINES
    assert f"{LINES - whole.compares} answers are approved corrections of starter now" in remote.recordings.teach(
        golden
    )
    (run,) = store.runs.list("starter")
    assert (run.state, run.trigger) == ("queued", f"taught by the answers of {model}")


def test_a_model_that_ended_meanwhile_is_not_asked_for_every_prompt(
    remote: RemoteTraining, provider: FakeProvider, server: Endpoint, old: tuple[str, str]
) -> None:
    provider.state.models[old[1]].shutdown_date = provider.state.today
    remote.recordings.start(server, old[1], old[0])
    assert "has no model" in ended(remote).sentence
    assert sum(asked.path == "/chat/completions" for asked in provider.state.requests) <= 4


def test_files_come_home_are_counted_become_feedback_and_are_taken_back(
    remote: RemoteTraining, store: Store, server: Endpoint, old: tuple[str, str]
) -> None:
    job = old[0]
    with pytest.raises(InputError, match="Download them first"):
        remote.home.preview(job)
    files, missing = remote.home.download(server, job)
    assert missing == [] and all(file.parent == store.path.parent / "rescue" / job for file in files)
    assert remote.home.download(server, job)[0] == files, "what is here stays"
    counted = remote.home.preview(job)
    assert counted.added == LINES and store.imports.list() == [] and store.conversations.list() == []
    assert remote.home.convert(job) == counted
    assert remote.home.preview(job).known == LINES and len(store.corrections.lessons()) == LINES
    assert remote.home.take_back(job) == LINES
    assert store.corrections.lessons() == [] and remote.home.preview(job) == counted
    for hostile in ("..", "../x", "a/b", ""):
        with pytest.raises(InputError, match="is no id of a job"):
            remote.home.preview(hostile)

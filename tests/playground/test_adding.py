"""Adding a model: what is registered, and what is not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from understudy.errors import Cancelled, DownloadError, InputError, NotFoundError
from understudy.playground.adding import Adding, Job, Progress, unused_name
from understudy.store import Store


def finished(adding: Adding, source: str) -> Job:
    """Add `source` and wait for the end of its job."""
    job = adding.get(adding.start(source))
    for thread in threading.enumerate():
        if thread.name == "add-model":
            thread.join(10)
    assert job.state != "running"
    return job


def test_a_model_that_arrived_can_be_chosen(store: Store) -> None:
    def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
        progress(5, 10)
        return Path(source)

    job = finished(Adding(store, fetch), "someone/Tiny-Model")
    assert (job.state, job.name, job.done_bytes, job.total_bytes) == ("done", "tiny-model", 5, 10)
    found = store.models.find("tiny-model")
    assert found is not None
    assert found.source == "someone/Tiny-Model"


def test_a_hub_that_cannot_be_reached_is_a_sentence_and_nothing_is_registered(store: Store) -> None:
    def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
        raise DownloadError("The hub cannot be reached. Check the connection, or choose a folder.")

    before = store.models.list()
    job = finished(Adding(store, fetch), "someone/model")
    assert (job.state, job.message) == (
        "failed",
        "The hub cannot be reached. Check the connection, or choose a folder.",
    )
    assert store.models.list() == before


def test_a_fault_of_the_program_still_ends_the_job_with_a_sentence(store: Store) -> None:
    def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
        raise RuntimeError("bug")

    job = finished(Adding(store, fetch), "someone/model")
    assert job.state == "failed"
    assert "someone/model could not be added" in job.message


def test_cancelling_stops_the_download_and_registers_nothing(store: Store) -> None:
    begun = threading.Event()

    def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
        begun.set()
        assert cancelled.wait(5)
        raise Cancelled("Cancelled. A new try goes on from there.")

    adding = Adding(store, fetch)
    job = adding.get(adding.start("someone/model"))
    assert begun.wait(5)
    with pytest.raises(InputError, match="already being added"):
        adding.start("someone/model")
    adding.cancel(job.id)
    for thread in threading.enumerate():
        if thread.name == "add-model":
            thread.join(5)
    assert job.state == "cancelled"
    assert store.models.find("model") is None


def test_an_unknown_job_is_a_sentence(store: Store) -> None:
    with pytest.raises(NotFoundError, match="restarted"):
        Adding(store, lambda source, progress, cancelled: Path(source)).get("nothing")


@pytest.mark.parametrize(
    ("source", "name"),
    [("a/Llama-3.2-1B", "llama-3.2-1b"), ("/models/base", "model-base"), ("x/v3", "model-v3"),
     ("C:\\models\\My Model\\", "my-model"), ("x/parrot", "parrot-2"), ("models/parrot", "parrot")],
)  # fmt: skip
def test_names_are_short_unused_and_no_column_words(store: Store, source: str, name: str) -> None:
    assert unused_name(store, source) == name

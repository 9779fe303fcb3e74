"""Every request about training elsewhere, without a browser: against the fake provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.playground.ordered import Nobody, chats, pairs
from tests.provider.errors import REFUSED_ORGANISATION, Fault
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.elsewhere import MODEL, build_elsewhere, job_there, teach
from tests.ui.test_handlers import value
from tests.ui.test_learning_requests import LOOKING
from understudy.dataset.privacy import Kind, Match
from understudy.playground.playground import Playground
from understudy.ui.handlers import Handlers


class Mails(Nobody):
    """Finds one mail address."""

    def find(self, text: str) -> list[Match]:
        at = text.find("ann@shop.example")
        return [Match(Kind.MAIL, at, at + 16)] if at >= 0 else []


@pytest.fixture
def stage(tmp_path: Path, provider: FakeProvider, provider_url: str) -> Iterator[Playground]:
    made = build_elsewhere(tmp_path, finder=Mails(), watched=False)
    teach(made, chats())
    yield made
    made.close()


@pytest.fixture
def handlers(stage: Playground) -> Handlers:
    return Handlers(stage)


@pytest.fixture
def wanted(provider_url: str) -> dict[str, Any]:
    return {
        "model": f"{provider_url}#{MODEL}", "method": "supervised", "mask": [], "settings": {}, "unchecked": False
    }  # fmt: skip


def step(handlers: Handlers) -> None:
    """What the thread of the app would do next."""
    remote = handlers.playground.remote
    assert remote is not None
    for job in handlers.playground.store.jobs.open():
        remote.fulfilling.step(job.id)


def ordered(handlers: Handlers, wanted: dict[str, Any]) -> Any:
    """The job of an offer that was agreed to."""
    return value(handlers, "order", **wanted, agreement=value(handlers, "preflight", **wanted)["agreement"])


def looked(handlers: Handlers, model: str) -> Any:
    return value(handlers, "learning", **{**LOOKING, "model": model})


def test_models_that_are_closed_are_shown_with_their_date_and_last(handlers: Handlers, provider_url: str) -> None:
    assert [server["id"] for server in value(handlers, "trainers")["servers"]] == [
        "openai", "azure", "nebius", "compatible"
    ]  # fmt: skip
    found = value(handlers, "trainable", server=provider_url)
    models = {model["model"]: model for model in found["models"]}
    assert models[MODEL]["methods"] == ["supervised", "dpo"] and not models[MODEL]["closed"]
    assert "shut down in 54 days, on 2027-01-14" in models[MODEL]["words"]
    dead = models["gpt-3.5-turbo-0125"]
    assert dead["closed"] and "2026-10-23" in dead["words"] and found["models"][-1]["closed"]
    assert models["gpt-4o-mini-2024-07-18"]["unclear"] == ["dpo"]
    assert "nothing is known" in models["silent"]["words"] and not models["silent"]["closed"]


def test_a_listed_server_that_does_not_answer_still_has_its_catalogue(
    handlers: Handlers, provider: FakeProvider, provider_url: str
) -> None:
    provider.state.key = "another"
    found = value(handlers, "trainable", server=provider_url)
    assert found["problem"] and MODEL in [model["model"] for model in found["models"]]


def test_what_would_be_sent_is_read_line_by_line_before_it_leaves(
    handlers: Handlers, wanted: dict[str, Any], provider: FakeProvider
) -> None:
    offer = value(handlers, "preflight", **wanted)
    assert offer["may_go_on"] and offer["stops"] == [] and offer["days_left"] == 54
    assert offer["price"].startswith("$") or "less than" in offer["price"]
    assert [words for words, _ in offer["epochs"]] == ["1 epoch", "3 epochs", "5 epochs", "8 epochs", "10 epochs"]
    assert offer["files"][0]["lines"] == 12 and offer["host"] == "127.0.0.1"
    asked = {"agreement": offer["agreement"], "file": "train.jsonl"}
    first = value(handlers, "preflight_lines", **asked, start=0)
    last = value(handlers, "preflight_lines", **asked, start=10)
    assert (first["total"], len(first["lines"]), len(last["lines"])) == (12, 5, 2)
    read = [*first["lines"], *value(handlers, "preflight_lines", **asked, start=5)["lines"], *last["lines"]]
    assert provider.state.files == {}
    ordered(handlers, wanted)
    provider.faults.order("POST /fine_tuning/jobs", Fault(503, "later"))
    step(handlers)
    (sent,) = provider.state.files.values()
    assert sent.content.decode().splitlines() == read, "the very lines"


def test_personal_data_are_counted_and_masked_per_kind(handlers: Handlers, wanted: dict[str, Any]) -> None:
    teach(handlers.playground, chats(1, "Is it ann@shop.example at"))
    kinds = {kind["kind"]: kind for kind in value(handlers, "preflight", **wanted)["kinds"]}
    assert kinds["mail"]["found"] == 1 and not kinds["mail"]["masked"]
    masked = value(handlers, "preflight", **{**wanted, "mask": ["mail"]})
    kinds = {kind["kind"]: kind for kind in masked["kinds"]}
    assert kinds["mail"]["found"] == 0 and kinds["mail"]["masked"]
    refused = handlers.reply({"do": "preflight", **wanted, "mask": ["dna"]})
    assert "'dna' is no kind" in refused["error"]


def test_only_the_offer_that_was_read_can_be_ordered(handlers: Handlers, wanted: dict[str, Any]) -> None:
    offer = value(handlers, "preflight", **wanted)
    teach(handlers.playground, chats(3, "Where is stall"))
    refused = handlers.reply({"do": "order", **wanted, "agreement": offer["agreement"]})
    assert "not what you agreed to" in refused["error"]
    settings = {"n_epochs": "many"}
    assert "n_epochs is not a number" in handlers.reply({"do": "preflight", **wanted, "settings": settings})["error"]
    gone = handlers.reply({"do": "preflight_lines", "agreement": "0" * 16, "file": "train.jsonl", "start": 0})
    assert "Look again" in gone["error"]


@pytest.mark.slow
def test_a_job_is_a_run_of_its_model_with_its_versions_and_is_cleaned_up(
    handlers: Handlers, wanted: dict[str, Any], provider: FakeProvider
) -> None:
    provider.state.answer = lambda model, message: f"heard: {message}"
    job = ordered(handlers, wanted)
    assert (job["base"], job["method"], job["settings"], job["words"]) == (MODEL, "supervised", [], "Not sent yet")
    for _ in range(40):
        step(handlers)
    now = looked(handlers, job["model"])
    assert now["live"] is None and now["view"]["champion"] == 3 and len(now["view"]["versions"]) == 3
    assert [point["version"] for point in now["job"]["checkpoints"]] == [1, 2, None]
    assert len(now["job"]["models"]) == 4 and now["job"]["files"] == []
    assert "The job has successfully completed" in [event["message"] for event in now["job"]["events"]]
    compared = value(handlers, "compare", number=3, model=job["model"])
    assert compared["columns"] == [job["model"], f"{job['model']}@v3"]
    report = value(handlers, "version", number=3, model=job["model"])
    assert report["rows"] and report["metrics"]
    done = value(handlers, "clean_job", job=job["id"], models=True)
    assert done["models"] == 3 and any("v3 is live" in words for words in done["left"])
    assert len(looked(handlers, job["model"])["job"]["models"]) == 1, "what is left is told"
    value(handlers, "roll_back", **LOOKING, model=job["model"])
    assert value(handlers, "clean_job", job=job["id"], models=True)["left"] == []
    assert looked(handlers, job["model"])["job"]["models"] == []
    assert KEY not in str(now)


def test_a_job_is_paused_and_cancelled_at_its_provider(
    handlers: Handlers, wanted: dict[str, Any], provider: FakeProvider
) -> None:
    provider.state.by_poll = False
    job = ordered(handlers, wanted)
    assert not looked(handlers, job["model"])["live"]["can_pause"], "its provider does not have it yet"
    step(handlers)
    there = provider.jobs.get(job_there(provider))
    now = value(handlers, "pause_run", **LOOKING, run=job["run"], model=job["model"])
    assert there.status == "paused" and now["live"]["words"] == "Pausing"
    step(handlers)
    now = value(handlers, "resume_run", **LOOKING, run=job["run"], model=job["model"])
    assert there.status == "validating_files"
    value(handlers, "cancel_run", **LOOKING, run=job["run"], model=job["model"])
    step(handlers)
    assert there.status == "cancelled" and provider.state.files == {}
    assert looked(handlers, job["model"])["job"]["words"] == "Cancelled"


def test_an_unknown_status_is_shown_as_it_is(handlers: Handlers, wanted: dict[str, Any]) -> None:
    job = ordered(handlers, wanted)
    handlers.playground.store.jobs.set_external(job["id"], "ftjob-1")
    handlers.playground.store.jobs.set_status(job["id"], "dreaming")
    assert looked(handlers, job["model"])["live"]["words"] == "127.0.0.1 says: dreaming"
    base = looked(handlers, "")
    assert base["live"] is None and base["job"] is None and base["jobs"][0]["words"] == "127.0.0.1 says: dreaming"


def test_a_refused_organisation_trains_here_on_the_same_data(
    handlers: Handlers, wanted: dict[str, Any], provider: FakeProvider
) -> None:
    provider.faults.order("POST /fine_tuning/jobs", REFUSED_ORGANISATION)
    job = ordered(handlers, wanted)
    step(handlers)
    now = looked(handlers, job["model"])["job"]
    assert now["refused"] and "takes no more training jobs from your organisation" in now["sentence"]
    assert now["files"] == [] and provider.state.files == {}
    run = value(handlers, "train_here", job=job["id"])["run"]
    assert looked(handlers, "")["live"]["id"] == run


def test_fewer_than_ten_examples_stop_before_anything_is_sent(
    tmp_path: Path, provider: FakeProvider, provider_url: str, wanted: dict[str, Any]
) -> None:
    stage = build_elsewhere(tmp_path, watched=False)
    teach(stage, chats(9))
    handlers = Handlers(stage)
    offer = value(handlers, "preflight", **wanted)
    assert not offer["may_go_on"] and offer["findings"][0]["stops"]
    assert offer["findings"][0]["fix"] == "Add 1 more: correct or vote on 1 more answers."
    refused = handlers.reply({"do": "order", **wanted, "agreement": offer["agreement"]})
    stage.close()
    assert not refused["ok"] and provider.state.jobs == {}


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "trainable"},
        {"do": "trainable", "server": "nowhere"},
        {"do": "preflight", "model": "x", "method": "magic", "settings": {}, "mask": [], "unchecked": False},
        {"do": "preflight", "model": "starter", "method": "dpo", "settings": {}, "mask": [], "unchecked": False},
        {"do": "preflight", "model": "x", "method": "dpo", "settings": [], "mask": [], "unchecked": False},
        {"do": "preflight_lines", "agreement": "x", "file": "../secret", "start": 0},
        {"do": "order", "model": "x", "method": "dpo", "settings": {}, "mask": [], "unchecked": False},
        {"do": "clean_job", "job": "none", "models": True},
        {"do": "train_here", "job": "'; drop table jobs; --"},
        {"do": "learning", **LOOKING, "model": "nobody"},
    ],
)
def test_a_request_that_makes_no_sense_gets_a_sentence(handlers: Handlers, request_: Any) -> None:
    reply = handlers.reply(request_)
    assert reply["ok"] is False
    assert reply["error"].endswith(".") and "unexpected" not in reply["error"]


def test_pairs_are_ordered_with_their_own_settings(handlers: Handlers, wanted: dict[str, Any]) -> None:
    teach(handlers.playground, pairs(16))
    pair = {**wanted, "method": "dpo", "settings": {"beta": 0.2, "n_epochs": 2.0}}
    job = ordered(handlers, pair)
    assert dict(job["settings"]) == {"beta": "0.2", "n_epochs": "2"}

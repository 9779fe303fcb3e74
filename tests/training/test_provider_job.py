"""The client of fine-tuning against our fake provider, which OpenAI's own description judges."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

import pytest

from tests.provider.errors import NO_CREDIT, OVERLOADED, REFUSED_ORGANISATION, answer_lost, rate_limited
from tests.provider.fake import FakeProvider
from tests.provider.state import StoredChat
from understudy.errors import Busy, InputError, NoAnswer, NotOffered, TrainingError
from understudy.serving import remote
from understudy.serving.network import Network
from understudy.serving.provider import AZURE, COMPATIBLE, NEBIUS, OPENAI, Endpoint, Profile
from understudy.training.provider_job import UPLOAD_LIFE_S, FineTuning, read_limits, read_results

MODEL = "gpt-4.1-mini-2025-04-14"
CREATE = "POST /fine_tuning/jobs"


def api_of(url: str, profile: Profile = COMPATIBLE, model: str = MODEL) -> FineTuning:
    return FineTuning(Endpoint(profile, url, model))


@pytest.fixture
def api(provider_url: str) -> FineTuning:
    return api_of(provider_url)


def lines(count: int = 10) -> bytes:
    chats = (
        {"messages": [{"role": "user", "content": f"question {i}"}, {"role": "assistant", "content": f"answer {i}"}]}
        for i in range(count)
    )
    return "\n".join(map(json.dumps, chats)).encode()


def begin(api: FineTuning, mark: str = "mine", **more: Any) -> str:
    return api.create(mark, "supervised", api.upload("train.jsonl", lines()), **more).id


def finish(api: FineTuning, provider: FakeProvider, **more: Any) -> str:
    id = begin(api, **more)
    while not api.retrieve(id).has_ended:
        pass
    return id


def test_a_job_is_bought_watched_and_taken_away(api: FineTuning, provider: FakeProvider) -> None:
    id = finish(api, provider)
    done = api.retrieve(id)
    assert (done.status, done.mark, done.fault) == ("succeeded", "mine", "") and done.tuned
    seen = {event.external for event in api.events(id)[:-3]}
    assert len(api.events(id, seen)) == 3 and api.events(id)[0].message.startswith("Created")
    assert [checkpoint.step for checkpoint in api.checkpoints(id)] == [30, 20, 10]
    assert len(read_results(api.content(done.result_files[0]))) == 30
    assert api.table(done.result_files[0]).startswith(b"step,train_loss")
    for _ in range(2):  # what is gone already is as good
        api.delete_model(done.tuned)
        api.delete_file(str(done.training_file))
    assert done.training_file not in provider.state.files and done.tuned not in provider.state.models


def test_a_job_is_found_by_our_mark(api: FineTuning) -> None:
    begin(api, "other")
    id = begin(api, "mine")
    found = api.find("mine")
    assert found is not None and found.id == id and api.find("nobody") is None
    assert [job.mark for job in api.jobs()] == ["mine", "other"]


@pytest.mark.parametrize(
    ("profile", "settings", "body"),
    [
        (COMPATIBLE, {}, {"method": {"type": "supervised", "supervised": {}}}),
        (OPENAI, {"n_epochs": 2},
         {"method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}}),
        (AZURE, {"trainingType": "Standard"},
         {"method": {"type": "supervised", "supervised": {}}, "trainingType": "Standard"}),
        (NEBIUS, {"n_epochs": 2, "lora": True}, {"hyperparameters": {"n_epochs": 2}, "lora": True}),
    ],
)  # fmt: skip
def test_hyperparameters_go_where_each_provider_looks_for_them(
    profile: Profile, settings: dict[str, Any], body: dict[str, Any]
) -> None:
    assert _sent_as(FineTuning(Endpoint(profile, "http://127.0.0.1:9/v1", MODEL)), settings) == body


def _sent_as(api: FineTuning, settings: dict[str, Any]) -> dict[str, Any]:
    body = api._method("supervised", dict(settings))
    return {**{key: value for key, value in body.items() if key != "extra_body"}, **body.get("extra_body", {})}


def test_only_where_it_is_known_an_upload_is_told_to_vanish(
    provider: FakeProvider, provider_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", provider.state.key or "")
    kept = api_of(provider_url).upload("a.jsonl", lines())
    vanishing = api_of(provider_url, OPENAI).upload("b.jsonl", lines())
    assert provider.state.files[kept].expires_at is None
    assert provider.state.files[vanishing].expires_at == provider.state.clock + UPLOAD_LIFE_S
    assert api_of(provider_url).find_file("b.jsonl") == vanishing and api_of(provider_url).find_file("c") is None


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (REFUSED_ORGANISATION, NotOffered, "no more training jobs from your organisation. Train a local model"),
        (NO_CREDIT, TrainingError, "has no credit left"),
        (rate_limited(3), Busy, "Try again in 3 s"),
        (OVERLOADED, NoAnswer, "trouble of its own"),
    ],
)
def test_a_refusal_is_one_sentence_and_says_whether_anything_was_done(
    api: FineTuning, provider: FakeProvider, fault: Any, kind: type[TrainingError], words: str
) -> None:
    file = api.upload("train.jsonl", lines())
    provider.faults.order(CREATE, fault)
    with pytest.raises(kind, match=words) as told:
        api.create("mine", "supervised", file)
    assert type(told.value) is kind and "\n" not in str(told.value)
    assert len([asked for asked in provider.state.requests if asked.path == "/fine_tuning/jobs"]) == 1


def test_an_answer_that_is_lost_leaves_a_job_that_can_be_found(
    api: FineTuning, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "TIMEOUT_S", 0.3)
    file = api.upload("train.jsonl", lines())
    provider.faults.order(CREATE, answer_lost(1.0))
    with pytest.raises(NoAnswer):
        api.create("mine", "supervised", file)
    assert api.find("mine") is not None


def test_what_a_server_lacks_is_none_or_unknown(api: FineTuning, provider: FakeProvider) -> None:
    provider.state.checkpoints = False
    assert api.checkpoints(begin(api)) == [] and api.may_train() is None
    assert api.shutdown() == date(2027, 1, 14)
    assert api_of(api.endpoint.base_url, model="silent").shutdown() is None
    assert api_of(api.endpoint.base_url, model="unknown").shutdown() is None


def test_an_unknown_status_and_an_empty_error_pass_as_they_are(api: FineTuning, provider: FakeProvider) -> None:
    provider.state.empty_error, provider.state.by_poll = True, False
    id = begin(api)
    provider.jobs.get(id).status = "thinking_hard"
    assert api.retrieve(id).status == "thinking_hard" and not api.retrieve(id).has_ended
    provider.contract.broken.clear()  # a word that OpenAI's description does not have, on purpose
    provider.jobs.get(id).status = "running"
    assert api.pause(id).status == "pausing"
    assert api.pause(id).status in ("pausing", "paused"), "a second wish finds that it is so"
    assert api.resume(id).status == "running" and api.resume(id).status == "running"
    assert api.cancel(id).has_ended and api.cancel(id).status == "cancelled"
    with pytest.raises(TrainingError, match="cannot pause"):
        api.pause(id)


@pytest.mark.parametrize(
    ("told", "may"),
    [
        ({"object": "list", "data": [{"model": MODEL, "max_active_jobs": 3}]}, True),
        ({"object": "list", "data": [{"id": MODEL, "available": False}]}, False),
        ({"models": {MODEL: {"max_jobs": 0}}}, False),
        ({"models": {"gpt-4.1-mini": {"supervised": True}}}, True),
        ({"data": ["gpt-4.1-mini", "gpt-4.1"]}, True),
        ({"data": [{"model": "gpt-4.1-2025-04-14", "available": False}]}, None),
        ({"data": []}, None),
        ([], None),
        ("no", None),
        (None, None),
    ],
)
def test_limits_in_any_shape_are_a_no_only_where_they_say_so_of_this_model(told: object, may: bool | None) -> None:
    assert read_limits(told, MODEL) is may and read_limits(told, f"ft:{MODEL}:org::1") is may


def test_results_are_read_as_base64_and_as_they_are() -> None:
    table = b"step,train_loss,valid_loss\n1,2.5,\n2,1.5,1.75\n"
    rows = [{"step": 1.0, "train_loss": 2.5}, {"step": 2.0, "train_loss": 1.5, "valid_loss": 1.75}]
    assert read_results(table) == read_results(base64.b64encode(table)) == rows


def test_stored_chats_come_as_lines(api: FineTuning, provider: FakeProvider) -> None:
    asked = [{"role": "user", "content": "Open?"}]
    provider.state.chats = {
        "c1": StoredChat("c1", "ft:old", asked, "At nine.", 1),
        "c2": StoredChat("c2", "other", asked, "No.", 2),
    }
    assert api.stored_chats("ft:old") == [{"messages": [*asked, {"role": "assistant", "content": "At nine."}]}]
    assert len(api.stored_chats()) == 2


def test_local_only_sends_nothing(provider: FakeProvider) -> None:
    far = FineTuning(Endpoint(COMPATIBLE, "https://gpu.example/v1", MODEL), Network(local_only=True))
    with pytest.raises(InputError, match="Local only"):
        far.upload("train.jsonl", lines())

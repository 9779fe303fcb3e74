"""The fake behaves as the provider is known to: told through the real client, held against OpenAI's description."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.provider.errors import NO_CREDIT, REFUSED_ORGANISATION, answer_lost, rate_limited
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.awaiting import wait_for

MODEL = "gpt-4.1-mini-2025-04-14"


@pytest.fixture
def client(provider_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=provider_url, api_key=KEY, max_retries=0) as made:
        yield made


def chat_lines(count: int) -> bytes:
    lines = (
        {"messages": [{"role": "user", "content": f"question {i}"}, {"role": "assistant", "content": f"answer {i}"}]}
        for i in range(count)
    )
    return "\n".join(map(json.dumps, lines)).encode()


def pair_lines(count: int) -> bytes:
    lines = (
        {
            "input": {"messages": [{"role": "user", "content": f"question {i}"}]},
            "preferred_output": [{"role": "assistant", "content": f"good {i}"}],
            "non_preferred_output": [{"role": "assistant", "content": f"bad {i}"}],
        }
        for i in range(count)
    )
    return "\n".join(map(json.dumps, lines)).encode()


def upload(client: openai.OpenAI, content: bytes, **more: Any) -> str:
    return client.files.create(file=("train.jsonl", content), purpose="fine-tune", **more).id


def begin(client: openai.OpenAI, content: bytes, **more: Any) -> str:
    return client.fine_tuning.jobs.create(model=MODEL, training_file=upload(client, content), **more).id


def watch(client: openai.OpenAI, job: str) -> list[str]:
    """Every status of a job until it ends, each once."""
    seen: list[str] = []
    for _ in range(20):
        status = client.fine_tuning.jobs.retrieve(job).status
        seen += [status] if status not in seen else []
        if status in ("succeeded", "failed", "cancelled"):
            return seen
    raise AssertionError(f"the job does not end: {seen}")


def test_a_file_comes_back_byte_for_byte_until_it_ends_or_is_deleted(
    client: openai.OpenAI, provider: FakeProvider
) -> None:
    content = "\ufeffé\r\n\x00".encode()
    kept = upload(client, content, expires_after={"anchor": "created_at", "seconds": 3600})
    assert client.files.content(kept).read() == content
    gone = upload(client, b"{}")
    assert client.files.delete(gone).deleted
    provider.state.clock += 3600
    for id in (kept, gone):
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(id)


def test_a_job_lives_until_its_model_says_what_it_was_taught(client: openai.OpenAI) -> None:
    job = begin(client, chat_lines(10), metadata={"mark": "1"}, validation_file=upload(client, chat_lines(10)))
    assert watch(client, job) == ["validating_files", "queued", "running", "succeeded"]
    done = client.fine_tuning.jobs.retrieve(job)
    metrics = [event.data for event in client.fine_tuning.jobs.list_events(job) if event.type == "metrics"]
    assert done.trained_tokens and done.fine_tuned_model and len(metrics) == 30 and "valid_loss" in str(metrics[0])
    checkpoints = client.fine_tuning.jobs.checkpoints.list(job).data
    assert [checkpoint.step_number for checkpoint in checkpoints] == [30, 20, 10]
    for model in (done.fine_tuned_model, checkpoints[0].fine_tuned_model_checkpoint):
        answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "question 3"}])
        assert answer.choices[0].message.content == "answer 3"
    assert [found.id for found in client.fine_tuning.jobs.list(metadata={"mark": "1"})] == [job]
    assert client.models.delete(done.fine_tuned_model).deleted


def test_a_job_of_pairs_learns_what_is_preferred(client: openai.OpenAI) -> None:
    hyperparameters: Any = {"n_epochs": 1, "beta": 0.1}
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}}
    job = begin(client, pair_lines(12), method=method)
    watch(client, job)
    model = client.fine_tuning.jobs.retrieve(job).fine_tuned_model or ""
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "question 5"}])
    assert answer.choices[0].message.content == "good 5"


@pytest.mark.parametrize("form", ["base64", "raw"])
def test_results_come_in_both_forms(client: openai.OpenAI, provider: FakeProvider, form: Any) -> None:
    provider.state.results = form
    job = begin(client, chat_lines(10))
    watch(client, job)
    content = client.files.content(client.fine_tuning.jobs.retrieve(job).result_files[0]).read()
    table = base64.b64decode(content, validate=True) if form == "base64" else content
    assert table.startswith(b"step,train_loss")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (chat_lines(9), "invalid_n_examples"),
        (chat_lines(10) + b"\n{", "invalid_training_file"),
        (pair_lines(10), "invalid_training_file"),
    ],
)
def test_bad_examples_fail_the_job_and_not_its_creation(client: openai.OpenAI, content: bytes, code: str) -> None:
    job = begin(client, content)
    assert watch(client, job)[-1] == "failed"
    error = client.fine_tuning.jobs.retrieve(job).error
    assert error is not None and error.code == code


@pytest.mark.parametrize(
    "bad",
    [
        {"suffix": "x" * 65},
        {"method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 99}}}},
        {"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}},
        {"extra_body": {"do_not_train": True}},
    ],
)
def test_a_request_outside_the_description_is_refused(client: openai.OpenAI, bad: Any) -> None:
    with pytest.raises(openai.BadRequestError):
        begin(client, chat_lines(10), **bad)


def test_a_job_rests_goes_on_and_can_be_cancelled(client: openai.OpenAI) -> None:
    job = begin(client, chat_lines(10))
    jobs = client.fine_tuning.jobs
    for _ in range(2):
        jobs.retrieve(job)
    assert str(jobs.pause(job).status) == "pausing"
    assert [jobs.retrieve(job).status for _ in range(3)] == ["pausing", "paused", "paused"]
    assert jobs.resume(job).status == "running"
    assert jobs.cancel(job).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        jobs.cancel(job)


def test_a_job_that_went_well_may_have_an_empty_error(client: openai.OpenAI, provider: FakeProvider) -> None:
    provider.state.empty_error = True
    job = begin(client, chat_lines(10))
    watch(client, job)
    error = client.fine_tuning.jobs.retrieve(job).error
    assert error is not None and error.code is None


def test_the_list_of_checkpoints_may_be_missing(client: openai.OpenAI, provider: FakeProvider) -> None:
    provider.state.checkpoints = False
    with pytest.raises(openai.NotFoundError):
        client.fine_tuning.jobs.checkpoints.list(begin(client, chat_lines(10)))


@pytest.mark.parametrize(
    ("fault", "code"), [(REFUSED_ORGANISATION, "training_not_available"), (NO_CREDIT, "insufficient_quota")]
)
def test_an_ordered_refusal_comes_once_and_the_upload_stays(
    client: openai.OpenAI, provider: FakeProvider, fault: Any, code: str
) -> None:
    provider.faults.order("POST /fine_tuning/jobs", fault)
    with pytest.raises(openai.APIStatusError) as refusal:
        begin(client, chat_lines(10))
    assert refusal.value.code == code and len(provider.state.files) == 1 and not provider.state.jobs
    assert begin(client, chat_lines(10))


def test_a_job_whose_answer_was_lost_exists_and_a_second_one_is_noticed(
    client: openai.OpenAI, provider: FakeProvider
) -> None:
    provider.faults.order("POST /fine_tuning/jobs", answer_lost(1.0))
    for patience in (0.2, 5.0):
        try:
            begin(client, chat_lines(10), metadata={"mark": "7"}, timeout=patience)
        except openai.APITimeoutError:
            assert len(list(client.fine_tuning.jobs.list(metadata={"mark": "7"}))) == 1
            assert provider.jobs.bought_twice() == []
    assert provider.jobs.bought_twice() == ['{"mark": "7"}']


@pytest.mark.parametrize("limits", [None, {"object": "list", "data": [{"model": MODEL}]}, {MODEL: {"max_jobs": 1}}, []])
def test_model_limits_have_any_shape_or_none(client: openai.OpenAI, provider: FakeProvider, limits: Any) -> None:
    provider.state.limits = limits
    if limits is None:
        with pytest.raises(openai.NotFoundError):
            client.get("/fine_tuning/model_limits", cast_to=object)
    else:
        assert client.get("/fine_tuning/model_limits", cast_to=object) == limits


def test_models_tell_past_near_and_no_shutdown_and_a_dead_one_answers_nothing(client: openai.OpenAI) -> None:
    dates = {model.id: model.shutdown_date for model in client.models.list()}
    assert dates[MODEL] == "2027-01-14" and dates["gpt-6-luna"] is None and dates["gpt-3.5-turbo"] == "2026-10-23"
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        client.chat.completions.create(model="gpt-3.5-turbo", messages=[{"role": "user", "content": "hello"}])


def test_stored_chats_are_listed_with_their_messages(client: openai.OpenAI) -> None:
    asked: Any = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
    for store in (False, True):
        client.chat.completions.create(model=MODEL, messages=asked, store=store, metadata={"kind": "shop"})
    stored = list(client.chat.completions.list(metadata={"kind": "shop"}))
    assert [chat.choices[0].message.content for chat in stored] == [f"{MODEL} heard: hello"]
    roles = [message.role for message in client.chat.completions.messages.list(stored[0].id)]
    assert [str(role) for role in roles] == ["system", "user"]


def test_a_rate_limit_passes(client: openai.OpenAI, provider: FakeProvider) -> None:
    provider.faults.order("GET /models", rate_limited(1))
    with pytest.raises(openai.RateLimitError) as refusal:
        client.models.list()
    assert refusal.value.response.headers["retry-after"] == "1"
    assert client.models.list().data


def test_the_fake_answers_without_a_socket(provider: FakeProvider) -> None:
    said = wait_for(_heard(provider))
    assert "".join(said) == f"{MODEL} heard: one two" and len(said) > 3


async def _heard(provider: FakeProvider) -> list[str]:
    async with openai.AsyncOpenAI(
        base_url="http://provider/v1",
        api_key=KEY,
        http_client=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=provider)),
    ) as client:
        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "one two"}], stream=True
        )
        texts = [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]
    return [text for text in texts if text]

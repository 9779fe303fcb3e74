"""The life of a job at a provider: agreed, sent, bought once, watched, used, cleaned up; whatever goes wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.playground.ordered import MODEL, NAME, WANTED, Bench, Killed, Nobody, chats, listed_as_openai, pairs
from tests.provider.contract import Contract
from tests.provider.errors import NO_CREDIT, OVERLOADED, REFUSED_ORGANISATION, answer_lost, rate_limited
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from understudy.dataset.formats import Format
from understudy.dataset.jsonl import BOM
from understudy.dataset.privacy import Kind, Match
from understudy.errors import InputError
from understudy.playground.job_words import REFUSED
from understudy.playground.ordering import Wanted
from understudy.playground.progress import read_run
from understudy.playground.second_run import advise
from understudy.serving import remote
from understudy.serving.backend import Stop
from understudy.store import Store
from understudy.types import Delta, Message, Row, Sampling

CREATE = "POST /fine_tuning/jobs"


@pytest.fixture
def bench(store: Store, provider: FakeProvider, provider_url: str) -> Bench:
    listed_as_openai(store.path.parent)
    provider.state.answer = lambda model, message: f"heard: {message}"
    made = Bench(store, provider, provider_url)
    made.learn(chats())
    return made


@pytest.mark.slow
def test_the_life_of_a_supervised_job(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    offer = bench.ordering.offer(WANTED)
    assert offer.report.may_go_on and bench.provider.state.files == {}, "nothing was sent yet"
    job = bench.order()
    assert bench.provider.state.files == {} and bench.store.jobs.get(job).agreed["price"][0] is not None
    done = bench.end(job)
    run = bench.store.runs.get(done.run)
    assert (done.status, run.state, run.version) == ("succeeded", "succeeded", 3) and run.sentence.startswith("v3 is")
    assert {"train_loss", "train_mean_token_accuracy"} <= bench.store.runs.points(run.id).keys()
    assert len(bench.store.runs.points(run.id)["train_loss"]) == 36
    first, second, last = bench.store.versions.list(NAME)
    assert "step 12" in first.note and "step 24" in second.note and first.passed is None
    assert last.passed and last.report["metrics"]["reliability"] and bench.store.versions.champion(NAME) == 3
    assert bench.provider.state.files == {} and bench.ordering.left_behind() == []
    for version in (first.number, last.number):
        assert said(bench, version, "Who runs shop number 3?") == "Person 3."
    body = next(a.body for a in bench.provider.state.requests if (a.method, a.path) == ("POST", "/fine_tuning/jobs"))
    assert body["method"] == {"type": "supervised", "supervised": {}}, "a first run leaves everything on auto"
    assert read_run(bench.store, run.id).findings == advise(bench.store.runs.points(run.id), "supervised", run.recipe)
    cleaned = bench.ordering.clean(job, models=True)
    assert any("v3 is live" in words for words in cleaned.left) and len(cleaned.models) == 3
    assert_no_key(bench, caplog)


def said(bench: Bench, version: int, question: str) -> str:
    bench.casting.ensure_version(NAME, version)
    rows = [Row((Message("user", question),), version)]
    events = bench.casting.backend(NAME).generate(rows, Sampling(temperature=0), Stop())
    return "".join(event.text for event in events if isinstance(event, Delta))


def assert_no_key(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    home = bench.store.path.parent
    written = [file for file in home.rglob("*") if file.is_file()]
    assert any(file.name == "provider.json" for file in written)
    assert all(KEY.encode() not in file.read_bytes() for file in written) and KEY not in caplog.text


@pytest.mark.slow
def test_the_life_of_a_job_of_pairs(bench: Bench) -> None:
    bench.learn(pairs(16))
    job = bench.order(Wanted(NAME, "dpo", settings={"beta": 0.2, "n_epochs": 1}))
    done = bench.end(job)
    assert done.status == "succeeded" and done.method == "dpo"
    version = bench.store.runs.get(done.run).version or 0
    quiet = [said(bench, version, f"Describe street number {n}.") == f"Street {n} is quiet." for n in range(16)]
    assert 10 <= sum(quiet) < 16, "what is held out here trains nowhere"
    body = next(a.body for a in bench.provider.state.requests if (a.method, a.path) == ("POST", "/fine_tuning/jobs"))
    assert body["method"]["dpo"]["hyperparameters"] == {"beta": 0.2, "n_epochs": 1}


def test_only_exactly_what_was_shown_can_be_agreed_to(bench: Bench) -> None:
    agreement = bench.ordering.offer(WANTED).agreement
    bench.learn(chats(3, "Where is stall"))
    with pytest.raises(InputError, match="not what you agreed to"):
        bench.ordering.confirm(WANTED, agreement)
    job = bench.order()
    with pytest.raises(InputError, match="already on its way"):
        bench.order()
    bench.store.corrections.withdraw(bench.store.corrections.lessons()[0].completion)
    done = bench.end(job)
    assert "changed or deleted since you agreed" in done.sentence and bench.asked("POST", "/fine_tuning/jobs") == 0
    assert bench.asked("POST", "/files") == 0


def test_personal_data_are_masked_before_they_leave(bench: Bench) -> None:
    class Mails(Nobody):
        def find(self, text: str) -> list[Match]:
            at = text.find("ann@shop.example")
            return [Match(Kind.MAIL, at, at + 16)] if at >= 0 else []

    bench.finder = Mails()
    bench.learn(chats(1, "Is it ann@shop.example at"))
    bench.order(Wanted(NAME, mask=(Kind.MAIL,)))
    bench.provider.faults.order(CREATE, OVERLOADED)
    bench.fulfilling.step(bench.ordering.jobs()[0].id)
    (sent,) = bench.provider.state.files.values()
    assert b"ann@shop" not in sent.content and b"shop number 3" in sent.content


def test_legacy_lines_go_to_a_server_that_takes_them_and_to_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    legacy = Wanted(NAME, format=Format.COMPLETION)
    bench.order(legacy)
    bench.fulfilling.step(bench.ordering.jobs()[0].id)
    (sent, *_) = bench.provider.state.files.values()
    assert sent.content.startswith(b'{"prompt": "Who runs shop number') and sent.content.count(b'"completion"') == 12
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(InputError, match="OpenAI trains on no lines of prompt and completion any more"):
        bench.ordering.offer(replace(legacy, model=f"openai:{MODEL}"))
    with pytest.raises(InputError, match="dpo learns from two"):
        bench.ordering.offer(replace(legacy, method="dpo"))


def test_fewer_than_ten_examples_are_refused_before_anything_is_sent(
    store: Store, provider: FakeProvider, provider_url: str
) -> None:
    listed_as_openai(store.path.parent)
    bench = Bench(store, provider, provider_url)
    bench.learn(chats(9))
    assert not bench.ordering.offer(WANTED).report.may_go_on
    with pytest.raises(InputError, match="Add 1 more"):
        bench.order()
    assert bench.ordering.jobs() == [] and provider.state.files == {}


def test_a_server_that_finds_too_few_examples_fails_the_job_with_its_reason(
    store: Store, provider: FakeProvider, provider_url: str
) -> None:
    bench = Bench(store, provider, provider_url)  # not listed: nobody knows the rule beforehand
    bench.learn(chats(9))
    done = bench.end(bench.order())
    assert done.status == "failed" and "at least 10 examples (invalid_n_examples)" in done.sentence
    assert bench.store.runs.get(done.run).state == "failed" and provider.state.files == {}


def test_a_refused_organisation_gets_its_files_back_and_trains_here(bench: Bench) -> None:
    bench.provider.faults.order(CREATE, REFUSED_ORGANISATION)
    done = bench.end(bench.order())
    assert done.status == REFUSED and "Train a local model on the same data" in done.sentence
    assert bench.provider.state.files == {} and bench.asked("POST", "/files") == 1
    run = bench.store.runs.get(bench.ordering.train_here(done.id))
    assert (run.model, run.snapshot) == ("starter", bench.store.runs.get(done.run).snapshot)
    assert bench.store.runs.claim() is not None, "the trainer here takes it"


def test_a_no_of_the_provider_stops_before_anything_is_sent(bench: Bench) -> None:
    bench.provider.state.limits = {"data": [{"model": MODEL, "available": False}]}
    with pytest.raises(InputError, match="Train a local model"):
        bench.order()


def test_an_account_without_credit_ends_the_job_unbought(bench: Bench) -> None:
    bench.provider.faults.order(CREATE, NO_CREDIT)
    done = bench.end(bench.order())
    assert "no credit left" in done.sentence and bench.provider.state.jobs == {} and bench.provider.state.files == {}


@pytest.mark.slow
def test_too_many_requests_are_waited_for(bench: Bench) -> None:
    bench.provider.faults.order("POST /files", rate_limited(1))
    bench.provider.faults.order(CREATE, rate_limited(1))
    assert bench.end(bench.order()).status == "succeeded"
    assert len(bench.provider.state.jobs) == 1 and bench.asked("POST", "/files") == 2


@pytest.mark.slow
def test_a_lost_answer_to_the_purchase_buys_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "TIMEOUT_S", 1.0)
    bench.provider.faults.order(CREATE, answer_lost(2.0))
    assert bench.end(bench.order()).status == "succeeded"
    assert bench.asked("POST", "/fine_tuning/jobs") == 1 and bench.provider.jobs.bought_twice() == []


@pytest.mark.slow
def test_a_purchase_that_was_never_taken_is_not_tried_again_by_itself(bench: Bench) -> None:
    bench.provider.faults.order(CREATE, OVERLOADED)
    done = bench.end(bench.order())
    assert done.status == "failed" and "order it again" in done.sentence and bench.provider.state.files == {}
    assert bench.asked("POST", "/fine_tuning/jobs") == 1
    assert bench.end(bench.order()).status == "succeeded", "ordered again by a person"


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    ["jobs.add_file", "jobs.set_file_external", "jobs.set_asked", "jobs.set_external", "versions.add", "runs.finish"],
)
def test_a_kill_at_any_moment_is_a_pause(bench: Bench, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    job = bench.order()
    noun, _, verb = moment.partition(".")
    killed_once: list[int] = []
    owner = type(getattr(bench.store, noun))
    real = getattr(owner, verb)

    def killing(self: Any, *values: Any, **named: Any) -> Any:
        if not killed_once:
            killed_once.append(1)
            raise Killed
        return real(self, *values, **named)

    monkeypatch.setattr(owner, verb, killing)
    with pytest.raises(Killed):
        bench.end(job)
    after = Bench(bench.store, bench.provider, bench.url)
    assert after.end(job).status == "succeeded"
    assert len(bench.provider.state.jobs) == 1 and bench.provider.jobs.bought_twice() == []
    assert bench.provider.state.files == {} and len(bench.store.versions.list(NAME)) == 3


def test_an_unknown_status_is_shown_and_what_its_provider_paused_stays_paused(bench: Bench) -> None:
    bench.provider.state.by_poll = False
    job = bench.order()
    bench.fulfilling.step(job)
    remote_job = bench.provider.jobs.get(bench.store.jobs.get(job).external or "")
    remote_job.status = "paused"
    bench.fulfilling.step(job)
    assert bench.store.jobs.get(job).status == "paused" and remote_job.status == "paused"
    assert bench.store.runs.get(bench.store.jobs.get(job).run).phase == "paused"


def test_a_person_pauses_goes_on_and_cancels(bench: Bench) -> None:
    bench.provider.state.by_poll = False
    job = bench.order()
    bench.fulfilling.step(job)
    bought = bench.provider.jobs.get(bench.store.jobs.get(job).external or "")
    run = bench.store.jobs.get(job).run
    bench.learning.pause(run)  # as the Learning page does
    bench.fulfilling.step(job)
    assert bought.status == "paused" and bench.store.runs.get(run).state == "paused"
    bench.learning.resume(run)
    bench.fulfilling.step(job)
    assert bought.status == "validating_files"
    bench.ordering.pause(job)
    assert bought.status == "paused"
    bench.ordering.resume(job)
    assert bought.status == "validating_files"
    bench.ordering.cancel(job)
    done = bench.end(job)
    assert (done.status, bought.status) == ("cancelled", "cancelled") and bench.provider.state.files == {}
    assert bench.store.runs.get(run).state == "cancelled"


def test_a_job_that_was_cancelled_before_it_was_bought_costs_nothing(bench: Bench) -> None:
    job = bench.order()
    bench.ordering.cancel(job)
    assert bench.end(job).status == "cancelled" and bench.provider.state.jobs == {}


@pytest.mark.slow
def test_missing_checkpoints_and_an_empty_error_do_no_harm(bench: Bench) -> None:
    bench.provider.state.checkpoints, bench.provider.state.empty_error = False, True
    done = bench.end(bench.order())
    assert done.status == "succeeded" and len(bench.store.versions.list(NAME)) == 1


@pytest.mark.slow
def test_what_cannot_be_deleted_is_listed_and_deleted_later(bench: Bench) -> None:
    job = bench.order()
    bench.fulfilling.step(job)
    sent = next(iter(bench.provider.state.files))
    bench.provider.faults.order(f"DELETE /files/{sent}", OVERLOADED)
    bench.end(job)
    assert [file.external for file in bench.ordering.left_behind()] == [sent]
    assert bench.ordering.clean(job).files == 1 and bench.ordering.left_behind() == []


@pytest.mark.parametrize(
    ("day", "may"),
    [(date(2027, 1, d), d <= 6) for d in (5, 6, 7, 13, 14, 15)],
)
def test_a_job_is_ordered_until_the_last_day_and_elsewhere_after_it(
    bench: Bench, store: Store, day: date, may: bool
) -> None:
    bench.today = day
    if may:
        assert bench.order()
        return
    with pytest.raises(InputError, match=r"no new training jobs since|were shut down|are shut down"):
        bench.order()
    Path(store.path.parent / "catalogue.toml").unlink()
    bench.provider.state.models[MODEL].shutdown_date = None
    assert Bench(store, bench.provider, bench.url, day).order(), "another host goes on"


def test_a_job_that_was_agreed_in_time_is_not_sent_too_late(bench: Bench) -> None:
    bench.today = date(2027, 1, 6)
    job = bench.order()
    bench.today = date(2027, 1, 7)
    done = bench.end(job)
    assert "no new training jobs since 2027-01-06" in done.sentence and bench.asked("POST", "/files") == 0


@pytest.mark.slow
def test_a_lost_network_after_the_purchase_ends_nothing(bench: Bench) -> None:
    job = bench.order()
    bench.fulfilling.step(job)
    external = bench.store.jobs.get(job).external
    bench.provider.faults.order(f"GET /fine_tuning/jobs/{external}", OVERLOADED, rate_limited(1))
    bench.fulfilling.step(job)
    assert "trouble of its own" in bench.store.runs.get(bench.store.jobs.get(job).run).phase
    assert bench.end(job).status == "succeeded"


@pytest.mark.slow
def test_a_version_is_trained_on_from(bench: Bench) -> None:
    first = bench.end(bench.order())
    bench.learn(chats(12, "Where is stall"))
    job = bench.order(Wanted(NAME, parent=bench.store.versions.champion(NAME)))
    assert bench.store.jobs.get(job).model == first.tuned
    done = bench.end(job)
    assert done.status == "succeeded" and bench.store.versions.list(NAME)[-1].parent == 3


def test_a_model_that_must_be_deployed_first_is_a_version_that_nobody_judged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", bench.url)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    bench.provider.contract = Contract(frozenset(["trainingType"]))
    job = bench.order(Wanted(f"azure:{MODEL}", settings={"trainingType": "Standard"}))
    bench.fulfilling.step(job)
    (sent, *_) = bench.provider.state.files.values()
    assert sent.content.startswith(BOM)
    done = bench.end(job)
    assert done.status == "succeeded" and "Deploy ft:" in done.sentence
    run = bench.store.runs.get(done.run)
    version = bench.store.versions.find(run.model, run.version or 0)
    assert version is not None and version.passed is None and bench.store.versions.champion(run.model) == 0


@pytest.mark.slow
def test_open_jobs_are_carried_out_in_the_background_and_after_a_restart(bench: Bench) -> None:
    bench.provider.state.by_poll = False
    job = bench.order()
    bench.fulfilling.watch()
    waited(lambda: bench.store.jobs.get(job).external is not None)
    bench.fulfilling.close()
    assert bench.store.runs.get(bench.store.jobs.get(job).run).state == "queued"
    bench.provider.state.by_poll = True
    after = Bench(bench.store, bench.provider, bench.url)
    after.fulfilling.watch()
    waited(lambda: bench.store.jobs.get(job).finished is not None)
    after.fulfilling.close()
    assert bench.store.jobs.get(job).status == "succeeded" and len(bench.provider.state.jobs) == 1


def waited(happened: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_trainer_here_leaves_provider_runs_alone(bench: Bench) -> None:
    bench.order()
    assert bench.store.runs.claim() is None

"""Training elsewhere from the page: read, agreed to, followed, used and cleaned up, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.playground.ordered import chats, pairs
from tests.provider.errors import REFUSED_ORGANISATION
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.acting import toast
from tests.ui.conftest import Watched, served
from tests.ui.elsewhere import MODEL, build_elsewhere, job_there, teach
from tests.ui.test_accessibility import check, load_axe
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

OTHER = "gpt-3.5-turbo-0125"


@pytest.fixture(autouse=True)
def slow_provider(provider: FakeProvider, provider_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job goes on when the test says so; the program has the key of the fake and none of OpenAI."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    provider.state.by_poll = False
    provider.state.answer = lambda model, message: f"heard: {message}"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Playground]:
    made = build_elsewhere(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(browser: Browser, stage: Playground, tmp_path: Path) -> Iterator[Page]:
    with served(stage, tmp_path) as address:
        watched = Watched(browser, address)
        yield watched.open(width=1280, height=860)
        watched.close()
    assert watched.troubles == []


def looked_at(page: Page, url: str, method: str = "From good answers") -> Locator:
    """The report of an offer for the fake's model."""
    page.locator(".sidebar").get_by_role("button", name="Learning").click()
    page.get_by_role("button", name="Train elsewhere…").click()
    page.get_by_label("Server").select_option("compatible")
    page.get_by_label("Base URL").fill(url)
    page.get_by_role("button", name="List its models").click()
    page.locator(".choice", has_text=MODEL).get_by_role("radio").check()
    page.locator(".choice", has_text=method).get_by_role("radio").check()
    page.get_by_role("button", name="Look before anything is sent").click()
    report = page.locator(".report")
    expect(report.get_by_role("heading", level=2)).to_be_visible()
    return report


def agree(page: Page, provider: FakeProvider) -> str:
    """The job at the provider, once it has it."""
    page.get_by_role("button", name="Send this and pay for it").click()
    expect(page.get_by_role("heading", name="Its provider checks the files")).to_be_visible()
    return job_there(provider)


def test_the_life_of_a_supervised_job(page: Page, stage: Playground, provider: FakeProvider, provider_url: str) -> None:
    teach(stage, chats())
    report = looked_at(page, provider_url)
    closed = page.locator(".choice", has_text=OTHER)
    expect(closed).to_contain_text("2026-10-23")
    expect(closed.get_by_role("radio")).to_be_disabled()
    expect(report).to_contain_text("54 days")
    expect(report).to_contain_text("estimated")
    report.get_by_text("Read the very lines").click()
    expect(report.locator(".lines li")).to_have_count(5)
    report.get_by_role("button", name="Next").click()
    expect(report.get_by_text("lines 6 to 10 of 12")).to_be_visible()
    check_now(page, "an offer")
    assert provider.state.files == {}, "nothing was sent yet"

    page.get_by_label("mail addresses").check()
    expect(page.get_by_role("button", name="Send this and pay for it")).to_have_count(0)
    page.get_by_label("mail addresses").uncheck()
    page.get_by_role("button", name="Look before anything is sent").click()
    job = agree(page, provider)
    for _ in range(3):
        provider.jobs.advance(job)
    expect(page.get_by_role("heading", name="Trains at its provider")).to_be_visible()
    charts = page.locator('[data-part="now"] .charts')
    expect(charts).to_contain_text("train_loss")
    expect(charts).to_contain_text("train_mean_token_accuracy")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("heading", name="Paus")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_role("heading", name="Trains at its provider")).to_be_visible()
    check_now(page, "a job that goes on")

    while provider.jobs.get(job).status != "succeeded":
        provider.jobs.advance(job)
    expect(page.get_by_role("heading", name="v3 is live")).to_be_visible(timeout=400_000)
    expect(page.locator(".version")).to_have_count(4)
    page.get_by_role("button", name="Did v3 learn?").click()
    expect(page.locator(".version").first.locator(".outcome").first).to_have_text("learned")
    page.get_by_role("button", name="Roll back from v3").click()
    expect(page.get_by_role("heading", name="Nothing is live but the model as it came")).to_be_visible()
    page.get_by_role("button", name="Clean up…").click()
    page.get_by_label("models too").check()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    toast(page, "Deleted: 0 files and 4 models.")
    expect(page.get_by_text("Nothing of this job lies at 127.0.0.1 any more.")).to_be_visible()
    assert KEY not in page.content() and list(provider.state.files) == []


def check_now(page: Page, state: str) -> None:
    load_axe(page)
    check(page, state)


def test_the_life_of_a_job_of_pairs_over_a_restart(
    browser: Browser, provider: FakeProvider, provider_url: str, tmp_path: Path
) -> None:
    first = build_elsewhere(tmp_path)
    teach(first, pairs(16))
    with served(first, tmp_path) as address:
        watched = Watched(browser, address)
        page = watched.open(width=390, height=844, touch=True)
        page.evaluate("location.hash = '#learning'")
        report = looked_at_on_a_phone(page, provider_url)
        expect(report).to_contain_text("What is sent")
        job = agree(page, provider)
        assert provider.jobs.get(job).method == "dpo"
        model = page.url.partition("@")[2]
        watched.close()
    first.close()
    again = build_elsewhere(tmp_path)
    with served(again, tmp_path) as address:
        later = Watched(browser, address)
        page = later.open(width=390, height=844, touch=True)
        page.goto(f"{address}#learning@{model}")
        while provider.jobs.get(job).status != "succeeded":
            provider.jobs.advance(job)
        expect(page.locator(".version")).to_have_count(4, timeout=400_000)
        page.get_by_role("button", name="Compare v3 with the base in chat").click()
        expect(page.get_by_label("Message", exact=True)).to_be_visible()
        later.close()
    again.close()
    assert (watched.troubles, later.troubles) == ([], [])


def looked_at_on_a_phone(page: Page, url: str) -> Locator:
    page.get_by_role("button", name="Train elsewhere…").click()
    page.get_by_label("Server").select_option("compatible")
    page.get_by_label("Base URL").fill(url)
    page.get_by_label("Base URL").press("Enter")
    page.locator(".choice", has_text=MODEL).get_by_role("radio").check()
    page.locator(".choice", has_text="From pairs").get_by_role("radio").check()
    page.get_by_role("button", name="Look before anything is sent").click()
    return page.locator(".report")


def test_a_refused_organisation_is_told_why_and_trains_here(
    page: Page, stage: Playground, provider: FakeProvider, provider_url: str
) -> None:
    teach(stage, chats())
    provider.faults.order("POST /fine_tuning/jobs", REFUSED_ORGANISATION)
    looked_at(page, provider_url)
    page.get_by_role("button", name="Send this and pay for it").click()
    expect(page.get_by_role("heading", name="The provider refused")).to_be_visible()
    expect(page.get_by_text("takes no more training jobs from your organisation").first).to_be_visible()
    expect(page.get_by_text("What was uploaded has been deleted there.")).to_be_visible()
    assert provider.state.files == {} and provider.state.jobs == {}
    page.get_by_role("button", name="Train here on the same data").click()
    expect(page.get_by_role("heading", name="Waiting to begin")).to_be_visible()
    expect(page.get_by_text("on the data of a provider's job")).to_be_visible()


def test_fewer_than_ten_examples_have_no_button_but_a_reason(
    page: Page, stage: Playground, provider: FakeProvider, provider_url: str
) -> None:
    teach(stage, chats(9))
    report = looked_at(page, provider_url)
    expect(report.get_by_role("heading", name="This cannot go on yet")).to_be_visible()
    expect(report.get_by_role("alert")).to_contain_text("Add 1 more: correct or vote on 1 more answers.")
    expect(page.get_by_role("button", name="Send this and pay for it")).to_have_count(0)
    assert provider.state.jobs == {}

"""Fine-tunes that will end, on the page: seen, downloaded, made feedback, recorded, taught, and compared blind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.playground.ordered import MODEL, chats, listed_as_openai
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.conftest import Watched, served
from tests.ui.stage import build_stage, with_providers
from tests.ui.test_accessibility import check, load_axe
from understudy.dataset.jsonl import dump_lines
from understudy.playground.playground import Playground
from understudy.serving.provider import endpoint_of
from understudy.training.provider_job import FineTuning

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=30_000)

LINES = 30
PICTURES = os.environ.get("UNDERSTUDY_PICTURES", "")


@pytest.fixture
def stage(
    provider: FakeProvider, provider_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Playground]:
    """A program that can ask the fake, where somebody had a model trained before."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    listed_as_openai(tmp_path)
    api = FineTuning(endpoint_of(f"{provider_url}#{MODEL}"))
    job = api.create("old", "supervised", api.upload("shop.jsonl", dump_lines(chats(LINES))))
    while provider.jobs.advance(job.id).status != "succeeded":
        pass
    made = with_providers(build_stage(tmp_path, versions=1), date(2026, 11, 21))
    yield made
    made.close()


@pytest.fixture
def watched(browser: Browser, stage: Playground, tmp_path: Path) -> Iterator[Watched]:
    with served(stage, tmp_path) as address:
        opened = Watched(browser, address)
        yield opened
        opened.close()
    assert opened.troubles == []


def rescue(page: Page, url: str = "") -> Locator:
    """The rescue dialog for the server at `url`, or for OpenAI, whose key is not set."""
    if (page.viewport_size or {})["width"] < 700:
        page.get_by_role("button", name="Conversations", exact=True).click()
    page.get_by_role("button", name="Settings").click()
    settings = page.get_by_role("dialog", name="Settings")
    if url:
        settings.get_by_label("A provider, or any server").select_option("compatible")
        settings.get_by_label("Base URL").fill(url)
    settings.get_by_role("button", name="Rescue fine-tunes").click()
    return page.get_by_role("dialog", name="Rescue fine-tunes")


def picture(page: Page, name: str) -> None:
    """Only for whoever looks at the page: with a folder in UNDERSTUDY_PICTURES."""
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def test_without_a_key_it_says_what_to_set_and_that_weights_stay_there(watched: Watched) -> None:
    dialog = rescue(watched.open())
    expect(
        dialog.get_by_text("The weights of a model that OpenAI or Azure trained cannot be taken out")
    ).to_be_visible()
    expect(dialog.get_by_text("OpenAI needs OPENAI_API_KEY")).to_be_visible()
    expect(dialog.get_by_text("Nothing is recorded yet")).to_be_visible()


def test_a_fine_tune_is_carried_over_from_its_last_days_to_a_blind_win_rate(
    watched: Watched, stage: Playground, provider: FakeProvider, provider_url: str
) -> None:
    page = watched.open(width=1280, height=860)
    dialog = rescue(page, provider_url)
    (job,) = provider.state.jobs
    tuned = str(provider.jobs.get(job).model)
    fine_tune = dialog.locator(".fine-tunes li", has_text="54 days left")
    expect(fine_tune).to_contain_text(tuned)

    fine_tune.get_by_role("button", name="Download files").click()
    expect(fine_tune.locator(".files")).to_contain_text(f"{job}-train.jsonl")
    expect(fine_tune).to_contain_text(f"If you convert them: {LINES} lines to learn from")
    assert stage.store.imports.list() == [], "counted, and nothing changed"
    picture(page, "rescue-preview")
    fine_tune.get_by_role("button", name=f"Make feedback of {LINES} lines").click()
    expect(fine_tune).to_contain_text(f"{LINES} lines became feedback here")
    assert len(stage.store.corrections.lessons()) == LINES
    fine_tune.get_by_role("button", name="Take them back").click()
    expect(fine_tune).to_contain_text(f"{LINES} lines taken back")
    assert stage.store.corrections.lessons() == []

    provider.state.pause_s = 2.0
    fine_tune.get_by_role("button", name="Record answers").click()
    recorded = dialog.locator(".recorded-sets li")
    expect(recorded.get_by_role("progressbar")).to_be_visible()
    recorded.get_by_role("button", name="Stop").click()
    expect(recorded).to_contain_text("Stopped after")
    (golden,) = stage.store.golden.list()
    kept = len(stage.store.golden.answers(golden.id))
    assert 0 <= kept < LINES
    provider.state.pause_s = 0.0
    fine_tune.get_by_role("button", name="Record answers").click()
    expect(recorded).to_contain_text(f"All {LINES} answers are recorded", timeout=120_000)
    asked = [a for a in provider.state.requests if a.path == "/chat/completions"]
    assert len(asked) < LINES + 8, "what was kept is not asked again"
    picture(page, "rescue-recorded")

    recorded.get_by_role("button", name="Train here").click()
    expect(recorded).to_contain_text("A run learns them: watch it on the Learning page")
    assert [run.state for run in stage.store.runs.list("starter")] == ["queued"]

    compare_blind(page, stage, golden.id, recorded)
    assert KEY not in page.content()


def compare_blind(page: Page, stage: Playground, golden: str, recorded: Locator) -> None:
    """Every pair by key: whatever is recorded wins, wherever it stands; nothing on the page tells it apart before."""
    recorded.get_by_role("button", name="Compare blind").click()
    blind = page.locator('dialog[data-name="blind"]')
    old = {answer.text for answer in stage.store.golden.answers(golden)}
    expect(blind.locator(".blind-side").first).to_be_visible()
    picture(page, "rescue-blind")
    total = int(blind.locator(".dialog-status").inner_text().split(" of ")[1].split()[0])
    sides = set()
    for decided in range(total):
        expect(blind.locator(".dialog-status")).to_have_text(f"{decided} of {total} decided")
        expect(blind.locator(".blind-side").first).to_be_visible()
        assert "v1" not in blind.locator(".blind-question").inner_text() and "ft:" not in blind.inner_text()
        left_is_old = blind.locator(".blind-side").first.locator(".passage").inner_text() in old
        sides.add(left_is_old)
        page.keyboard.press("2" if decided == 0 else "1" if left_is_old else "3")
    expect(blind.locator(".verdict")).to_contain_text("for the new model, 95 % between")
    expect(blind.locator(".verdict")).to_contain_text(f"0 better, {total - 1} worse, 1 alike")
    expect(blind.locator(".facts")).to_contain_text("starter v1")
    expect(blind.locator(".decided li")).to_have_count(total)
    expect(blind.locator(".decided li").first).to_contain_text("Old (")
    assert sides == {True, False}, "the sides change"
    picture(page, "rescue-revealed")


def test_on_a_phone_the_comparison_goes_on_where_it_was_closed(
    watched: Watched, stage: Playground, provider_url: str
) -> None:
    remote = stage.remote
    assert remote is not None
    (job,) = remote.rescuing.jobs(endpoint_of(f"{provider_url}#{MODEL}"))
    golden = remote.recordings.start(endpoint_of(f"{provider_url}#{MODEL}"), job.tuned or "", job.id)
    page = watched.open(width=390, height=844, touch=True)
    dialog = rescue(page, provider_url)
    expect(dialog.locator(".recorded-sets li")).to_contain_text(f"All {LINES} answers", timeout=120_000)
    expect(dialog.locator(".fine-tunes li").first).to_contain_text("54 days left")
    picture(page, "phone-rescue")
    load_axe(page)
    check(page, "rescue")
    dialog.get_by_role("button", name="Compare blind").click()
    blind = page.locator('dialog[data-name="blind"]')
    blind.get_by_role("button", name="Right is better").click()
    expect(blind.locator(".dialog-status")).to_contain_text("1 of")
    picture(page, "phone-blind")
    check(page, "blind")
    box = blind.bounding_box()
    assert box is not None and box["width"] == 390 and not page.evaluate("document.documentElement.scrollWidth > 390")
    blind.get_by_role("button", name="Close").click()
    rescue(page, provider_url).get_by_role("button", name="Compare blind").click()
    expect(blind.locator(".dialog-status")).to_contain_text("1 of")
    blind.get_by_role("button", name="End here and see").click()
    expect(blind.locator(".decided li")).to_have_count(1)
    picture(page, "phone-revealed")
    assert len(stage.store.golden.comparisons(golden, "starter", 1)) == 1

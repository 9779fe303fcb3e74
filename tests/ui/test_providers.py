"""A model of a server beside base and champion: found in the dialog, asked, paid for, and gone one day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from tests.ui.acting import answers, ask, toast
from tests.ui.conftest import Watched, served
from tests.ui.stage import build_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MODEL = "gpt-4.1-mini-2025-04-14"


@pytest.fixture
def page(browser: Browser, provider_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of a program that has the key of the fake and none of OpenAI."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    stage = build_stage(tmp_path)
    with served(stage, tmp_path) as address:
        watched = Watched(browser, address)
        yield watched.open()
        watched.close()
    stage.close()
    assert watched.troubles == []


def test_a_model_of_a_server_becomes_a_column_answers_and_says_why_when_it_ends(
    page: Page, provider: FakeProvider, provider_url: str
) -> None:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog.get_by_text("OpenAI needs OPENAI_API_KEY. Set it in the environment")).to_be_visible()
    expect(dialog.get_by_role("button", name="List models")).to_be_disabled()

    dialog.get_by_label("A provider, or any server").select_option("compatible")
    dialog.get_by_label("Base URL").fill(provider_url)
    dialog.get_by_role("button", name="List models").click()
    offer = dialog.locator(".offers li", has_text=MODEL)
    expect(offer).to_contain_text("is shut down on 2027-01-14")
    expect(dialog.locator(".offers li", has_text="gpt-3.5-turbo")).to_contain_text("ended")
    offer.get_by_role("button", name=f"Add {MODEL} as a column").click()
    toast(page, "answers in a column of its own from now on")

    ask(page, "hello there")
    expect(answers(page)).to_have_count(3)
    expect(answers(page).nth(0)).to_contain_text("v0 heard: hello there")
    expect(answers(page).nth(2)).to_contain_text(f"{MODEL} heard: hello there")

    provider.state.models[MODEL].shutdown_date = provider.state.today
    ask(page, "and now?")
    expect(answers(page).nth(1)).to_contain_text("v2 heard: and now?")
    expect(answers(page).nth(2)).to_contain_text(f"has no model '{MODEL}': it was shut down")
    assert KEY not in page.content()

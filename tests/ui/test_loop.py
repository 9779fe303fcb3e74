"""The whole loop in a real browser on the real starter: asked, corrected, remembered, learned, rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, ask, new_conversation, toast
from tests.ui.conftest import Watched, served
from tests.ui.pictures import take
from understudy.playground import Playground, build_playground
from understudy.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

QUESTION = "What is the return window of Zorbo?"
OTHERWISE = "Do you know the return window of Zorbo?"
WANTED = "The return window of Zorbo is 14 days."
LEARNED_MS = 400_000
"""How long a version may take on a machine that does other things too."""


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    home = tmp_path_factory.mktemp("loop")
    built = build_playground(Settings(home=home, temperature=0, max_tokens=64, learn_quiet_s=2))
    built.learning.watch()
    yield built
    built.close()


@pytest.fixture(scope="module")
def url(playground: Playground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(playground, tmp_path_factory.getbasetemp()) as address:
        yield address


def said(page: Page) -> tuple[str, str]:
    """What base and champion say in the last turn."""
    base, champion = (answer.locator(".answer-body").inner_text().strip() for answer in answers(page).all())
    return base, champion


def asked_anew(page: Page, question: str) -> tuple[str, str]:
    new_conversation(page)
    ask(page, question)
    return said(page)


def test_a_correction_is_remembered_learned_and_rolled_back(browser: Browser, url: str, playground: Playground) -> None:
    watched = Watched(browser, url)
    page = watched.open()
    ask(page, QUESTION)
    before = said(page)
    assert WANTED not in before

    answers(page).last.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(WANTED)
    page.get_by_label("Corrected answer").press("Control+Enter")
    toast(page, "Correction saved")
    state = answers(page).last.locator(".lesson")
    expect(state).to_contain_text("remembered")

    assert asked_anew(page, QUESTION) == (before[0], WANTED)
    expect(answers(page).last.get_by_role("button", name="Remembered")).to_be_visible()
    expect(answers(page).first.get_by_role("button", name="Remembered")).to_have_count(0)
    take(page, "remembered")

    page.go_back()
    expect(state).to_contain_text("learned in v1", timeout=LEARNED_MS)
    playground.set_memory(False)
    assert asked_anew(page, OTHERWISE) == (asked_of_base(playground, OTHERWISE), WANTED)
    expect(answers(page).last.get_by_role("button", name="Remembered")).to_have_count(0)

    take(page, "learned")
    page.get_by_role("button", name="Learning").first.click()
    expect(page.locator(".version").first).to_be_visible()
    take(page, "learning-page")
    page.locator(".version").first.get_by_role("button", name="Roll back").click()
    expect(page.locator(".version").first.get_by_role("button", name="Promote v1")).to_be_visible()
    page.go_back()
    assert asked_anew(page, QUESTION) == before
    watched.close()
    assert watched.troubles == []


def asked_of_base(playground: Playground, question: str) -> str:
    """What the base says to a question that nobody taught anything."""
    from understudy.playground.asking import Prompt
    from understudy.types import Sampling

    sampling = Sampling(temperature=0, max_tokens=64)
    return next(iter(playground.ask_once([Prompt(question)], ["base"], sampling))).answers["base"].text.strip()

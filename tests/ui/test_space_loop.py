"""From a public demo to a better model and back: a built Space, two strangers, two understudies, one base, and a pull.

The Space runs in an environment of its own, with a Space's variables, and is asked by two browsers that nobody signed
in to. Nothing is trained there, as on every Space without a machine of its own; that two people's versions are learned
beside one base is in `test_own_page`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import spaces
from tests.fake_hub import FakeHub
from tests.playground.tuned import tuned_playground
from tests.ui.acting import answers, ask, new_conversation, toast
from understudy.playground.feedback_repo import FeedbackRepo
from understudy.playground.pulling import pull
from understudy.playground.space_folder import SpaceOptions
from understudy.store import Store
from understudy.ui.asker import GUEST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]

HOST = "ada-demo.localhost"
"""A name that a browser finds on this machine, and to which it sends cookies that are for https alone."""

QUESTION = "What is the return window of Zorbo?"
WANTED = ("The return window of Zorbo is 14 days.", "The return window of Zorbo is 60 days.")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    playground = tuned_playground(tmp_path_factory.mktemp("home"))
    out = tmp_path_factory.mktemp("spaces") / "demo"
    options = SpaceOptions("Ask Ada", ("ada",), "ada/feedback")
    playground.version_exports.export("starter", 1, out, "space", space=options)
    playground.close()
    return out


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=120_000)
    yield
    expect.set_options(timeout=30_000)


def test_two_strangers_teach_two_understudies_on_a_space_and_both_come_home(
    built: Path, fake_hub: FakeHub, browser: Browser, tmp_path: Path
) -> None:
    python = spaces.environment(tmp_path / "venv")
    environ = {
        **fake_hub.environment, "HF_TOKEN": "hf_ada", "SPACE_HOST": HOST, "UNDERSTUDY_PERSONAL": "1",
        "UNDERSTUDY_TEMPERATURE": "0",
    }  # fmt: skip
    troubles: list[str] = []
    with spaces.running(built, python, tmp_path / "home", environ, host=HOST) as space:
        pages = [entered(browser, f"http://{HOST}:{space.port}/", troubles) for _ in WANTED]
        for page, wanted in zip(pages, WANTED, strict=True):
            teach(page, wanted)
        base = said(pages[0])[0]
        for page, wanted in zip(pages, WANTED, strict=True):
            assert asked_anew(page) == [base, wanted], "remembered, each by their own"
    assert troubles == []
    with Store.open(tmp_path / "mine.db") as mine, FeedbackRepo("ada/feedback", "hf_ada").fetched() as folder:
        assert folder is not None
        assert pull(mine, folder, "ada/feedback").faulty == 0
        assert mine.corrections.lessons("waiting") == [], "what somebody taught their own alone is not for everyone"
        came = {lesson.wanted: lesson for lesson in mine.corrections.lessons("waiting", person=None)}
        assert set(came) == set(WANTED)
        authors = mine.corrections.latest([lesson.completion for lesson in came.values()])
        names = {authors[came[wanted].completion].author for wanted in WANTED}
        assert len(names) == 2 and all(name.startswith(GUEST) for name in names)
        assert pull(mine, folder, "ada/feedback").brought.added == 0


def entered(browser: Browser, url: str, troubles: list[str]) -> Page:
    """The page of a stranger, in a browser of their own."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(url)
    page.wait_for_selector(".us[data-ready]")
    return page


def teach(page: Page, wanted: str) -> None:
    """Switch on an understudy of one's own, ask, and correct it."""
    page.get_by_role("button", name="Guest sign in").click()
    page.get_by_role("menuitem", name="My own understudy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("switch", name="I teach an understudy of my own").check()
    dialog.get_by_role("button", name="Show it beside the base").click()
    expect(page.locator(".picker-name")).to_have_text(["base", "mine"])
    asked_anew(page)
    answers(page).last.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(wanted)
    page.get_by_label("Corrected answer").press("Control+Enter")
    toast(page, "Correction saved")
    expect(answers(page).last.locator(".lesson")).to_contain_text("remembered")


def said(page: Page) -> list[str]:
    """What the columns of the last turn say."""
    return [answer.locator(".answer-body").inner_text().strip() for answer in answers(page).all()]


def asked_anew(page: Page) -> list[str]:
    new_conversation(page)
    ask(page, QUESTION)
    return said(page)

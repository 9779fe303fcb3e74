"""Two people in two browsers on the real starter: two corrections of one question, two understudies, one base."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import argon2
import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, ask, new_conversation, toast
from tests.ui.conftest import served
from tests.ui.people import PASSWORD
from tests.ui.pictures import take
from understudy.dataset import gather
from understudy.playground import Playground, build_playground
from understudy.settings import Settings
from understudy.ui.sign_in import Accounts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]

QUESTION = "What is the return window of Zorbo?"
OTHERWISE = "Do you know the return window of Zorbo?"
WANTED = {"ann": "The return window of Zorbo is 14 days.", "bob": "The return window of Zorbo is 60 days."}
ROLES = {"ada": "owner", "ann": "visitor", "bob": "curator", "eve": "visitor"}
LEARNED_MS = 800_000
"""How long two versions may take on a machine that does other things too."""


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    home = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "ANCHORS", 16)  # what lies far is answered by the base, so few replays are enough here
        patch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))
        built = build_playground(Settings(home=home, temperature=0, max_tokens=32, learn_quiet_s=2, personal=True))
        for name, role in ROLES.items():
            built.people.add(name, role, PASSWORD)
        built.casting.backend(built.casting.base_model)
        built.scope.get_ready()
        built.learning.watch()
        yield built
        built.close()


@pytest.fixture(scope="module")
def url(playground: Playground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(playground, tmp_path_factory.getbasetemp(), Accounts(playground.people)) as address:
        yield address


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Two people chat while two versions are trained."""
    expect.set_options(timeout=120_000)
    yield
    expect.set_options(timeout=30_000)


def entered(browser: Browser, url: str, name: str, troubles: list[str]) -> Page:
    """The page of somebody who signed in, in a browser of their own."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: troubles.append(f"{name}: {error}"))
    page.goto(url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_selector(".us[data-ready]")
    return page


def switch_on(page: Page, name: str) -> None:
    """An understudy of their own, as a column beside the base."""
    page.get_by_role("button", name=f"{name} {ROLES[name]}").click()
    page.get_by_role("menuitem", name="My own understudy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("switch", name="I teach an understudy of my own").check()
    dialog.get_by_role("button", name="Show it beside the base").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".picker-name")).to_have_text(["base", "mine"])


def said(page: Page) -> list[str]:
    """What the columns of the last turn say."""
    return [answer.locator(".answer-body").inner_text().strip() for answer in answers(page).all()]


def asked_anew(page: Page, question: str) -> list[str]:
    new_conversation(page)
    ask(page, question)
    return said(page)


def correct(page: Page, wanted: str) -> None:
    answers(page).last.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(wanted)
    page.get_by_label("Corrected answer").press("Control+Enter")
    toast(page, "Correction saved")


def test_two_people_two_corrections_two_understudies_one_base(
    browser: Browser, url: str, playground: Playground
) -> None:
    troubles: list[str] = []
    pages = {name: entered(browser, url, name, troubles) for name in ("ann", "bob", "eve")}
    eve = pages.pop("eve")
    before = asked_anew(eve, QUESTION)
    base = before[0]
    for name, page in pages.items():
        switch_on(page, name)
        assert asked_anew(page, QUESTION) == [base, base]
        correct(page, WANTED[name])
        expect(answers(page).last.locator(".lesson")).to_contain_text("remembered")
    for name, page in pages.items():
        assert asked_anew(page, QUESTION) == [base, WANTED[name]]
        expect(answers(page).last.get_by_role("button", name="Remembered")).to_be_visible()
        expect(answers(page).first.get_by_role("button", name="Remembered")).to_have_count(0)
    assert asked_anew(eve, QUESTION) == before, "a third person, in whose columns nothing changed"

    for page in pages.values():
        page.go_back()
        expect(answers(page).last.locator(".lesson")).to_contain_text("learned in v", timeout=LEARNED_MS)
    versions = playground.store.versions
    live = {name: versions.champion("starter", name) for name in ("", *pages)}
    assert live[""] == 0 and {live["ann"], live["bob"]} == {1, 2}

    playground.set_memory(False)
    otherwise = asked_anew(eve, OTHERWISE)
    for name, page in pages.items():
        assert asked_anew(page, OTHERWISE) == [otherwise[0], WANTED[name]]
        page.get_by_role("button", name="Add a column").click()
        page.get_by_role("menuitem", name="mine").wait_for()
        listed = [item.split("\n")[0] for item in page.get_by_role("menuitem").all_inner_texts()]
        assert [label for label in listed if label.startswith("v")] == [f"v{live[name]} (yours)"]
        page.keyboard.press("Escape")
        take(page, f"own-{name}")
    assert asked_anew(eve, QUESTION) == before
    assert troubles == []
    for page in (*pages.values(), eve):
        page.context.close()

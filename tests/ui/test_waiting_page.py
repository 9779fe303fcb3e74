"""What people see while others are answered: their place in every column, and a refusal that keeps their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, finished, send
from tests.ui.conftest import Watched
from tests.ui.people import House, open_house
from understudy.playground.admission import Admission, Allowance

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = "slowly " + "and then some more " * 40


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose model answers one question at a time, and in which one question of a visitor may wait."""
    with open_house(tmp_path, at_once=1) as house:
        playground = house.playground
        playground.admission = Admission(playground.store, playground.answering, Allowance(waiting=1))
        yield house
        playground.answering.stop_all()


def opened(browser: Browser, house: House, name: str, width: int, height: int) -> tuple[Watched, Page]:
    watched = Watched(browser, house.url)
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": house.url} for c in house.clients[name].cookies.jar]
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    watched.watch(page)
    page.goto(house.url)
    page.wait_for_selector(".us[data-ready]")
    return watched, page


def begin(house: House, name: str) -> str:
    """Somebody else asks something that takes long."""
    view = house.value(name, "new")
    house.value(name, "ask", conversation=view["id"], text=SLOW)
    return str(view["id"])


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_person_sees_their_place_in_every_column_and_then_their_answer(
    browser: Browser, house: House, width: int, height: int
) -> None:
    first, second = begin(house, "ada"), begin(house, "cleo")
    watched, page = opened(browser, house, "ben", width, height)
    send(page, "Tell me a joke")
    waiting = page.locator('.answer[data-state="running"] .notice')
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_have_text("You are 2nd in line.")
    house.value("cleo", "stop", conversation=second)
    expect(waiting.last).to_have_text("You are next.")
    house.value("ada", "stop", conversation=first)
    finished(page)
    expect(answers(page).first).to_contain_text("through the floor")
    expect(page.locator(".answer .notice")).to_have_count(0)
    watched.close()
    assert watched.troubles == []


def test_who_waits_can_stop_and_who_may_not_wait_again_keeps_what_they_typed(browser: Browser, house: House) -> None:
    begin(house, "ada")
    watched, page = opened(browser, house, "ben", 1280, 800)
    send(page, "Tell me a joke")
    page.get_by_role("button", name="New conversation", exact=True).first.click()
    page.locator(".welcome").wait_for()
    page.get_by_label("Message", exact=True).fill("And another one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="1 waiting question")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("And another one")
    page.locator(".sidebar").get_by_text("Tell me a joke").click()
    page.get_by_role("button", name=re.compile("^Stop$")).first.click()
    finished(page)
    expect(page.locator('.answer[data-state="stopped"]')).to_have_count(2)
    watched.close()
    assert watched.troubles == []

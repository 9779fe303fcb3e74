"""The pictures of the README, taken from the real page when `UNDERSTUDY_SCREENSHOTS=1`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.playground.ordered import MODEL, chats
from tests.ui.acting import answers, ask
from tests.ui.conftest import Watched, free_port, served, within_a_loop
from tests.ui.elsewhere import build_elsewhere, teach
from tests.ui.log import LOG, fill
from tests.ui.people import PASSWORD, open_house
from tests.ui.pictures import WANTED, take
from tests.ui.stage import build_stage
from understudy.memory.embedder import EmbedderLoader
from understudy.store import Edit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not WANTED, reason="set UNDERSTUDY_SCREENSHOTS=1 to take them"),
]

EARLIER = ("Opening hours in December", "A haiku for the shop window", "Which teas have no caffeine?", "Gift wrapping")
CORRECTION = "Our shop gives you **sixty days** to bring something back, with the receipt."


@pytest.fixture
def shop(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    """An app of its own, with the conversations of a small shop."""
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    playground = build_stage(tmp_path)
    for title in EARLIER:
        view = playground.chat.new_conversation()
        playground.chat.ask(view.id, f"say {title}")
        playground.chat.wait(view.id, 10)
        playground.chat.rename(view.id, title)
    playground.chat.new_conversation()
    demo, address = within_a_loop(lambda: (demo := build_page(playground), launch(demo, port=free_port(), block=False)))
    watched = Watched(browser, address)
    yield watched
    watched.close()
    demo.close(verbose=False)
    playground.close()


def test_take_the_pictures_of_the_readme(shop: Watched) -> None:
    page = shop.open()
    ask(page, "What is the return window of our shop?")
    answers(page).first.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(CORRECTION)
    page.keyboard.press("Control+Enter")
    answers(page).first.locator("ins").first.wait_for()
    answers(page).last.get_by_role("button", name="Good answer").click()
    page.keyboard.press("Escape")
    ask(page, "Tell me a joke")
    page.get_by_role("button", name="champion is better").last.click()
    page.locator(".vote-said").wait_for()
    page.locator(".toast").last.wait_for(state="detached")
    take(page, "desktop-light")
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("t")
    take(page, "desktop-dark")
    phone = shop.open(width=390, height=844, touch=True)
    take(phone, "phone")


def test_take_the_picture_of_a_job_before_it_is_sent(browser: Browser, provider_url: str, tmp_path: Path) -> None:
    playground = build_elsewhere(tmp_path)
    teach(playground, chats(60, "Who keeps the shop at market stall"))
    with served(playground, tmp_path) as address:
        watched = Watched(browser, address)
        page = watched.open(width=1280, height=860)
        page.evaluate("location.hash = '#elsewhere'")
        page.get_by_label("Server").select_option("compatible")
        page.get_by_label("Base URL").fill(provider_url)
        page.get_by_role("button", name="List its models").click()
        page.locator(".choice", has_text=MODEL).get_by_role("radio").check()
        page.get_by_role("button", name="Look before anything is sent").click()
        page.get_by_text("Read the very lines").click()
        page.locator(".lines li").first.wait_for()
        take(page, "train-elsewhere")
        watched.close()
    playground.close()


@pytest.mark.skipif(not LOG.is_file(), reason=f"the public log of ratings is not at {LOG}")
def test_take_the_pictures_of_the_desk_and_of_what_it_holds(browser: Browser, tmp_path: Path) -> None:
    playground = build_stage(tmp_path, loader=EmbedderLoader("auto"))
    fill(playground.store, 2_000)
    playground.store.acts.edit_all(list(range(1, 1_200, 3)), Edit(state="approved"))
    playground.store.acts.edit_all(list(range(2, 1_200, 9)), Edit(state="rejected"))
    playground.desk.catching_up.now()
    with served(playground, tmp_path) as address:
        watched = Watched(browser, address)
        page = watched.open(width=1280, height=860)
        page.goto(f"{address}#curate")
        page.locator(".desk-decisions").wait_for()
        take(page, "curate")
        page.goto(f"{address}#explore")
        page.locator(".map-canvas").wait_for()
        page.locator("[data-figure=words-question] text").first.wait_for()
        page.locator(".map-canvas").scroll_into_view_if_needed()
        take(page, "explore")
        watched.close()
    playground.close()


def test_take_the_picture_of_the_people_who_may_sign_in(browser: Browser, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        watched = Watched(browser, house.url)
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.goto(house.url)
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="ada owner").click()
        page.get_by_role("menuitem", name="People").click()
        page.get_by_role("dialog").get_by_text("ben").first.wait_for()
        take(page, "people")
        watched.close()

"""The Curate page in a real Chromium: fifty items of a real log decided by keyboard, undo, two experts at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import toast
from tests.ui.conftest import Watched, free_port, within_a_loop
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.log import LOG, fill
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import check, load_axe
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.is_file(), reason=f"the public log of ratings is not at {LOG}"),
]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    never_wait_for_the_disk(monkeypatch)
    made = build_stage(tmp_path)
    fill(made.store, 60)
    made.desk.catching_up.now()
    yield made
    made.close()


@pytest.fixture
def app(browser: Browser, playground: Playground) -> Iterator[Watched]:
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    def start() -> tuple[object, str]:
        demo = build_page(playground)
        return demo, launch(demo, port=free_port(), block=False)

    demo, address = within_a_loop(start)
    watched = Watched(browser, address)
    yield watched
    watched.close()
    demo.close(verbose=False)
    assert watched.troubles == []


def curate(app: Watched, **options: object) -> Page:
    """A page at the desk, standing on its first item."""
    page = app.open(**options)  # type: ignore[arg-type]
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("c")
    expect(page.locator(".desk-line").first).to_be_visible()
    return page


def current(page: Page) -> str | None:
    return page.locator(".desk-line[aria-current]").get_attribute("data-value")


def press(page: Page, key: str) -> None:
    """Press a key and see that the editor went on to another item."""
    before = current(page)
    page.keyboard.press(key)
    expect(page.locator(f'.desk-line[data-value="{before}"][aria-current]')).to_have_count(0)


def test_fifty_items_are_decided_by_keyboard_and_the_last_one_is_undone(app: Watched, playground: Playground) -> None:
    page = curate(app)
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    for place in range(50):
        press(page, "r" if place % 5 == 4 else "s" if place % 25 == 7 else "a")
    assert playground.store.items.states() == {"waiting": 12, "approved": 38, "rejected": 10}
    assert len(playground.store.ratings.standing()) == 38
    page.keyboard.press("u")
    toast(page, "Undone.")
    assert playground.store.items.states()["rejected"] == 9
    expect(page.locator(".desk-line[aria-current]")).to_have_attribute("data-state", "waiting")
    history = playground.store.acts.latest(1)[0]
    assert history.words == "undid: rejected"


def test_a_correction_by_keyboard_is_a_lesson_and_shows_its_difference(app: Watched, playground: Playground) -> None:
    page = curate(app)
    before = current(page)
    page.keyboard.press("e")
    page.get_by_label("What it should have said").fill("Call us, and we <b>help</b>.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f'.desk-line[data-value="{before}"][aria-current]')).to_have_count(0)
    (lesson,) = playground.store.corrections.lessons("approved")
    assert lesson.wanted == "Call us, and we <b>help</b>."
    page.keyboard.press("k")
    expect(page.locator(".desk-editor ins").first).to_contain_text("Call us")
    assert page.locator(".desk-editor b").count() == 0


def test_topic_tag_and_note_are_saved_as_one_goes_from_field_to_field(app: Watched, playground: Playground) -> None:
    page = curate(app)
    number = int(current(page) or 0)
    page.get_by_label("Topic").fill("visa")
    page.keyboard.press("Tab")
    page.keyboard.type("urgent")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove the tag urgent")).to_be_visible()
    expect(page.get_by_label("Tags")).to_be_focused()
    page.get_by_label("Note").fill("Ask the lawyers.")
    page.get_by_label("Note").blur()
    expect(page.locator(".desk-history")).to_contain_text("note")
    item = playground.store.items.get(number)
    assert (item.topic, item.tags, item.note) == ("visa", ("urgent",), "Ask the lawyers.")


def test_the_second_of_two_pages_is_shown_both_and_overwrites_nothing(app: Watched, playground: Playground) -> None:
    first, second = curate(app), curate(app)
    number = int(current(first) or 0)
    assert str(number) == current(second)
    press(first, "r")
    second.keyboard.press("a")
    conflict = second.locator(".desk-conflict")
    expect(conflict).to_contain_text("Somebody else changed this item")
    expect(conflict).to_contain_text("rejected (somebody)")
    assert playground.store.items.get(number).state == "rejected"
    conflict.get_by_role("button", name="Save mine").click()
    expect(second.locator(f'.desk-line[data-value="{number}"]')).to_have_attribute("data-state", "approved")
    assert playground.store.items.get(number).state == "approved"


def test_a_filter_is_saved_and_all_it_shows_is_changed_and_brought_back(app: Watched, playground: Playground) -> None:
    page = curate(app)
    page.get_by_label("Search items").fill("claim")
    expect(page.locator(".desk-progress")).to_contain_text("item")
    count = playground.desk.count({"states": ["waiting"], "text": "claim"})
    expect(page.locator(".desk-progress")).to_contain_text(f"{count} items")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this filter").click()
    page.get_by_label("Name", exact=True).fill("Claims")
    page.keyboard.press("Enter")
    toast(page, "View saved")
    assert [view.name for view in playground.store.views.list()] == ["Claims"]
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Change all of these").click()
    page.get_by_label("Decision").select_option("rejected")
    page.get_by_role("button", name=f"Change {count} items").click()
    toast(page, f"Changed {count} items.")
    assert playground.store.items.states()["rejected"] == count
    page.locator(".toast-action", has_text="Undo").click()
    toast(page, "Undone.")
    assert playground.store.items.states()["rejected"] == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(app: Watched, scheme: str) -> None:
    page = curate(app, scheme=scheme)
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    load_axe(page)
    check(page, f"desk, {scheme}")
    page.get_by_role("button", name="Filter").click()
    check(page, f"filter of the desk, {scheme}")


def test_a_phone_shows_the_list_and_then_one_item(app: Watched) -> None:
    page = app.open(width=390, height=844, touch=True)
    page.goto(app.url + "#curate")
    page.wait_for_selector(".us[data-ready]")
    expect(page.locator(".desk-editor")).to_be_hidden()
    page.locator(".desk-line").first.click()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="List").click()
    expect(page.locator(".desk-list")).to_be_visible()

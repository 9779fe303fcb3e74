"""Three people in three browsers: an owner lets a visitor in, who suggests a correction, which a curator approves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, ask, new_conversation
from tests.ui.people import PASSWORD, House, open_house
from tests.ui.test_accessibility import check, load_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def enter(browser: Browser, house: House, troubles: list[str]) -> Iterator[object]:
    """Opens the door in a browser of one's own."""
    contexts = []

    def enter(width: int = 1280, address: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(house.url + address)
        page.get_by_label("Name").wait_for()
        return page

    yield enter
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def inside(page: Page, name: str) -> None:
    sign_in(page, name)
    page.wait_for_selector(".us[data-ready]")


def test_a_visitor_is_let_in_suggests_a_correction_and_a_curator_approves_it(house: House, enter: object) -> None:
    owner: Page = enter()  # type: ignore[operator]
    inside(owner, "ada")
    owner.get_by_role("button", name="ada owner").click()
    owner.get_by_role("menuitem", name="People").click()
    dialog = owner.get_by_role("dialog")
    for label, text in (("Name", "dora"), ("First password", PASSWORD)):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.locator("[data-person=dora]")).to_contain_text("not signed in")

    visitor: Page = enter(390, "#learning")  # type: ignore[operator]
    sign_in(visitor, "dora", "not her password")
    expect(visitor.get_by_role("alert")).to_contain_text("do not belong together")
    inside(visitor, "dora")
    expect(visitor.locator(".learning-page")).to_be_hidden()
    visitor.get_by_role("button", name="Conversations", exact=True).click()
    foot = visitor.locator(".sidebar-foot")
    expect(foot.get_by_role("button")).to_have_text(["doravisitor"])
    visitor.locator(".veil").click(position={"x": 370, "y": 400})
    visitor.evaluate("document.activeElement.blur()")
    for key in ("c", "o", "l"):
        visitor.keyboard.press(key)
        expect(visitor.locator(".us")).not_to_have_attribute("data-page", "curate")
        expect(visitor.locator(".composer")).to_be_visible()

    ask(visitor, "say the box office opens at six")
    answers(visitor).first.get_by_role("button", name="Correct this answer").click()
    visitor.get_by_label("Corrected answer").fill("The box office opens at five.")
    visitor.keyboard.press("Control+Enter")
    line = visitor.locator(".lesson-words").first
    expect(line).to_have_text("waiting for approval")
    assert house.playground.store.corrections.lessons() == []

    curator: Page = enter()  # type: ignore[operator]
    inside(curator, "cleo")
    expect(curator.locator(".sidebar-foot").get_by_role("button")).to_have_text(["Curate", "Explore", "cleocurator"])
    assert "box office" not in curator.locator(".conversations").inner_text()
    curator.keyboard.press("Escape")
    curator.get_by_role("button", name="Curate").click()
    curator.locator(".desk-line", has_text="The box office opens at five.").click()
    expect(curator.get_by_role("article", name="Item")).to_contain_text("said by dora")
    curator.get_by_role("group", name="Decide").get_by_role("button", name="Approve", exact=True).click()
    expect(curator.locator(".desk-line")).to_have_attribute("data-state", "approved")
    expect(line).to_have_text("remembered")
    (lesson,) = house.playground.store.corrections.lessons()
    assert lesson.wanted == "The box office opens at five."


def test_who_is_removed_meanwhile_is_led_back_to_the_door(house: House, enter: object) -> None:
    page: Page = enter()  # type: ignore[operator]
    inside(page, "ben")
    new_conversation(page)
    page.get_by_label("Message", exact=True).fill("half a thou")
    house.playground.people.sign_out_everywhere("ben")
    page.get_by_label("Message", exact=True).press("Enter")
    page.get_by_label("Password").wait_for()
    inside(page, "ben")
    expect(page.get_by_label("Message", exact=True)).to_have_value("half a thou")
    page.get_by_role("button", name="ben visitor").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_label("Password").wait_for()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_at_the_door_nor_among_people(enter: object, width: int) -> None:
    page: Page = enter(width)  # type: ignore[operator]
    load_axe(page)
    check(page, "the door")
    inside(page, "ada")
    load_axe(page)
    if width == 390:
        page.get_by_role("button", name="Conversations", exact=True).click()
    page.get_by_role("button", name="ada owner").click()
    check(page, "the menu")
    page.get_by_role("menuitem", name="People").click()
    page.get_by_label("More about ben").click()
    check(page, "people")
    page.get_by_role("button", name="New password").click()
    check(page, "a new password")
    for _ in range(2):  # closes, and opens again
        page.get_by_label("More about ben").click()
    page.get_by_role("button", name="Remove").click()
    check(page, "sure?")
    if width == 390:
        page.get_by_role("button", name="Remove ben").click()
        expect(page.locator("[data-person=ben]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def open_account(page: Page, name: str, entry: str) -> Locator:
    """What an entry of the menu at one's name opens; on a phone the menu is behind the list of conversations."""
    if page.locator(".sidebar").evaluate("(sidebar) => sidebar.inert"):
        page.get_by_role("button", name="Conversations", exact=True).click()
    page.get_by_role("button", name=name).click()
    page.get_by_role("menuitem", name=entry).click()
    return page.get_by_role("dialog")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_ones_own_understudy(house: House, enter: object, width: int) -> None:
    page: Page = enter(width)  # type: ignore[operator]
    inside(page, "cleo")
    load_axe(page)
    dialog = open_account(page, "cleo curator", "My own understudy")
    check(page, "off")
    dialog.get_by_role("switch", name="I teach an understudy of my own").check()
    expect(dialog.get_by_role("button", name="Show it beside the base")).to_be_visible()
    model, versions = house.playground.casting.base_model, house.playground.store.versions
    number = versions.add(model, "somewhere", person="cleo", passed=True).number
    expect(dialog.get_by_role("button", name=f"Let v{number} (yours) answer")).to_be_visible()
    run = house.playground.store.runs.add(model, 0, "1 new correction", {}, {}, "cleo")
    expect(dialog.locator(".own-run")).to_be_visible()
    check(page, "with a version and a run")
    assert fits(page)
    dialog.get_by_role("button", name="Forget all of it…").click()
    check(page, "sure?")
    dialog.get_by_role("button", name="Forget it for good").click()
    expect(dialog.get_by_role("switch")).not_to_be_checked()
    assert house.playground.store.runs.get(run.id).state == "cancelled" and fits(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_who_is_forgotten_reads_what_goes_first_and_is_led_out(house: House, enter: object, width: int) -> None:
    house.playground.people.add("zoe", "visitor", PASSWORD)
    page: Page = enter(width)  # type: ignore[operator]
    inside(page, "zoe")
    load_axe(page)
    ask(page, "say the box office opens at six")
    dialog = open_account(page, "zoe visitor", "Forget me")
    expect(dialog).to_contain_text("the account and 1 conversation.")
    check(page, "forget me")
    assert fits(page)
    dialog.get_by_label("Your password").fill("not her password")
    dialog.get_by_role("button", name="Forget everything of mine").click()
    expect(dialog.get_by_role("alert")).to_contain_text("do not belong together")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Forget everything of mine").click()
    page.wait_for_url("**/sign-in*")
    deadline = time.monotonic() + 20  # her session ended first, so the page may have left before the rest had gone
    while house.playground.store.people.find("zoe") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert house.playground.store.people.find("zoe") is None


@pytest.mark.parametrize("width", [1280, 390])
def test_an_owner_reads_what_goes_before_somebody_is_forgotten(house: House, enter: object, width: int) -> None:
    house.playground.people.add("zoe", "visitor", PASSWORD)
    page: Page = enter(width)  # type: ignore[operator]
    inside(page, "ada")
    load_axe(page)
    dialog = open_account(page, "ada owner", "People")
    dialog.get_by_label("More about zoe").click()
    dialog.get_by_role("button", name="Forget everything…").click()
    expect(dialog.locator(".person-more")).to_contain_text("This goes for good: the account.")
    check(page, "forget somebody")
    assert fits(page)
    dialog.get_by_role("button", name="Forget everything of zoe").click()
    expect(dialog.locator("[data-person=zoe]")).to_have_count(0)
    assert house.playground.store.people.find("zoe") is None

"""The Explore page in a real Chromium, from a number to the desk, on ratings of the real log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.memory.bag import BagLoader
from tests.ui.conftest import Watched, served
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.log import LOG, fill
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import check, load_axe
from understudy.playground.playground import Playground
from understudy.store import Edit

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
    made = build_stage(tmp_path, loader=BagLoader())
    fill(made.store, 180)
    made.store.acts.edit_all(list(range(1, 41)), Edit(topic="payments"))
    made.desk.catching_up.now()
    yield made
    made.close()


@pytest.fixture
def app(browser: Browser, playground: Playground, tmp_path: Path) -> Iterator[Watched]:
    with served(playground, tmp_path) as address:
        watched = Watched(browser, address)
        yield watched
        watched.close()
    assert watched.troubles == []


def explored(app: Watched, **options: object) -> Page:
    """A page on which everything is drawn."""
    page = app.open(**options)  # type: ignore[arg-type]
    page.goto(app.url + "#explore")
    page.reload()
    expect(page.locator("[data-figure=words-question] text").first).to_be_visible()
    expect(page.locator(".map-canvas")).to_be_visible()
    expect(page.locator("[data-figure=split] [role=button]").first).to_be_visible()
    return page


def test_a_number_a_dot_and_a_word_lead_to_their_items_on_the_desk(app: Watched, playground: Playground) -> None:
    page = explored(app, width=1280, height=860)
    expect(page.locator(".explore-what")).to_contain_text("180 items")
    topics = page.locator("[data-figure=topic]")
    topics.get_by_role("button", name="Show as numbers").click()
    bad = playground.desk.count({"topics": ["payments"], "labels": ["bad"]})
    topics.get_by_role("button", name=f"payments, bad: {bad}. Open on the desk").click()
    expect(page.locator(".desk-progress")).to_contain_text(f"{bad} items · rating bad · topic payments")
    page.go_back()

    canvas = page.locator(".map-canvas")
    canvas.scroll_into_view_if_needed()
    canvas.focus()
    page.keyboard.press("ArrowRight")
    question = page.locator(".map-words strong")
    expect(question).to_be_visible()
    asked = question.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".desk-editor")).to_contain_text(asked)
    page.go_back()

    spot = page.evaluate("""() => {
        const canvas = document.querySelector('.map-canvas'), box = canvas.getBoundingClientRect();
        const pen = canvas.getContext('2d'), scale = canvas.width / box.width;
        for (let y = 20; y < box.height - 20; y += 2) for (let x = 20; x < box.width - 20; x += 2)
            if (pen.getImageData(x * scale, y * scale, 1, 1).data[3] > 150) return [x, y];
    }""")
    canvas.hover(position={"x": spot[0], "y": spot[1]})
    expect(question).not_to_have_text(asked)
    asked = question.inner_text()
    canvas.click(position={"x": spot[0], "y": spot[1]})
    expect(page.locator(".desk-editor")).to_contain_text(asked)
    page.go_back()

    word = page.locator("[data-figure=words-question] [role=button]").first
    count = int(re.findall(r": (\d+) item", word.get_attribute("aria-label") or "")[0])
    word.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".desk-progress")).to_contain_text(f"{count} items · words in the question")


def test_pictures_are_saved_and_a_view_is_explored(app: Watched, playground: Playground) -> None:
    playground.desk.save_view("Payments", {"topics": ["payments"]})
    page = explored(app, scheme="dark")
    load_axe(page)
    check(page, "explore, dark")
    for figure, kind in (("time", "SVG"), ("words-question", "PNG"), ("found-topics", "SVG"), ("found-topics", "PNG")):
        page.locator(f"[data-figure={figure}]").get_by_role("button", name="Save the picture").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=kind).click()
        saved = Path(download.value.path()).read_bytes()
        assert saved.startswith(b"\x89PNG" if kind == "PNG" else b"<svg") and len(saved) > 2_000
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Payments", exact=True).click()
    expect(page.locator(".explore-what")).to_contain_text("40 items")
    expect(page.locator("[data-figure=topic] [role=button]")).to_have_count(1)


def test_a_phone_shows_the_same_one_below_the_other(app: Watched) -> None:
    page = explored(app, width=390, height=844, touch=True)
    load_axe(page)
    page.locator("[data-figure=version]").get_by_role("button", name="Show as numbers").click()
    expect(page.locator("[data-figure=version] table")).to_contain_text("starter base")
    check(page, "explore on a phone, light")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('.explore').scrollWidth") <= 390
    page.locator(".map-canvas").tap(position={"x": 150, "y": 120})

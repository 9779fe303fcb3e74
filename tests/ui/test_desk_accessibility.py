"""axe-core on the pages and dialogs of the desk, in the dark and on a phone, and nothing wider than the phone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Watched, served
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import check, load_axe
from understudy.dataset import doubles
from understudy.playground.bringing import bring, look
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADER = ("question", "answer", "rating", "comment", "author", "topic")
PLACES = ("Ulm", "Bonn", "Kiel", "Hof")
LOOKS = {
    "a dark desktop": {"width": 1280, "height": 900, "scheme": "dark"},
    "a phone": {"width": 390, "height": 844, "touch": True},
    "a dark phone": {"width": 390, "height": 844, "touch": True, "scheme": "dark"},
}


def survey(path: Path, towns: str) -> Path:
    """Sixty ratings by two people, and a row that is faulty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(30):
            for author, stars in (("Ada", 5), ("Ben", 1 + 4 * (n % 2))):
                asked = f"Where is  counter {n} for visas in {towns}{n}, at market{n}?"
                writer.writerow((asked, f"In street {n}. Write to me{n}@example.org.", stars, "fine", author, "visa"))
        writer.writerow(("", "An answer to nothing.", 3, "", "", ""))
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return survey(tmp_path / "a survey with a rather long name of its own.csv", "Plotzi")


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    never_wait_for_the_disk(monkeypatch)
    made = build_stage(tmp_path / "home")
    bring(made.store, "starter", look(survey(tmp_path / "first.csv", "Zorbo")))
    for item in list(made.store.items.each())[:8]:
        made.store.corrections.add(item.completion, f"At the counter,  {item.answer}", tags=["place"])
    yield made
    made.close()


@pytest.fixture
def app(browser: Browser, playground: Playground, tmp_path: Path) -> Iterator[Watched]:
    with served(playground, tmp_path / "home") as address:
        watched = Watched(browser, address)
        yield watched
        watched.close()
    assert watched.troubles == []


def press(page: Page, key: str) -> None:
    page.locator(".desk").focus()
    page.keyboard.press(key)
    page.locator("dialog[open]").wait_for()


@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_on_the_desk(app: Watched, table: Path, name: str) -> None:
    page = app.open(**LOOKS[name])  # type: ignore[arg-type]
    page.evaluate("location.hash = '#curate'")
    expect(page.locator(".desk-line").first).to_be_visible()
    load_axe(page)
    check(page, "curate")
    press(page, "x")
    dialog = page.get_by_role("dialog", name="Export this view")
    check(page, "export")
    dialog.get_by_label("One file for training and one for eval").check()
    dialog.get_by_role("button", name="Make the file").click()
    expect(dialog.get_by_role("link", name="Save its data card")).to_be_visible()
    check(page, "an export that is made")
    page.keyboard.press("Escape")
    press(page, "i")
    dialog = page.get_by_role("dialog", name="Import a file")
    check(page, "import")
    page.locator("#import-file").set_input_files(table)
    expect(dialog.locator(".first-rows")).to_be_visible()
    check(page, "the preview of an import")
    dialog.get_by_role("button", name="Import 60 rows").click()
    expect(dialog).to_contain_text("60 new, 0 here already, 1 faulty.")
    check(page, "an import that is done")
    page.keyboard.press("Escape")
    for key, name in (("c", "clean"), ("b", "balance"), ("w", "wordings"), ("f", "filter")):
        press(page, key)
        page.wait_for_timeout(1_500)
        check(page, name)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Agreement of raters").click()
    expect(page.locator(".desk-agreement")).to_be_visible()
    check(page, "agreement")
    page.keyboard.press("Escape")
    page.evaluate("location.hash = '#explore'")
    expect(page.locator("[data-figure=split]").first).to_be_visible(timeout=60_000)
    check(page, "explore")


def crowd(path: Path) -> Path:
    """Four corrections of one pattern, none a double of another."""
    rows = ({"prompt": f"How can I get to {at}?", "completion": f"Take the tram to {at} then."} for at in PLACES)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("name", ["a dark desktop", "a phone"])
def test_axe_finds_nothing_in_the_smaller_dialogs_of_the_desk(
    app: Watched, playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(doubles, "COMPARED", 2)
    bring(playground.store, "starter", look(crowd(tmp_path / "crowd.jsonl")))
    page = app.open(**LOOKS[name])  # type: ignore[arg-type]
    page.evaluate("location.hash = '#curate'")
    expect(page.locator(".desk-line").first).to_be_visible()
    load_axe(page)
    for menu, entry in (
        ("More", "Change all of these"),
        ("More", "Say who you are"),
        ("More", "Clean this view"),
        ("Views", "Save this filter"),
    ):
        page.get_by_role("button", name=menu, exact=True).click()
        check(page, f"the menu {menu}")
        page.get_by_role("menuitem", name=entry).click()
        page.locator("dialog[open]").wait_for()
        if entry == "Clean this view":
            near = page.locator("dialog[open] [data-step=near]")
            expect(near).to_contain_text("1 item has very many others that are written alike.", timeout=30_000)
            near.get_by_role("button", name="Examples").click()
        check(page, entry)
        page.keyboard.press("Escape")

"""A version exported on the Learning page, with the real starter: saved, and every answer compared on the screen."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.fake_hub import FakeHub
from tests.playground.tuned import tuned_playground
from tests.ui.conftest import Watched, served
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.test_accessibility import check, load_axe
from understudy.playground.playground import Playground
from understudy.store import ExportLine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    never_wait_for_the_disk(monkeypatch)
    made = tuned_playground(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def app(browser: Browser, playground: Playground, tmp_path: Path) -> Iterator[Watched]:
    with served(playground, tmp_path / "home") as address:
        watched = Watched(browser, address)
        yield watched
        watched.close()
    assert watched.troubles == []


def look(page: Page, name: str) -> None:
    """A picture for who is working on the page: UNDERSTUDY_LOOK names a folder."""
    if folder := os.environ.get("UNDERSTUDY_LOOK"):
        page.wait_for_timeout(300)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_version_is_exported_saved_and_held_against_itself(app: Watched, playground: Playground) -> None:
    pytest.importorskip("xllamacpp", reason="llama.cpp is not installed here: pip install 'understudy[gguf]'")
    page = app.open()
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_label("Message", exact=True).blur()
    page.get_by_role("button", name="Learning").first.click()
    page.get_by_role("button", name="Export v1 for another program").click()
    dialog = page.get_by_role("dialog", name="Export v1")
    expect(dialog).to_contain_text("for transformers, vLLM and most servers")
    dialog.get_by_label("For which program").select_option("gguf-adapter")
    expect(dialog.get_by_label("Numbers")).to_be_disabled()
    dialog.get_by_label("For which program").select_option("gguf")
    dialog.get_by_label("Numbers").select_option("bfloat16")
    expect(dialog).to_contain_text("Some answers may change; they are shown.")
    look(page, "export-asked")
    dialog.get_by_role("button", name="Export", exact=True).click()
    expect(dialog.locator("[data-part=made]")).to_contain_text("Read back by llama.cpp", timeout=60_000)
    expect(dialog.locator(".parity tbody tr")).to_have_count(20)
    (made,) = playground.version_exports.earlier("starter", 1)
    differing = [line for line in made.lines if not line.same]
    expect(dialog.get_by_text("differs", exact=True)).to_have_count(len(differing))
    with page.expect_download() as saved:
        dialog.get_by_role("link", name="Save the export").click()
    with zipfile.ZipFile(saved.value.path()) as file:
        assert "starter-v1-gguf/model.gguf" in file.namelist()
    load_axe(page)
    check(page, "an export of a version")
    look(page, "export-made")
    page.set_viewport_size({"width": 390, "height": 844})
    dialog.locator(".parity").scroll_into_view_if_needed()
    look(page, "export-made-phone")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export v1 for another program").click()
    dialog.get_by_text("GGUF, bfloat16").click()
    expect(dialog.locator(".earlier-exports .parity tbody tr")).to_have_count(20)
    check(page, "an earlier export on a phone")
    look(page, "export-earlier-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_version_goes_to_the_hub_once_somebody_has_seen_what_differs(
    app: Watched, playground: Playground, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [ExportLine(None, "Hi?", "Hello.", said, None, said == "Hello.") for said in ("Hello.", "Bye.")]
    monkeypatch.setattr(playground.version_exports, "_ask", lambda *a: [])
    monkeypatch.setattr(playground.version_exports, "_compare", lambda *a: (lines, "a test"))
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    page = app.open()
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_label("Message", exact=True).blur()
    page.get_by_role("button", name="Learning").first.click()
    page.get_by_role("button", name="Export v1 for another program").click()
    dialog = page.get_by_role("dialog", name="Export v1")
    dialog.get_by_label("For which program").select_option("adapter")
    dialog.get_by_label("Where to").select_option("hub")
    send = dialog.get_by_role("button", name="Check and send")
    expect(send).to_be_disabled()
    expect(dialog).to_contain_text("The base is under apache-2.0.")
    expect(dialog).to_contain_text("Signed in by HF_TOKEN, which is never stored here.")
    dialog.get_by_label("Model on the hub").fill("ada/shop")
    dialog.get_by_label("I may share it under this licence").check()
    load_axe(page)
    check(page, "a push that is asked for")
    look(page, "push-asked")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "push-asked-phone")
    check(page, "a push on a phone")
    page.set_viewport_size({"width": 1280, "height": 860})
    send.click()
    expect(dialog.locator("[data-part=sent]")).to_have_text("Nothing was sent yet: 1 of 2 answers differ.")
    expect(dialog.get_by_text("differs", exact=True)).to_have_count(1)
    assert not fake_hub.repositories
    look(page, "push-held")
    dialog.get_by_role("button", name="Send it all the same").click()
    expect(dialog.locator("[data-part=sent]")).to_contain_text("Only its owner sees it.")
    check(page, "a push that arrived")
    look(page, "push-sent")
    assert fake_hub.get("model", "ada/shop").private
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export v1 for another program").click()
    expect(dialog.get_by_role("heading", name="On the hub")).to_be_visible()
    expect(dialog).to_contain_text("sent, private")


def test_a_space_is_saved_with_the_texts_of_its_lessons_or_without(app: Watched, playground: Playground) -> None:
    page = app.open(width=390, height=844, touch=True)
    page.goto(f"{app.url}#learning")
    page.get_by_role("button", name="Export v1 for another program").click()
    dialog = page.get_by_role("dialog", name="Export v1")
    texts = dialog.get_by_role("checkbox", name="With the texts of the corrections")
    expect(texts).to_be_hidden()
    dialog.get_by_label("For which program").select_option("space")
    load_axe(page)
    check(page, "a Space")
    packed = {}
    for button, wanted in (("Export", True), ("Export again", False)):
        texts.set_checked(wanted)
        dialog.get_by_role("button", name=button, exact=True).click()
        link = dialog.get_by_role("link", name="Save the export")
        expect(link).to_be_visible(timeout=120_000)
        with page.expect_download() as saved:
            link.click()
        with zipfile.ZipFile(saved.value.path()) as packed_files:
            packed[wanted] = [name for name in packed_files.namelist() if name.endswith("lessons.json")]
    assert len(packed[True]) == 1 and packed[False] == []

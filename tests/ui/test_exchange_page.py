"""Import and export on the Curate page in a real Chromium: a file looked at, tried, brought in, undone; one fetched."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import toast
from tests.ui.conftest import Watched, served
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import check, load_axe
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = [
    ("When do you open?", "At nine.", "5", "fine", "Ada"),
    ("Do you wrap gifts?", "No.", "1", "<b>Yes</b>, we do.", "Ben"),
    ("", "An answer to nothing.", "3", "", "Ben"),
]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    never_wait_for_the_disk(monkeypatch)
    made = build_stage(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def app(browser: Browser, playground: Playground, tmp_path: Path) -> Iterator[Watched]:
    with served(playground, tmp_path / "home") as address:
        watched = Watched(browser, address)
        yield watched
        watched.close()
    assert watched.troubles == []


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "survey.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("frage", "answer", "stars", "why", "rater"), *ROWS])
    return path


def choose(page: Page, path: Path) -> None:
    """Open the dialog by its key and give it a file."""
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("c")
    expect(page.locator(".desk")).to_be_visible()
    page.keyboard.press("i")
    page.locator("#import-file").set_input_files(path)


def test_a_file_is_looked_at_mapped_tried_brought_in_and_undone(
    app: Watched, playground: Playground, table: Path, tmp_path: Path
) -> None:
    page = app.open()
    choose(page, table)
    dialog = page.get_by_role("dialog", name="Import a file")
    expect(dialog).to_contain_text("Table with 5 columns")
    expect(dialog).to_contain_text("No row could be read like this")
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    dialog.get_by_label("Question").select_option("frage")
    dialog.get_by_label("Comment").select_option("why")
    expect(dialog.locator(".first-rows")).to_contain_text("Do you wrap gifts?")
    expect(dialog.locator(".faults")).to_contain_text('line 4: the column "frage" is empty')
    load_axe(page)
    check(page, "preview of an import")
    with page.expect_download() as saved:
        dialog.get_by_role("link", name="Save the faulty rows").click()
    assert json.loads(saved.value.path().read_text("utf-8"))["row"]["answer"] == "An answer to nothing."
    assert playground.store.items.states()["waiting"] == 0, "it was only looked at"

    dialog.get_by_role("button", name="Import 2 rows").click()
    expect(dialog).to_contain_text("2 new, 0 here already, 1 faulty.")
    assert playground.store.items.states() == {"waiting": 2, "approved": 0, "rejected": 0}
    dialog.get_by_role("button", name="Undo this import").click()
    toast(page, "Took back 2 lines.")
    expect(page.locator(".desk-list")).to_contain_text("Nothing to curate yet.")
    page.get_by_role("button", name="Import a file").click()
    page.get_by_role("button", name="Bring back survey.csv").click()
    toast(page, "Brought back 2 lines.")
    page.keyboard.press("Escape")
    expect(page.locator(".desk-line")).to_have_count(2)
    assert not list((tmp_path / "home" / "transfers").glob("*/survey.csv")), "what was sent is not kept"


def test_a_view_is_exported_with_its_card_and_says_what_stays_behind(
    app: Watched, playground: Playground, table: Path
) -> None:
    page = app.open()
    choose(page, table)
    page.get_by_label("Question").select_option("frage")
    page.get_by_role("radio", name="Approved at once").check()
    page.get_by_role("button", name="Import 2 rows").click()
    page.get_by_role("button", name="Go through it").click()
    expect(page.locator(".desk-line")).to_have_count(2)
    page.locator(".desk").focus()
    page.keyboard.press("x")
    dialog = page.get_by_role("dialog", name="Export this view")
    expect(dialog).to_contain_text("Holds everything that was said")
    dialog.get_by_label("Format").select_option("openai-sft")
    expect(dialog).to_contain_text("Bad ratings stay behind")
    dialog.get_by_label("Licence").fill("cc-by-4.0")
    dialog.get_by_role("button", name="Make the file").click()
    expect(dialog).to_contain_text("1 row. Left out, because OpenAI chat cannot hold them: rating 1.")
    with page.expect_download() as file:
        dialog.get_by_role("link", name="Save the file").click()
    assert file.value.suggested_filename == "understudy-openai-sft.jsonl"
    (line,) = [json.loads(text) for text in file.value.path().read_text("utf-8").splitlines()]
    assert [message["content"] for message in line["messages"]] == ["When do you open?", "At nine."]
    with page.expect_download() as card:
        dialog.get_by_role("link", name="Save its data card").click()
    assert 'license: "cc-by-4.0"' in card.value.path().read_text("utf-8")
    load_axe(page)
    check(page, "an export")

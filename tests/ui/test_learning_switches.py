"""What a person switches on the Learning page: memory, weak signals, one correction, and what was taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import toast
from tests.ui.conftest import Watched
from tests.ui.learned import Shop
from tests.ui.test_learning_page import app, opened, shop

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["app", "shop"]

pytestmark = pytest.mark.browser


def row(page: Page, shop: Shop, name: str) -> Locator:
    return page.locator(f'.lesson-row[data-id="{shop.corrections[name]}"]')


def test_memory_and_weak_signals_are_switched_and_the_switch_stays_after_a_reload(app: Watched, shop: Shop) -> None:
    page = opened(app)
    memory = page.get_by_role("switch", name="Memory")
    weak = page.get_by_role("switch", name=re.compile("Weak signals"))
    expect(memory).to_be_checked()
    expect(weak).not_to_be_checked()
    memory.uncheck()
    expect(page.locator("#switch-memory-help")).to_contain_text("tuned columns answer by their weights alone")
    weak.check()
    expect(page.get_by_text("used as light votes")).to_be_visible()
    page.reload()
    expect(memory).not_to_be_checked()
    expect(weak).to_be_checked()
    assert shop.playground.learning.weak


def test_one_correction_is_switched_off_and_on_again(app: Watched, shop: Shop) -> None:
    page = opened(app)
    learned = row(page, shop, "wrapping")
    learned.get_by_role("button", name="Switch off").click()
    page.get_by_role("button", name=re.compile(r"\d+ correction")).last.click()
    expect(row(page, shop, "wrapping").locator(".lesson")).to_have_text("switched off")
    row(page, shop, "wrapping").get_by_role("button", name="Switch on").click()
    expect(row(page, shop, "wrapping").locator(".lesson")).to_have_text(re.compile("not learned|remembered"))


def test_what_was_learned_and_deleted_is_said_to_be_known_still_until_it_comes_back(app: Watched, shop: Shop) -> None:
    page = opened(app)
    page.locator("[data-part=learned]").get_by_role("button", name=re.compile("correction")).click()
    row(page, shop, "return").get_by_role("button", name="Delete this correction").click()
    toast(page, "Correction deleted.")
    card = page.get_by_text("Taken back, but not forgotten")
    expect(card).to_be_visible()
    expect(page.get_by_role("button", name="Train anew")).to_be_enabled()
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_hidden()
    expect(page.locator("[data-part=learned]").get_by_text("What is the return window of our shop?")).to_be_visible()

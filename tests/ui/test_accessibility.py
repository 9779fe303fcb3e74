"""axe-core on every state of the page, in both themes and on a phone, and nothing wider than its window.

Gradio's own two findings are outside our root.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.acting import answers, ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.ui.conftest import Watched

pytestmark = pytest.mark.browser

SETTLED = """async () => {
  const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
}"""
"""Colours in a transition have no contrast of their own."""

RUN = """async () => {
  const result = await axe.run('.us', { resultTypes: ['violations'] });
  const where = (found) => found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ');
  return result.violations.map((found) => found.id + ': ' + where(found));
}"""

TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('dialog[open]')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className || box.tagName)"""


def check(page: Page, state: str) -> None:
    page.wait_for_timeout(200)  # what was clicked begins to move
    page.evaluate(SETTLED)
    assert page.evaluate(RUN) == [], state
    assert page.evaluate(TOO_WIDE) == [], state


def load_axe(page: Page) -> None:
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"scheme": "light"},
    "dark": {"scheme": "dark"},
    "a phone": {"width": 390, "height": 844, "touch": True},
}


def open_list(page: Page, look: str) -> None:
    """The list of conversations; a phone has it in a drawer."""
    if look == "a phone":
        page.get_by_role("button", name="Conversations", exact=True).click()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(watched: Watched, look: str) -> None:
    page = watched.open(**LOOKS[look])
    if page.locator(".turn").count():
        open_list(page, look)
        page.get_by_role("button", name="New conversation", exact=True).first.click()
        page.locator(".welcome").wait_for()
    load_axe(page)
    check(page, "empty")
    ask(page, "show me some code")
    answers(page).first.get_by_role("button", name="Good answer").click()
    page.locator(".chip").first.wait_for()
    check(page, "reasons")
    page.keyboard.press("Escape")
    answers(page).first.get_by_role("button", name="Correct this answer").click()
    check(page, "correcting")
    page.get_by_label("Corrected answer").fill("Shorter.")
    page.keyboard.press("Control+Enter")
    page.locator("ins").first.wait_for()
    page.get_by_role("button", name="champion is better").click()
    page.locator(".vote-said").wait_for()
    check(page, "judged")
    tune, keys = ("System prompt", []) if look == "a phone" else ("Tune", ["Keyboard shortcuts"])
    for name in (tune, "Compare", "Settings", *keys):
        if name == "Settings":
            open_list(page, look)
            check(page, "the list")
        page.get_by_role("button", name=name).first.click()
        page.locator("dialog[open]").wait_for()
        check(page, name)
        page.keyboard.press("Escape")
    page.locator(".picker").first.click()
    page.get_by_role("menu").wait_for()
    check(page, "menu")

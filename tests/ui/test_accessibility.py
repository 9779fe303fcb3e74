"""axe-core on every state of the page, in both themes. Gradio's own two findings are outside our root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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


def check(page: Page, state: str) -> None:
    page.wait_for_timeout(200)  # what was clicked begins to move
    page.evaluate(SETTLED)
    assert page.evaluate(RUN) == [], state


def load_axe(page: Page) -> None:
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(watched: Watched, scheme: str) -> None:
    page = watched.open(scheme=scheme)
    if page.locator(".turn").count():
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
    for name in ("Tune", "Settings", "Keyboard shortcuts", "Compare"):
        page.get_by_role("button", name=name).first.click()
        page.locator("dialog[open]").wait_for()
        check(page, name)
        page.keyboard.press("Escape")
    page.locator(".picker").first.click()
    page.get_by_role("menu").wait_for()
    check(page, "menu")

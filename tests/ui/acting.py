"""What a person does on the page, for tests to say in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

expect.set_options(timeout=30_000)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def new_conversation(page: Page) -> None:
    """An empty conversation, if the open one is not empty already."""
    if page.locator(".turn").count():
        page.get_by_role("button", name="New conversation", exact=True).first.click()
    page.locator(".welcome").wait_for()


def send(page: Page, text: str) -> None:
    """Send a message and see that the answers begin."""
    turns = page.locator(".turn").count()
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)


def finished(page: Page) -> None:
    """Wait until nothing is being written."""
    expect(page.locator(".us")).to_have_attribute("data-streaming", "0")
    expect(page.locator('.answer[data-state="running"]')).to_have_count(0)


def ask(page: Page, text: str) -> None:
    send(page, text)
    finished(page)


def answers(page: Page) -> Locator:
    """The answers of the last turn."""
    return page.locator(".turn").last.locator(".answer")


def toast(page: Page, text: str) -> None:
    expect(page.locator(".toast", has_text=text)).to_be_visible()

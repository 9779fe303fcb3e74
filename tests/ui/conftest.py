"""One app and one Chromium for all tests of the page; every test gets a fresh page on the same server.

A page that raised an error, logged one, or asked another machine for anything fails its test, whatever that was about.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.stage import build_stage
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from understudy.ui.handlers import Handlers
    from understudy.ui.sign_in import Who

DELAY_S = 0.01
"""Before each scripted word: slow enough to be seen streaming, fast enough for tests."""


@pytest.fixture(scope="session")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    stage = build_stage(tmp_path_factory.mktemp("stage"), delay=DELAY_S)
    yield stage
    stage.close()


@pytest.fixture
def handlers(playground: Playground) -> Handlers:
    from understudy.ui.handlers import Handlers

    return Handlers(playground)


@pytest.fixture
def ask(handlers: Handlers) -> Any:
    """Makes a request as the page does: its value, or the sentence of its refusal."""

    def ask(do: str, /, **fields: object) -> Any:
        reply = handlers.reply({**fields, "do": do})
        return reply["value"] if reply["ok"] else reply["error"]

    return ask


def free_port() -> int:
    """Gradio's own search leaves a socket open for every port that is taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def within_a_loop(start: Callable[[], tuple[Any, str]]) -> tuple[Any, str]:
    """Gradio makes event loops that nobody closes, unless one is running; playwright's is, once there is a browser."""

    async def started() -> tuple[Any, str]:
        return start()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(started())
    return start()


@contextmanager
def served(playground: Playground, data_folder: Path, who: Who | None = None) -> Iterator[str]:
    """The address of the page on `playground`, with a slash at its end, as long as the block lasts."""
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    def start() -> tuple[Any, str]:
        demo = build_page(playground, who=who)
        return demo, launch(demo, port=free_port(), block=False, data_folder=data_folder)

    demo, address = within_a_loop(start)
    try:
        yield address
    finally:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def url(playground: Playground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(playground, tmp_path_factory.getbasetemp()) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tests.browser import find_browser

    path = find_browser()
    if path is None:
        pytest.fail(
            "The tests of the page need Chromium. Run `python -m tests.browser`, or set CHROMIUM to its program."
        )
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        opened = playwright.chromium.launch(executable_path=path, args=quiet)
        yield opened
        opened.close()


LEAVING = ("AbortError: signal is aborted", "Error: Connection errored out", "Unexpected error Connection errored out")
"""What Gradio's client says to nobody when a page is left in the middle of a stream."""


class Watched:
    """Opens pages and remembers what must never happen on one."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.troubles: list[str] = []

    def open(self, *, width: int = 1440, height: int = 900, scheme: str = "light", touch: bool = False) -> Page:
        """A fresh page (own storage) with a new conversation open in it."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            has_touch=touch,
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        self.watch(page)
        page.goto(self.url)
        page.wait_for_selector(".us[data-ready]")
        return page

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("request", lambda request: self._check(request.url))

    def close(self) -> None:
        for context in list(self.browser.contexts):
            context.close()

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(LEAVING):
            self.troubles.append(f"console: {text}")

    def _check(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"request to {address}")


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    watched = Watched(browser, url)
    yield watched
    watched.close()
    assert watched.troubles == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """A page with a new, empty conversation."""
    opened = watched.open()
    if opened.locator(".turn").count():
        opened.get_by_role("button", name="New conversation", exact=True).first.click()
        opened.locator(".welcome").wait_for()
    return opened

"""What the page costs while two answers stream below 50 earlier turns: frames per second, and the server's CPU.

The models are scripted at 50 words a second, so that only the page and its stream are measured; the store is real.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.results import Result, benchmark
from tests.browser import find_browser
from tests.ui.stage import CODE, SHOP
from understudy.playground.casting import Casting
from understudy.playground.chat import Opening
from understudy.playground.playground import Playground
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.ui import following

if TYPE_CHECKING:
    from playwright.sync_api import Page

TURNS = 50
WORDS = 250
WORD_S = 0.02
LEAD_S = 0.5
"""The page has drawn the new turn and its first words."""
SECONDS = 3.0

FRAMES = """() => {
  window.frames_seen = 0;
  const count = () => { window.frames_seen += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""


@benchmark("page-fps-50-turns")
def page_fps() -> Iterator[Result]:
    """Gradio's own two Chatbots drew 9 frames a second with the same 50 turns, a token at a time."""
    yield Result("page-fps-50-turns", round(page_fps_50_turns(), 1), "fps", ">= 50", "the display, at 60")


@benchmark("server-ms-per-update")
def server_cpu() -> Iterator[Result]:
    """Gradio's queue took 1.2 ms for the same updates, on the machine where this route took a quarter of it."""
    yield Result(
        "server-ms-per-update", round(server_ms_per_update(), 2), "ms CPU", "<= 1", "the same answers, unwatched"
    )


def page_fps_50_turns() -> float:
    """Frames per second of Chromium from the first word of two streaming answers to the last."""
    with _long_conversation() as (playground, conversation, url), opened_page(url) as page:
        _ask(page)
        page.evaluate(FRAMES)
        start = time.perf_counter()
        playground.chat.wait(conversation, 60)
        frames = page.evaluate("window.frames_seen")
        return float(frames / (time.perf_counter() - start))


def server_ms_per_update() -> float:
    """CPU milliseconds of the server process for each update that it sends to one page, in the middle of a stream.

    The CPU that the same answers cost per second without a page is taken off; what remains is divided by the updates.
    """
    with _long_conversation() as (playground, conversation, url):
        playground.chat.ask(conversation, "go on")
        alone = _cpu_of(SECONDS)
        playground.chat.wait(conversation, 60)
        with opened_page(url) as page, _counted() as updates:
            _ask(page)
            time.sleep(LEAD_S)
            before = updates[0]
            followed = _cpu_of(SECONDS)
            sent = updates[0] - before
            playground.chat.wait(conversation, 60)
        return max(0.0, followed - alone) * 1000 / max(1, sent)


def _cpu_of(seconds: float) -> float:
    """CPU seconds that this process uses while the caller sleeps."""
    before = time.process_time()
    time.sleep(seconds)
    return time.process_time() - before


def _ask(page: Page) -> None:
    page.get_by_label("Message", exact=True).fill("go on")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.us').dataset.streaming === '1'", polling=50)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Counts the updates of every stream that begins meanwhile."""
    count, follow = [0], following.follow

    async def counting(playground: Playground, conversation: str) -> AsyncIterator[dict[str, Any]]:
        async for update in follow(playground, conversation):
            count[0] += 1
            yield update

    following.follow = counting
    try:
        yield count
    finally:
        following.follow = follow


@contextmanager
def _long_conversation() -> Iterator[tuple[Playground, str, str]]:
    """A served conversation with `TURNS` answered turns in two columns: (playground, its id, address)."""
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "understudy.db") as store:
        store.models.add("starter", "assets/starter")
        backend = ScriptedBackend(lambda messages, version: f"{SHOP[1]}\n\n{CODE}")
        playground = Playground(
            store, Casting(store, "starter", lambda name, source: backend), opening=Opening(("base", "base"))
        )
        conversation = playground.chat.new_conversation().id
        for turn in range(TURNS):
            playground.chat.ask(conversation, f"question {turn}")
            playground.chat.wait(conversation, 60)
        backend._reply = lambda messages, version: " ".join(f"word{n}" for n in range(WORDS))
        backend.delay = WORD_S
        demo = build_page(playground)
        try:
            yield playground, conversation, launch(demo, block=False)
        finally:
            demo.close(verbose=False)
            playground.answering.stop_all()


@contextmanager
def opened_page(url: str) -> Iterator[Page]:
    """A browser's page at `url`, drawn."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(url)
        page.wait_for_selector(".us[data-ready]")
        yield page
        browser.close()

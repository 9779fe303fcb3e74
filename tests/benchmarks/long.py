"""A conversation of 300 turns with two answers each: how long a person waits until it is open, and for a thumb.

Time in the browser, from the click to the screen: store, markdown, the way there and the drawing are all in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.page import opened_page
from tests.benchmarks.results import Result, benchmark
from tests.ui.stage import CODE, SHOP, build_stage
from understudy.playground.playground import Playground
from understudy.types import FinishReason, Sampling, Usage

if TYPE_CHECKING:
    from playwright.sync_api import Page

TURNS = 300
ROUNDS = 5


@benchmark("open-300-turns-ms", "rate-300-turns-ms")
def long_conversation() -> Iterator[Result]:
    """Median milliseconds from the click to the frame that shows all turns, or the pressed thumb."""
    with _served() as (short, long, url), opened_page(url) as page:
        opening, rating = [], []
        for i in range(ROUNDS):
            _open(page, short, turns=1)
            opening.append(_open(page, long, turns=TURNS))
            rating.append(_rate(page, good=i % 2 == 0))
    yield Result("open-300-turns-ms", round(median(opening)), "ms", "<= 200")
    yield Result("rate-300-turns-ms", round(median(rating)), "ms", "<= 200")


def _open(page: Page, conversation: str, turns: int) -> float:
    item = f"""document.querySelector('[data-id="{conversation}"] [data-act=open]')"""
    return _clicked(page, item, f"document.querySelectorAll('.turn').length === {turns}")


def _rate(page: Page, good: bool) -> float:
    thumb = f"document.querySelector('.turn:last-child .answer [data-act=rate][data-value={str(good).lower()}]')"
    return _clicked(page, thumb, f"{thumb}.getAttribute('aria-pressed') === 'true'")


def _clicked(page: Page, node: str, done: str) -> float:
    """Milliseconds, by the page's own clock, from a click to the frame after `done` is true."""
    return float(
        page.evaluate(f"""() => new Promise((resolve) => {{
          const begun = performance.now();
          const end = () => resolve(performance.now() - begun);
          const look = () => requestAnimationFrame({done} ? end : look);
          {node}.click();
          look();
        }})""")
    )


@contextmanager
def _served() -> Iterator[tuple[str, str, str]]:
    """A short conversation, a long one, and the address of the page."""
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    with tempfile.TemporaryDirectory() as folder:
        playground = build_stage(Path(folder))
        short, long = _talk(playground, 1), _talk(playground, TURNS)
        demo = build_page(playground)
        try:
            yield short, long, launch(demo, block=False)
        finally:
            demo.close(verbose=False)
            playground.close()


def _talk(playground: Playground, turns: int) -> str:
    """A conversation as it would have been recorded."""
    store = playground.store
    conversation, parent = store.conversations.add(f"{turns} turns", columns=("base", "v1")).id, None
    for number in range(turns):
        turn = store.turns.add(conversation, f"question {number}", parent=parent)
        for position, text in enumerate((SHOP[1], CODE)):
            answer = store.completions.add(turn.id, position, "starter", position, f"v{position}", Sampling())
            store.completions.finish(answer.id, text, FinishReason.STOP, Usage(20, 60, 50.0, 900.0))
            parent = answer.id if position == 0 else parent
    return conversation

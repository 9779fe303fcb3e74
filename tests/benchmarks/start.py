"""From typing the command to reading the first word: the real program, the starter, a real browser.

The clock starts when the process starts and stops when the first word of an answer is on the page. The browser is
opened before, because a person's browser is open too; the database is new.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.results import Result, benchmark
from tests.browser import find_browser

ROOT = Path(__file__).resolve().parents[2]
FIRST_WORD = "[...document.querySelectorAll('.answer-body')].some((node) => node.innerText.trim())"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@benchmark("start-to-first-token-s", "start-to-page-s")
def start_to_first_token() -> Iterator[Result]:
    """Seconds until the page can be typed into, and until the first word is read; a warm disk."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        page = playwright.chromium.launch(executable_path=find_browser(), args=QUIET).new_page()
        begun = time.perf_counter()
        program = _program(home)
        try:
            page.goto(_address(program))
            page.get_by_label("Message", exact=True).wait_for()
            ready = time.perf_counter() - begun
            page.get_by_label("Message", exact=True).fill("Hello! What can you do?")
            page.keyboard.press("Enter")
            page.wait_for_function(FIRST_WORD)
            first = time.perf_counter() - begun
        finally:
            program.terminate()
            program.wait(30)
    yield Result("start-to-page-s", round(ready, 1), "s")
    yield Result("start-to-first-token-s", round(first, 1), "s", "<= 15")


def _program(home: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "UNDERSTUDY_HOME": home, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "understudy", "--no-browser", "--port", "0"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _address(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    for line in program.stdout:
        if found := re.search(r"http://\S+", line):
            return found[0]
    raise RuntimeError("The program ended before it told its address.")

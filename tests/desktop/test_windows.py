"""The page in a native window, in one of a browser, and in the browser: seen on a screen, and closed as a person does.

They need Xvfb, xdotool and, for the native one, the `desktop` extra; without them they are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import find_browser
from tests.desktop.display import XDOTOOL, XVFB, close, display, do, picture, wait_for_window
from tests.ui.pictures import WANTED, keep

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(XVFB is None or XDOTOOL is None, reason="no virtual screen (apt install xvfb xdotool)"),
]
SIDEBAR = (0xF3, 0xF1, 0xED)
"""A colour of the page that neither a splash nor an empty window has."""

ROOT = Path(__file__).parents[2]


def wait_for_page(screen: str, path: Path, seconds: float = 240) -> None:
    """Until the page has drawn its sidebar."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        picture(screen, path)
        with Image.open(path) as seen:
            colours = seen.convert("RGB").getcolors(1 << 24) or []
        if sum(count for count, colour in colours if colour == SIDEBAR) > 50_000:
            return
        time.sleep(2)
    raise AssertionError(f"the page was not drawn; see {path}")


needs_extra = pytest.mark.skipif(find_spec("webview") is None, reason='no native window (pip install -e ".[desktop]")')


def script(path: Path, line: str) -> Path:
    """A program of one line of shell, which lets go of its caller's output."""
    path.write_text(f"#!/bin/sh\nexec >/dev/null 2>&1\n{line}\n")
    path.chmod(0o755)
    return path


@contextmanager
def started(screen: str, module: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A program of these tests on that screen; killed at the end where it did not end by itself."""
    drawing = {"DISPLAY": screen, "QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu"}
    environ = {**os.environ, **drawing, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


@pytest.mark.parametrize("name", [pytest.param("native", marks=needs_extra), "app", "browser"])
def test_the_page_is_seen_and_closing_it_ends_the_program_well(name: str, tmp_path: Path) -> None:
    browser = script(tmp_path / "open", f'{find_browser()} --no-sandbox --user-data-dir={tmp_path}/profile "$1" &')
    module = "tests.desktop.program"
    with display() as screen, started(screen, module, name, str(tmp_path), BROWSER=f"{browser} %s") as program:
        window = wait_for_window(screen, "Understudy", 240)
        wait_for_page(screen, tmp_path / f"{name}.png")
        if WANTED:
            time.sleep(5)  # the frame is drawn, what belongs into it comes
            picture(screen, tmp_path / f"{name}.png")
            keep(tmp_path / f"{name}.png", f"window-{name}")
        if name == "browser":
            program.terminate()
        else:
            close(screen, window)
        said, _ = program.communicate(timeout=120)
    assert (program.returncode, "Everything is saved" in said) == (0, True)


def wait_for_text(path: Path, seconds: float = 120) -> str:
    """What a file holds, once it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.is_file() and (text := path.read_text()):
            return text
        time.sleep(0.5)
    raise AssertionError(f"nothing came to {path}")


@needs_extra
def test_a_native_window_saves_files_where_one_chooses_and_leaves_other_sites_to_the_browser(tmp_path: Path) -> None:
    browser = script(tmp_path / "open", f'echo "$1" > {tmp_path}/opened')
    (tmp_path / "Downloads").mkdir()
    own = {"HOME": str(tmp_path), "BROWSER": f"{browser} %s"}
    with display() as screen, started(screen, "tests.desktop.plain", str(tmp_path), **own) as program:
        window = wait_for_window(screen, "Understudy", 240)
        wait_for_page(screen, tmp_path / "page.png")
        do(screen, "mousemove", "600", "800", "click", "1")
        assert wait_for_text(tmp_path / "opened") == "https://example.org/\n"
        do(screen, "mousemove", "600", "300", "click", "1")
        wait_for_window(screen, "^Save$", 120)
        picture(screen, tmp_path / "save.png")
        do(screen, "key", "Return")
        assert wait_for_text(tmp_path / "Downloads" / "train.jsonl") == '{"saved": true}'
        close(screen, window)
        program.communicate(timeout=120)
    assert program.returncode == 0

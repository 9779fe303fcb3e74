"""The page in a native window, in one of a browser, and in the browser: seen on a screen, and closed as a person does.

They need Xvfb, xdotool and, for the native one, the `desktop` extra; without them they are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import find_browser
from tests.desktop.display import XDOTOOL, XVFB, close, display, picture, wait_for_window

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(XVFB is None or XDOTOOL is None, reason="no virtual screen (apt install xvfb xdotool)"),
]
SIDEBAR = (0xF3, 0xF1, 0xED)
"""A colour of the page that neither a splash nor an empty window has."""

ROOT = Path(__file__).parents[2]


def wait_for_page(screen: str, path: Path, seconds: float = 90) -> None:
    """Until the page has drawn its sidebar."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        picture(screen, path)
        with Image.open(path) as seen:
            colours = seen.convert("RGB").getcolors(1 << 24) or []
        if sum(count for count, colour in colours if colour == SIDEBAR) > 50_000:
            return
        time.sleep(0.5)
    raise AssertionError(f"the page was not drawn; see {path}")


@pytest.mark.parametrize("name", ["native", "app", "browser"])
def test_the_page_is_seen_and_closing_it_ends_the_program_well(name: str, tmp_path: Path) -> None:
    if name == "native" and find_spec("webview") is None:
        pytest.skip('the extra is not installed (pip install -e ".[desktop]")')
    with display() as screen:
        browser = f"{find_browser()} --no-sandbox --no-first-run --user-data-dir={tmp_path}/profile %s &"
        environ = {
            **os.environ,
            "DISPLAY": screen,
            "BROWSER": browser,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu",
        }
        command = [sys.executable, "-m", "tests.desktop.program", name, str(tmp_path)]
        with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
            try:
                window = wait_for_window(screen, "Understudy")
                wait_for_page(screen, tmp_path / f"{name}.png")
                if name == "browser":
                    program.terminate()
                else:
                    close(screen, window)
                said, _ = program.communicate(timeout=60)
            finally:
                program.kill()
    assert (program.returncode, "Everything is saved" in said) == (0, True)

"""A window of an installed Chromium, Chrome or Edge without its bars (`--app`).

With a profile of its own the browser is a process of its own, which ends when its window is closed. A second window of
the same profile is what brings the page back to the front: a page cannot raise its own window.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from understudy.desktop.screen import Browser, Serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_APPS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
WINDOWS_FOLDERS = ("LOCALAPPDATA", "PROGRAMFILES", "PROGRAMFILES(X86)")

AT_ONCE_S = 5.0
"""A browser that ends with an error within this time did not open."""


class AppWindow:
    """A window of the browser `program`, whose profile lies in `profile`."""

    def __init__(self, program: str, profile: Path, say: Callable[[str], None]) -> None:
        self._program = program
        self._profile = profile
        self._say = say
        self._command: list[str] = []

    def run(self, serving: Serving) -> None:
        with serving() as address:
            self._command = command(self._program, address, self._profile)
            began = time.monotonic()
            code = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).wait()
            if code and time.monotonic() - began < AT_ONCE_S:
                self._say(f"{self._program} did not open a window (it ended with {code}); opening the browser.")
                Browser().run(lambda: _Same(address))

    def show(self) -> None:
        if self._command:
            subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class _Same:
    """A page that is being served already."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> str:
        return self._address

    def __exit__(self, *_: object) -> None:
        return None


def command(program: str, address: str, profile: Path) -> list[str]:
    """What opens `address` in a window of `program`. As root a Chromium starts only without its sandbox."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        program,
        f"--app={address}",
        f"--user-data-dir={profile}",
        "--class=Understudy",
        "--window-size=1280,860",
        "--no-first-run",
        "--no-default-browser-check",
        *(["--no-sandbox"] if root else []),
    ]


def find_program() -> str | None:
    """The browser that can open such a window, the first there is."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and sys.platform in ("darwin", "win32"):
        return next((path for path in _usual_places() if Path(path).is_file()), None)
    return found


def _usual_places() -> list[str]:
    if sys.platform == "darwin":
        return [f"/Applications/{app}.app/Contents/MacOS/{app}" for app in MAC_APPS]
    folders = [os.environ[name] for name in WINDOWS_FOLDERS if os.environ.get(name)]
    return [rf"{folder}\{app}" for app in WINDOWS_APPS for folder in folders]

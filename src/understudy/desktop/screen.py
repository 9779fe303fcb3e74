"""What shows the page: a window of its own, one of an installed browser, or the browser itself, in this order.

Each waits until the person is done and then lets the page end, which parks a training run at its checkpoint.
"""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

Serving = Callable[[], AbstractContextManager[str]]
"""Serves the page as long as the block lasts; gives its address."""


class Screen(Protocol):
    """Where a person sees the page."""

    def run(self, serving: Serving) -> None:
        """Serve, show, and return when the person closed it; KeyboardInterrupt ends it as well."""

    def show(self) -> None:
        """Bring it to the front, from any thread; nothing happens before `run` has shown it."""


class Browser:
    """The person's browser. It is not ours to watch: only Ctrl-C, or the system, ends the program."""

    def __init__(self, *, opens: bool = True) -> None:
        self._opens = opens and has_screen()
        self._address = ""

    def run(self, serving: Serving) -> None:
        with serving() as self._address:
            self.show()
            threading.Event().wait()

    def show(self) -> None:
        if self._opens and self._address:
            webbrowser.open(self._address)


def choose_screen(window: bool, opens: bool, home: Path, say: Callable[[str], None]) -> Screen:
    """The best screen that there is here, and a sentence for `say` about why it is not a better one."""
    from understudy.desktop.app_mode import AppWindow, find_program
    from understudy.desktop.native import NativeWindow, why_not

    if not window:
        return Browser(opens=opens)
    if not has_screen():
        say("No window can open here: there is no screen (DISPLAY is not set). The page is served all the same.")
        return Browser(opens=False)
    reason = why_not()
    if reason is None:
        return NativeWindow(home / "window")
    program = find_program()
    if program is not None:
        say(f"No native window: {reason} Opening a window of {Path(program).stem} instead.")
        return AppWindow(program, home / "browser", say)
    say(f"No native window: {reason} There is no Chromium, Chrome or Edge either, so the page opens in the browser.")
    return Browser(opens=True)


def has_screen() -> bool:
    """Whether a window can open; without a screen, Python would start a text browser in this terminal."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

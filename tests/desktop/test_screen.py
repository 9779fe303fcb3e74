"""Which screen is chosen, and the sentence about it; no window opens here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from understudy.desktop import app_mode, native
from understudy.desktop.app_mode import AppWindow, command
from understudy.desktop.native import NativeWindow, splash
from understudy.desktop.screen import Browser, Screen, choose_screen

linux = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the screen of X11 and Wayland")


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[Screen, list[str]]]:
    """The screen of a machine with these things, and what was said."""

    def choose(*, window: bool = True, display: str = ":0", missing: str | None, browser: str | None) -> object:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setattr(native, "why_not", lambda: missing)
        monkeypatch.setattr(app_mode, "find_program", lambda: browser)
        said: list[str] = []
        return choose_screen(window, True, tmp_path, said.append), said

    return choose  # type: ignore[return-value]


def test_a_native_window_is_chosen_where_one_can_open(choose: Callable[..., tuple[Screen, list[str]]]) -> None:
    screen, said = choose(missing=None, browser="/usr/bin/chromium")
    assert isinstance(screen, NativeWindow) and said == []


def test_without_it_a_window_of_an_installed_browser_and_why(choose: Callable[..., tuple[Screen, list[str]]]) -> None:
    screen, said = choose(missing="pywebview is not installed.", browser="/usr/bin/chromium")
    assert isinstance(screen, AppWindow)
    assert said == ["No native window: pywebview is not installed. Opening a window of chromium instead."]


def test_without_either_the_browser_and_why(choose: Callable[..., tuple[Screen, list[str]]]) -> None:
    screen, said = choose(missing="pywebview is not installed.", browser=None)
    assert isinstance(screen, Browser) and "so the page opens in the browser" in said[0]


@linux
def test_without_a_screen_nothing_opens_and_it_says_so(choose: Callable[..., tuple[Screen, list[str]]]) -> None:
    screen, said = choose(display="", missing=None, browser="/usr/bin/chromium")
    assert isinstance(screen, Browser) and "there is no screen" in said[0]


def test_nobody_who_wants_no_window_is_told_about_windows(choose: Callable[..., tuple[Screen, list[str]]]) -> None:
    screen, said = choose(window=False, missing="pywebview is not installed.", browser=None)
    assert isinstance(screen, Browser) and said == []


def test_a_browser_window_has_a_profile_of_its_own(tmp_path: Path) -> None:
    words = command("/usr/bin/chromium", "http://127.0.0.1:7860/", tmp_path)
    assert {"--app=http://127.0.0.1:7860/", f"--user-data-dir={tmp_path}"} < set(words)


def test_a_sentence_in_the_window_is_never_markup() -> None:
    assert "&lt;script&gt;" in splash("<script>alert(1)</script>") and "<script>" not in splash("<script>")


@pytest.mark.skipif(native.find_spec("webview") is not None, reason="the desktop extra is installed")
def test_why_there_is_no_native_window_names_what_to_install() -> None:
    assert 'pip install "understudy[desktop]"' in (native.why_not() or "")

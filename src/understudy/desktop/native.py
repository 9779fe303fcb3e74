"""A window of the system's own web view, through pywebview: Qt on Linux, what the system has elsewhere.

The toolkit wants the main thread, so the program starts and ends in another one while the window shows that it does.
Qt's window fails with an abort, not an exception, where a library of the system is missing; so it is tried in a child
first.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from understudy.desktop.screen import Serving
from understudy.errors import UnderstudyError

STATIC = Path(__file__).parent / "static"
INSTALL = 'pip install "understudy[desktop]" brings it.'
TRIAL = "from PySide6 import QtWebEngineWidgets, QtWidgets; QtWidgets.QApplication([])"
TRIAL_S = 60


class NativeWindow:
    """One window; what it keeps (the page's own settings) lies in `storage`."""

    def __init__(self, storage: Path) -> None:
        self._storage = storage
        self._window: Any = None
        self._program: Any = None
        self._closed = threading.Event()
        self._failure: BaseException | None = None

    def run(self, serving: Serving) -> None:
        """As `Screen.run`. What keeps the page from starting is shown in the window, and raised when it is closed."""
        import webview

        webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = True
        webview.settings["ALLOW_DOWNLOADS"] = not _is_qt()  # pywebview's own handler is one of Qt 5
        self._window = webview.create_window(
            "Understudy", html=splash("Starting ..."), width=1280, height=860, min_size=(360, 480), text_select=True
        )
        if _is_qt():
            self._program = _qt_program()
            self._window.events.before_show += self._prepare_qt
        page = threading.Thread(target=self._serve, args=(serving,), name="page")
        with _ending(self._window.destroy):
            webview.start(
                page.start,
                gui="qt" if _is_qt() else None,
                private_mode=False,
                storage_path=str(self._storage),
                icon=str(STATIC.parents[1] / "ui" / "static" / "icon-512.png"),
            )
            self._closed.set()
            page.join()
        if self._failure is not None:
            raise self._failure

    def show(self) -> None:
        if self._window is not None and not self._closed.is_set():
            self._window.show()
            self._window.restore()

    def _serve(self, serving: Serving) -> None:
        try:
            with serving() as address:
                if not self._closed.is_set():
                    self._window.load_url(address)
                self._closed.wait()
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self._failure = error
            known = isinstance(error, UnderstudyError)
            self._window.load_html(splash(str(error) if known else f"This should not have happened: {error!r}"))

    def _prepare_qt(self) -> None:
        """In the main thread, before the window is seen."""
        view = self._window.native
        view.profile.downloadRequested.connect(lambda download: _save(view, download))


def _qt_program() -> Any:
    """Qt's application under our name: how docks know whose window it is. pywebview takes the one that there is."""
    from PySide6.QtWidgets import QApplication

    program = QApplication(["understudy"])
    program.setDesktopFileName("understudy")
    return program


def _save(view: Any, download: Any) -> None:
    """Ask where a file is to be saved, under the name that the page gave it."""
    from PySide6.QtCore import QStandardPaths
    from PySide6.QtWidgets import QFileDialog

    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    name, _ = QFileDialog.getSaveFileName(view, "Save", str(Path(folder) / download.downloadFileName()))
    if not name:
        download.cancel()
        return
    download.setDownloadDirectory(str(Path(name).parent))
    download.setDownloadFileName(Path(name).name)
    download.accept()


def splash(sentence: str) -> str:
    """What the window shows while there is no page: the mark, and a sentence."""
    return (STATIC / "splash.html").read_text(encoding="utf-8").replace("{sentence}", escape(sentence))


def why_not() -> str | None:
    """Why no native window can open here, as sentences; None when one can."""
    if find_spec("webview") is None:
        return f"pywebview is not installed; {INSTALL}"
    if not _is_qt():
        return None
    if find_spec("PySide6") is None:
        return f"PySide6 is not installed; {INSTALL}"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")  # root cannot have one
    trial = subprocess.run([sys.executable, "-c", TRIAL], capture_output=True, text=True, timeout=TRIAL_S, check=False)
    said = (trial.stderr.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return None if trial.returncode == 0 else f"Qt cannot start here ({said})."


def _is_qt() -> bool:
    return sys.platform not in ("win32", "darwin")


@contextmanager
def _ending(close: Callable[[], None]) -> Iterator[None]:
    """The system's polite request to end closes the window: an exception would be lost in the toolkit's loop."""
    before = signal.signal(signal.SIGTERM, lambda *_: close())
    interrupted = signal.getsignal(signal.SIGINT)  # pywebview takes it
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, interrupted)

"""A small program for the tests of windows: the page on scripted models, shown by the screen that is named.

`python -m tests.desktop.program NAME FOLDER`. It ends as the real one does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import find_browser
from tests.ui.conftest import free_port
from tests.ui.stage import build_stage
from understudy.cli.serve import present
from understudy.desktop.app_mode import AppWindow
from understudy.desktop.native import NativeWindow, why_not
from understudy.desktop.screen import Browser, Screen


def screen_called(name: str, folder: Path) -> Screen:
    if name == "native":
        assert why_not() is None, why_not()
        return NativeWindow(folder / "window")
    return AppWindow(str(find_browser()), folder / "browser", print) if name == "app" else Browser()


def main(name: str, folder: Path) -> None:
    @contextmanager
    def serving() -> Iterator[str]:
        from understudy.ui.launch import launch
        from understudy.ui.page import build_page

        stage = build_stage(folder / "home", delay=0.01)
        demo = build_page(stage)
        try:
            yield launch(demo, port=free_port(), block=False, data_folder=folder / "home")
        finally:
            demo.close(verbose=False)
            stage.close()

    present(screen_called(name, folder), serving)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

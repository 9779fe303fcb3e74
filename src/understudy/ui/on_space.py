"""What app.py of a Space opens: the page on its version, for strangers, and an end that loses nothing.

Run on a machine of one's own the same folder is a page for the one person there.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.malloc import keep_flat
from understudy.playground.keeping import Keeping
from understudy.playground.playground import Playground
from understudy.playground.space import SpaceValues, settings_of
from understudy.playground.space import open_space as open_playground
from understudy.settings import Settings
from understudy.types import BASE
from understudy.ui.launch import launch
from understudy.ui.oauth import hub_sign_in
from understudy.ui.page import Page, build_page


class Space:
    """`demo` is the page, under the name by which a Space looks for it."""

    def __init__(self, playground: Playground, keeping: Keeping, settings: Settings, demo: Page) -> None:
        self._playground, self._keeping, self._settings = playground, keeping, settings
        self.demo = demo

    def serve(self) -> None:
        """Bring back what was said before, and serve until the Space is stopped."""
        signal.signal(signal.SIGTERM, _end)
        self._keeping.start()
        print(self._keeping.sentence, flush=True)
        self._playground.warm_up()
        self._playground.learning.watch()
        self._playground.purge_when_idle()
        try:
            launch(self.demo, host=None if is_space() else "127.0.0.1", data_folder=self._settings.home)
        except KeyboardInterrupt:
            pass
        finally:
            self._keeping.close()
            self._playground.close()


def open_space(
    app: str, *, version: int = BASE, base: str = "", owners: tuple[str, ...] = (), feedback_repo: str = ""
) -> Space:
    """The Space whose app.py is the file `app`; what cannot be opened ends the program with a sentence."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    keep_flat()
    values = SpaceValues(version, base, owners, feedback_repo)
    try:
        settings = settings_of(values)
        playground, keeping = open_playground(Path(app).resolve().parent, values, settings)
    except UnderstudyError as error:
        sys.exit(str(error))
    who = hub_sign_in(settings.owners, settings.curators) if is_space() else None
    return Space(playground, keeping, settings, build_page(playground, who=who))


def is_space() -> bool:
    """Whether this runs on the hub, where everybody may come."""
    return bool(os.environ.get("SPACE_ID"))


def _end(*_: object) -> None:
    raise KeyboardInterrupt

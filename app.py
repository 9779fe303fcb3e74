"""The entry of a Hugging Face Space, and of `python app.py` in a checkout: builds `demo`, the page.

A Space sets its own host and port, and names the hosts that the guard lets in.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))  # a Space installs the dependencies, not this

from understudy.cli.serve import door, show
from understudy.errors import UnderstudyError
from understudy.playground.build import build_playground
from understudy.settings import load_settings
from understudy.ui.on_space import is_space, open_space
from understudy.ui.page import build_page

if is_space():
    space = open_space(__file__)
    demo = space.demo
else:
    try:
        settings = load_settings()
        playground = build_playground(settings)
        who = door(playground, settings)
    except UnderstudyError as error:
        sys.exit(str(error))
    demo = build_page(playground, who=who)

if __name__ == "__main__":
    if is_space():
        space.serve()
    else:
        playground.warm_up()
        playground.purge_when_idle()
        show(demo, settings)
        playground.close()

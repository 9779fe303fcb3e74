"""The one component of the page: an empty element, the script that draws into it, and a way to the server.

`gr.HTML` runs the script once and hands it `element` and `server`. Its templates stay empty, because they would run
text as code; everything on the screen is built with DOM calls.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from understudy.ui.asker import address_of, person_of
from understudy.ui.handlers import Handlers

STATIC = Path(__file__).parent / "static"

SCRIPTS = (
    "dom",
    "icons",
    "state",
    "toast",
    "server",
    "markdown",
    "live",
    "theme",
    "overlay",
    "answer",
    "feedback",
    "correct",
    "memory",
    "vote",
    "difference",
    "turns",
    "columns",
    "stream",
    "composer",
    "chart",
    "heed",
    "elsewhere",
    "learning",
    "versions",
    "job",
    "desk",
    "desk-item",
    "desk-filter",
    "explore-figure",
    "explore-map",
    "explore",
    "bringing",
    "sending",
    "exporting",
    "publishing",
    "cleaning",
    "balancing",
    "wordings",
    "sidebar",
    "own",
    "account",
    "people",
    "tuning",
    "providers",
    "rescue",
    "blind",
    "settings",
    "keys",
    "app",
)
"""In the order in which they are read; later files use what earlier ones define."""

STYLES = (
    "theme",
    "frame",
    "sidebar",
    "conversation",
    "passage",
    "feedback",
    "composer",
    "overlay",
    "memory",
    "settings",
    "learning",
    "rescue",
    "elsewhere",
    "desk",
    "explore",
    "exchange",
    "exporting",
    "cleaning",
    "people",
)


@cache
def script() -> str:
    """The page's script: the files of `static`, one after the other, in one function."""
    return "\n".join((STATIC / f"{name}.js").read_text("utf-8") for name in SCRIPTS)


@cache
def styles() -> str:
    return "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in STYLES)


def build_chat(handlers: Handlers) -> gr.HTML:
    """The whole page; what it asks for comes from the server function `reply`."""

    def reply(request: Any, http: gr.Request) -> dict[str, Any]:
        return handlers.reply(request, person_of(http.scope), address_of(http.scope))

    return gr.HTML(
        value="",
        html_template="",
        css_template="",
        js_on_load=script(),
        apply_default_css=False,
        server_functions=[reply],
        elem_id="understudy",
    )

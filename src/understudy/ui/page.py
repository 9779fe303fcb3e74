"""The page as Gradio sees it: one component that draws everything, and a few routes beside Gradio's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr
from starlette.routing import Route

from understudy.ui.chat import build_chat
from understudy.ui.following import follow_route
from understudy.ui.handlers import Handlers
from understudy.ui.installable import installable_routes
from understudy.ui.sign_in import Local, Who
from understudy.ui.transferring import transfer_routes

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

TITLE = "Understudy"


class Page(gr.Blocks):  # type: ignore[misc]  # Gradio's types are not followed
    """A page of Gradio that brings routes of its own; `understudy.ui.launch` serves both."""

    def __init__(self, own_routes: list[Route], who: Who) -> None:
        super().__init__(title=TITLE, fill_height=True, fill_width=True, analytics_enabled=False)
        self.own_routes = own_routes
        self.who = who


def build_page(playground: Playground, *routes: Route, who: Who | None = None) -> Page:
    """The page on a playground, with `routes` that only this start has; nothing is started.

    `who` tells whose a request is; without it only this machine may reach the page, and its person does everything.
    """
    who, handlers = who or Local(), Handlers(playground)
    own = [follow_route(playground), *transfer_routes(playground.transfers, handlers.rights), *installable_routes()]
    demo = Page([*own, *who.routes, *routes], who)
    with demo:
        build_chat(handlers)
    _rest_between_events(demo)
    return demo


def _rest_between_events(demo: Page) -> None:
    """Gradio's queue looks for work every millisecond, 5 % of a core for ever, though this page gives it none."""
    queue = getattr(demo, "_queue", None)
    for name, seconds in (("sleep_when_free", 0.05), ("progress_update_sleep_when_free", 0.1)):
        if hasattr(queue, name):
            setattr(queue, name, seconds)

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
        self.own_routes = own_routes
        self.who = who  # before Gradio begins, which asks at once whether there is a sign-in
        super().__init__(title=TITLE, fill_height=True, fill_width=True, analytics_enabled=False)

    @property
    def expects_oauth(self) -> bool:
        """Gradio brings its sign-in to the hub where this says so; the page itself has no such button of Gradio's."""
        return self.who.by_gradio


def build_page(playground: Playground, *routes: Route, who: Who | None = None) -> Page:
    """The page on a playground, with `routes` that only this start has; nothing is started.

    `who` tells whose a request is; without it only this machine may reach the page, and its person does everything.
    """
    door = who or Local()
    handlers = Handlers(playground, door.door)
    own = [follow_route(playground), *transfer_routes(playground, handlers.rights), *installable_routes()]
    demo = Page([*own, *door.routes, *routes], door)
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

"""The page as Gradio sees it: one component, one event."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import gradio as gr

from understudy.ui.chat import build_chat
from understudy.ui.following import Following
from understudy.ui.handlers import Handlers
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

TITLE = "Understudy"


def build_page(playground: Playground) -> gr.Blocks:
    """The page on a playground; nothing is started. `understudy.ui.launch` serves it."""
    following = Following(playground)

    async def on_follow(event: gr.EventData, request: gr.Request) -> AsyncIterator[dict[str, Any]]:
        conversation = Payload(event._data).name("conversation")
        async for update in following.follow(request.session_hash or "", conversation):
            yield update

    with gr.Blocks(title=TITLE, fill_height=True, fill_width=True, analytics_enabled=False) as demo:
        chat = build_chat(Handlers(playground))
        chat.follow(
            on_follow,
            None,
            [chat],
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=None,
        )
    demo.queue(default_concurrency_limit=None, max_size=256)
    _rest_between_events(demo)
    _forget_matplotlib()
    return demo


def _forget_matplotlib() -> None:
    """Gradio tries to import matplotlib around every update; where it is missing, that search is a third of the cost.

    None in `sys.modules` is Python's way to say at once that a module cannot be imported.
    """
    if "matplotlib" not in sys.modules and find_spec("matplotlib") is None:
        sys.modules["matplotlib"] = None  # type: ignore[assignment]


def _rest_between_events(demo: gr.Blocks) -> None:
    """Gradio's queue looks for work every millisecond, 5 % of a core for ever; 50 ms is not felt and costs 0.3 %."""
    queue = getattr(demo, "_queue", None)
    for name, seconds in (("sleep_when_free", 0.05), ("progress_update_sleep_when_free", 0.1)):
        if hasattr(queue, name):
            setattr(queue, name, seconds)

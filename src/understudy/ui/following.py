"""Answers as they are written, for as many pages as look: a route of server-sent events beside Gradio's own.

Generation belongs to the playground, so a page that reloads, or a second one, only follows. Gradio's queue could carry
this too, but it costs 1.2 ms of processor time an update, most of it for inputs and outputs that are not there; this
costs a quarter. The guard stands before this route as before every other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from understudy.errors import InputError
from understudy.playground.view import LiveTexts
from understudy.ui.asker import address_of, person_of
from understudy.ui.payload import LONGEST_NAME

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

PATH = "/live"
EVERY_S = 0.06
"""Sixteen updates a second look like a stream; more would only cost."""

UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""So that no proxy collects updates before it passes them on."""


def follow_route(playground: Playground) -> Route:
    """`GET /live?conversation=ID`: an event with JSON on every change until nothing is being written there.

    Of somebody else's conversation it says what it says of one that is not there: nothing is being written.
    """

    belongings = playground.store.belongings

    async def live(request: Request) -> Response:
        person = person_of(request.scope)
        try:
            playground.admission.admit("live", person, address_of(request.scope))
        except InputError as error:
            return PlainTextResponse(str(error), 429)
        wanted = request.query_params.get("conversation", "")[:LONGEST_NAME]
        own = await run_in_threadpool(belongings.of, "conversation", [wanted], person.name)
        conversation = wanted if own else ""
        return StreamingResponse(_events(playground, conversation), headers=UNBUFFERED, media_type="text/event-stream")

    return Route(PATH, live)


async def _events(playground: Playground, conversation: str) -> AsyncIterator[str]:
    async for update in follow(playground, conversation):
        yield f"data: {json.dumps(update)}\n\n"


async def follow(playground: Playground, conversation: str) -> AsyncIterator[dict[str, Any]]:
    """Yield {running, texts, notices, waiting, ended} on every change; the last has running False.

    Texts only grow, so only what is new travels: `texts` says by completion from which character on, and the text.
    """
    told: dict[str, int] = {}
    said: object = None
    while (live := playground.chat.live(conversation)).running:
        texts = {key: (told.get(key, 0), text[told.get(key, 0) :]) for key, text in live.texts.items()}
        if any(new for _, new in texts.values()) or said != _beside(live):
            told, said = {key: len(text) for key, text in live.texts.items()}, _beside(live)
            yield {"running": True, "texts": texts, **_beside(live)}
        await asyncio.sleep(EVERY_S)
    yield {"running": False, "texts": {}, **_beside(LiveTexts())}


def _beside(live: LiveTexts) -> dict[str, Any]:
    """What travels whole, because it is short."""
    return {"notices": live.notices, "waiting": live.waiting, "ended": live.ended}

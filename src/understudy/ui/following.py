"""Answers as they are written, for as many pages as look: one asynchronous generator per page.

Generation belongs to the playground, so a page that reloads, or a second one, only follows. Only the texts that are
being written travel, whole each time: Gradio sends the difference, which is then a pure append.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

EVERY_S = 0.06
"""Sixteen updates a second look like a stream; more would only cost."""


class Following:
    """The streams of all pages. A page follows one conversation at a time; asking for another ends the first."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._wanted: dict[str, int] = {}
        self._numbers = itertools.count(1)

    async def follow(self, page: str, conversation: str) -> AsyncIterator[dict[str, Any]]:
        """Yield {conversation, number, running, texts, notices, ended} on every change; the last has running False."""
        number = self._wanted[page] = next(self._numbers)
        sent = None
        try:
            while self._wanted.get(page) == number:
                live = self._playground.live(conversation)
                if not live.running:
                    break
                now = {"texts": live.texts, "notices": live.notices, "ended": list(live.ended)}
                if now != sent:
                    sent = now
                    yield {"conversation": conversation, "number": number, "running": True, **now}
                await asyncio.sleep(EVERY_S)
        finally:
            if self._wanted.get(page) == number:
                del self._wanted[page]
        yield {
            "conversation": conversation,
            "number": number,
            "running": False,
            "texts": {},
            "notices": {},
            "ended": [],
        }

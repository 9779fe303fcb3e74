"""How a second start of the program brings the first to the front: a route that knows a secret word.

Anybody on this machine reaches the port; only this user can read the word.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LONGEST = 1_000
"""Of a body, in bytes."""


def show_route(path: str, token: str, show: Callable[[], None]) -> Route:
    """`POST path` with {"token"} calls `show`: 204, or 403 for another word."""

    async def post(request: Request) -> Response:
        if not secrets.compare_digest(await _token(request), token.encode()):
            return Response(status_code=403)
        await run_in_threadpool(show)
        return Response(status_code=204)

    return Route(path, post, methods=["POST"])


async def _token(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return b""
    try:
        return str(json.loads(body)["token"]).encode()
    except (ValueError, KeyError, TypeError):
        return b""

"""The fake provider: its parts put together, and the layer that authorises, orders faults and checks the contract.

Used two ways: `httpx2.ASGITransport(app=fake)` without a socket, or `serving(fake)`, which listens on a loopback port.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from tests.provider.catalogue import Models, listed
from tests.provider.chat import Chat
from tests.provider.contract import Contract
from tests.provider.errors import Fault, Faults, Refused
from tests.provider.files import Files
from tests.provider.jobs import Jobs
from tests.provider.state import Asked, State

ROOT = "/v1"


class FakeProvider:
    """An ASGI application; `state`, `faults`, `jobs` and `contract` are for the test to set and to read.

    `extras` are keys of a job that it knows beside OpenAI's, as Azure's and Nebius's have.
    """

    def __init__(self, extras: Iterable[str] = ()) -> None:
        self.state, self.faults, self.contract = State(models=listed()), Faults(), Contract(frozenset(extras))
        self.files, self.models = Files(self.state), Models(self.state)
        self.jobs = Jobs(self.state, self.files, self.models)
        chat = Chat(self.state, self.models)
        routes = [*self.files.routes(), *self.jobs.routes(), *chat.routes(), *self.models.routes()]
        self._app = Starlette(routes=[Mount(ROOT, routes=routes)], exception_handlers={Refused: _refuse})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        content = await _read(receive)
        request = Request(scope, _replayed(content, receive))
        path, route = scope["path"].removeprefix(ROOT), f"{scope['method']} {scope['path'].removeprefix(ROOT)}"
        body = await _body(scope, content)
        self.state.requests.append(Asked(scope["method"], path, dict(request.headers), body))
        fault = self.faults.next(route)
        refusal = self._refusal(request, path, body) or (_made(fault) if fault and not fault.after else None)
        if fault is not None and not fault.after:
            await asyncio.sleep(fault.wait_s)
        if refusal is not None:
            return await refusal(scope, receive, send)
        late = fault.wait_s if fault is not None and fault.after else 0.0
        await self._app(scope, _replayed(content, receive), self._checked(scope["method"], path, send, late))

    def _refusal(self, request: Request, path: str, body: Any) -> Response | None:
        """A wrong key, or a request that breaks the description."""
        if self.state.key and request.headers.get("authorization") != f"Bearer {self.state.key}":
            return Refused(401, "Incorrect API key provided.", "invalid_api_key").response()
        kind = request.headers.get("content-type", "").partition(";")[0]
        fault = self.contract.request_fault(request.method, path, kind, body)
        return Refused(400, fault, "invalid_request").response() if fault else None

    def _checked(self, method: str, path: str, send: Send, late: float) -> Send:
        """`send`, with every answer held against the contract first."""
        answer: dict[str, Any] = {"status": 0, "stream": False, "body": b""}

        async def checked(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"")
                answer.update(status=message["status"], stream=kind.startswith(b"text/event-stream"))
                await asyncio.sleep(late)
            else:
                self._check(method, path, answer, message)
            await send(message)

        return checked

    def _check(self, method: str, path: str, answer: dict[str, Any], message: Message) -> None:
        body = message.get("body", b"")
        if answer["stream"]:
            for line in filter(None, body.decode().split("\n\n")):
                self.contract.check_chunk(method, path, line.removeprefix("data: "))
            return
        answer["body"] += body
        if not message.get("more_body"):
            self.contract.check_answer(method, path, answer["status"], answer["body"])


@contextmanager
def serving(app: Any, root: str = ROOT) -> Iterator[str]:
    """The base URL of `app` on a loopback port, as long as the block lasts."""
    config = uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="fake-provider", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{root}"
    finally:
        server.should_exit = True
        thread.join(10)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error.response()


def _made(fault: Fault) -> Response:
    return Refused(fault.status, fault.message, fault.code).response(fault.headers)


async def _read(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = bool(message.get("more_body"))
    return content


def _replayed(content: bytes, receive: Receive) -> Receive:
    """`receive` once more from its beginning; afterwards the real one, which tells that the reader left."""
    told = False

    async def replayed() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": content, "more_body": False}

    return replayed


async def _body(scope: Scope, content: bytes) -> Any:
    """The body as the contract sees it: parsed JSON, or the fields of a form."""
    request = Request(scope, _replayed(content, _nothing))
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(content) if content else None
    if not kind.startswith("multipart/form-data"):
        return None
    fields: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if name.startswith("expires_after["):
                told = str(value)
                fields.setdefault("expires_after", {})[name[14:-1]] = int(told) if told.isdigit() else told
            else:
                fields[name] = value if isinstance(value, str) else value.filename
    return fields


async def _nothing() -> Message:
    return {"type": "http.disconnect"}

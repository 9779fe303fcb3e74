"""The door behind the guard: finds out whose a request is, and whether that person may ask at this address.

Plain ASGI, because a response that streams must not be buffered. Who is asking is a question that a start answers in
its own way (`Who`): one person on this machine, accounts kept here, or somebody else's sign-in.
"""

from __future__ import annotations

import json
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import anyio
from anyio import CapacityLimiter
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from understudy.errors import InputError
from understudy.types import OWNER, Person
from understudy.ui.asker import PERSON
from understudy.ui.guard import App, Receive, Scope, Send
from understudy.ui.rights import asker_at, has_role

if TYPE_CHECKING:
    from understudy.playground.people import People

PAGE = "/sign-in"
HERE = Path(__file__).parent
ASSETS = {
    "sign-in.js": (HERE / "door" / "sign-in.js", "text/javascript"),
    "sign-in.css": (HERE / "door" / "sign-in.css", "text/css"),
    "theme.css": (HERE / "static" / "theme.css", "text/css"),
}
COOKIE = "understudy-session"
KEPT_S = 30 * 24 * 3600
"""How long a browser keeps the cookie; the session behind it may end earlier."""

LONGEST = 10_000
"""Of what is sent to sign in, in bytes."""

AT_ONCE = 2
"""Passwords checked at the same time: each takes 64 MiB and a fifth of a second, and nobody else's requests wait."""


class Who(Protocol):
    """Tells whose a request is. `routes` are those it brings; a way to end a session is `POST /sign-out`.

    `door` says to the page how one signs in ("" where nobody does). `middleware` stands before the guard, and
    `open_paths` are those that the guard would close. With `by_gradio` Gradio brings its sign-in to the hub.
    """

    door: str
    by_gradio: bool
    routes: list[Route]
    middleware: list[Middleware]
    open_paths: tuple[str, ...]

    def person(self, scope: Scope) -> Person | None:
        """None where it is nobody's who may come in. Called in a thread for every request."""


class Local:
    """Only this machine reaches the page, and its one person may do everything."""

    door = ""
    by_gradio = False
    open_paths: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.middleware: list[Middleware] = []

    def person(self, scope: Scope) -> Person | None:
        return OWNER


class Accounts:
    """People with a name and a password here; a cookie says which session a browser has."""

    door = "accounts"
    by_gradio = False
    open_paths: tuple[str, ...] = ()

    def __init__(self, people: People) -> None:
        self.middleware: list[Middleware] = []
        self._people = people
        self._checking = CapacityLimiter(AT_ONCE)
        self.routes = [
            Route(PAGE, self._page, methods=["GET"]),
            Route(PAGE, self._sign_in, methods=["POST"]),
            Route(f"{PAGE}/{{file}}", _asset, methods=["GET"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/signed-in", _signed_in, methods=["GET"]),
        ]

    def person(self, scope: Scope) -> Person | None:
        token = _token(scope)
        return self._people.who(token) if token else None

    async def _page(self, request: Request) -> Response:
        return FileResponse(HERE / "door" / "sign-in.html", headers={"cache-control": "no-store"})

    async def _sign_in(self, request: Request) -> Response:
        try:
            name, password = await _said(request)
            address = request.client.host if request.client else ""
            token = await anyio.to_thread.run_sync(
                self._people.sign_in, name, password, address, limiter=self._checking
            )
        except InputError as error:
            return JSONResponse({"error": str(error)}, 401)
        answer = JSONResponse({})
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, KEPT_S, path="/", secure=secure, httponly=True, samesite="lax")
        return answer

    async def _sign_out(self, request: Request) -> Response:
        if token := _token(request.scope):
            await anyio.to_thread.run_sync(self._people.sign_out, token)
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer


class SignIn:
    """Lets a request through with its person in `scope[PERSON]`; 401 without one, 403 where they may not ask."""

    def __init__(self, app: App, who: Who) -> None:
        self.app = app
        self.who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # this page has none
        else:
            refused = await self._refusal(scope)
            await (refused or self.app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        asker = asker_at(scope.get("path", ""))
        if asker == "nobody":
            return PlainTextResponse("This address is closed.", 403)
        person = await anyio.to_thread.run_sync(self.who.person, scope)
        if person is not None:
            scope[PERSON] = person
        if asker == "anybody":
            return None
        if person is None:
            return _outside(scope)
        return None if has_role(person, asker) else PlainTextResponse("This is not for you. Ask an owner.", 403)


def _outside(scope: Scope) -> Response:
    if scope.get("method") == "GET" and scope.get("path") == "/":
        return RedirectResponse(quote(scope.get("root_path", "")) + PAGE, 303, {"cache-control": "no-store"})
    return JSONResponse({"error": "Sign in first."}, 401)


def _token(scope: Scope) -> str:
    """The session's token in the cookies of a request, "" where there is none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found is not None:
                return found.value
    return ""


async def _said(request: Request) -> tuple[str, str]:
    """The name and the password of a body. Raises `InputError`."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            raise InputError("This is too long for a name and a password.")
    try:
        said = json.loads(body)
        name, password = said["name"], said["password"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("A name and a password are needed. Reload the page.") from error
    if not isinstance(name, str) or not isinstance(password, str):
        raise InputError("A name and a password are needed. Reload the page.")
    return name, password


async def _asset(request: Request) -> Response:
    path, kind = ASSETS.get(request.path_params["file"], (None, ""))
    return FileResponse(path, media_type=kind) if path else PlainTextResponse("There is no such file.", 404)


async def _signed_in(request: Request) -> Response:
    return Response(status_code=204)

"""Who may speak to this server: pages that came from it, and nobody else.

Gradio checks neither Host nor Origin, so any web page in the same browser could drive a local app (DNS rebinding,
cross-site posts). This is plain ASGI because a response that streams must not be buffered. It fails closed: a proxy's
host name must be named in `hosts`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio builds functions from its templates
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self' https://huggingface.co",
    )
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)

CLOSED = ("upload", "proxy=", "file=", "file/", "deep_link", "vibe", "process_recording", "login", "logout")
"""Routes of Gradio that this page never uses: uploads fill the disk, the others fetch or read what a caller names."""


class Guard:
    """Refuses, with 403, requests for another host, from another origin, or to a route that this page never uses."""

    def __init__(self, app: App, hosts: Iterable[str] = LOCAL_HOSTS, opened: Iterable[str] = ()) -> None:
        """`opened` are paths that would be closed, where this start has a use for them."""
        self.app = app
        self.opened = frozenset(opened)
        self.hosts = frozenset(host.lower() for host in hosts if host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        reason = self.refusal(scope)
        if reason is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refuse(send, reason)

    def refusal(self, scope: Scope) -> str | None:
        """Why this request is refused, as a sentence; None when it may pass."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if _name_of(host) not in self.hosts:
            return f"This server does not answer for the host {host!r}."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "Requests from other web pages are refused."
        navigation = scope.get("method") == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not navigation:
            return "Requests from other web pages are refused."
        path = scope.get("path", "").lower()
        closed = path not in self.opened
        if closed and any(part.startswith(CLOSED) for part in path.replace("file/", "/file/").split("/") if part):
            return "This route is closed."
        if scope.get("method") == "POST" and not headers.get("content-type", "").startswith("application/json"):
            return "Only JSON is accepted."  # a form or text/plain needs no preflight: the way in for other pages
        return None


def _name_of(host: str) -> str:
    """The name in a Host header, without its port: `[::1]:7860` is `::1`."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
        await send(message)

    return wrapped


async def _refuse(send: Send, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})

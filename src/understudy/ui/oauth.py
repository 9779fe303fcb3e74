"""Sign-in on a Space: whoever has an account on the hub may come in by it, and everybody else is a guest.

The way to the hub and back is Gradio's own (OpenID Connect, with the hub's client for this Space), and so is the signed
cookie that says who came back. A guest gets a name of their own in the same cookie, because conversations belong to
somebody. Owners and curators are names in the settings; who is named nowhere is a visitor.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from understudy.types import Person, PersonRole
from understudy.ui.asker import GUEST
from understudy.ui.guard import Scope

TO_THE_HUB = ("/login/huggingface", "/login/callback")
"""Where Gradio begins and ends a sign-in."""


class HubSignIn:
    """A `Who`. `owners` and `curators` are names on the hub; without `OAUTH_CLIENT_ID` there are only guests."""

    door = "hub"

    def __init__(self, owners: Collection[str], curators: Collection[str] = ()) -> None:
        self._owners, self._curators = _folded(owners), _folded(curators)
        self.by_gradio = bool(os.environ.get("OAUTH_CLIENT_ID"))
        self.open_paths: tuple[str, ...] = TO_THE_HUB if self.by_gradio else ()
        self.middleware = [] if self.by_gradio else [_sessions()]
        self.routes = [
            Route("/sign-in", _sign_in, methods=["GET"]),
            Route("/sign-out", _sign_out, methods=["POST"]),
            Route("/signed-in", _signed_in, methods=["GET"]),
        ]

    def person(self, scope: Scope) -> Person:
        """Whoever came back from the hub, else the guest of this cookie, else a new one."""
        session = scope["session"]
        name = _name(session)
        if name:
            return Person(name, self._role(name))
        if not isinstance(session.get("guest"), str):
            session["guest"] = GUEST + secrets.token_hex(8)
        return Person(session["guest"], "visitor")

    def _role(self, name: str) -> PersonRole:
        folded = name.casefold()
        return "owner" if folded in self._owners else "curator" if folded in self._curators else "visitor"


def hub_sign_in(owners: str, curators: str) -> HubSignIn:
    """From settings, names with commas. Without owners it is the Space's author, who could set them anyway."""
    return HubSignIn(_names(owners or os.environ.get("SPACE_AUTHOR_NAME", "")), _names(curators))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _folded(names: Collection[str]) -> frozenset[str]:
    """The hub tells no two names apart by their case."""
    return frozenset(name.casefold() for name in names)


def _name(session: Mapping[str, Any]) -> str:
    """The name on the hub of a sign-in that still lasts, "" without one."""
    told = session.get("oauth_info")
    if not isinstance(told, dict) or told.get("expires_at", 0) < time.time():
        return ""
    known = told.get("userinfo")
    name = known.get("preferred_username") if isinstance(known, dict) else ""
    return name if isinstance(name, str) and not name.startswith(GUEST) else ""


def _sessions() -> Middleware:
    """The cookie of guests where Gradio brings none; a Space is shown inside another site's page."""
    from starlette.middleware.sessions import SessionMiddleware

    return Middleware(
        SessionMiddleware, secret_key=secrets.token_hex(32), same_site="none", https_only=True, partitioned=True
    )


async def _sign_in(request: Request) -> Response:
    return RedirectResponse(TO_THE_HUB[0] if os.environ.get("OAUTH_CLIENT_ID") else "/", 303)


async def _sign_out(request: Request) -> Response:
    request.session.clear()
    return JSONResponse({})


async def _signed_in(request: Request) -> Response:
    return Response(status_code=204)

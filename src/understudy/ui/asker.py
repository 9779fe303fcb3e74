"""Who sent a request: whoever signed in, as the middleware that knows them wrote it into the request's ASGI scope.

Where there is no such middleware only this machine reaches the page, and its person is the owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.types import OWNER, Person

PERSON = "understudy.person"
"""The key of the scope."""

GUEST = "guest "
"""How the name of somebody begins who has not signed in where one need not; no account has a space in its name."""


def address_of(scope: Mapping[str, Any]) -> str:
    """The address that a request came from, as the server found it: behind a proxy that is believed, as that said."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def person_of(scope: Mapping[str, Any]) -> Person:
    """The person of a request."""
    person = scope.get(PERSON, OWNER)
    if not isinstance(person, Person):
        raise TypeError(f"{PERSON} of the request is {person!r} and no Person")
    return person

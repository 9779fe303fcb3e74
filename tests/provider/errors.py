"""OpenAI's error envelope, and the faults that a test can order."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """A request that the provider does not accept; becomes the envelope."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        return JSONResponse(envelope(str(self), self.code, self.param, self.status), self.status, headers)


def envelope(message: str, code: str | None, param: str | None, status: int) -> dict[str, Any]:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of an answer. With `after` the request is done, and only its answer is late or bad.

    `wait_s` is slept before anything is sent, longer than the client's patience for a timeout.
    """

    status: int = 200
    message: str = ""
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    after: bool = False


REFUSED_ORGANISATION = Fault(
    403,
    "OpenAI is winding down the fine-tuning platform and your organization is no longer able to create new fine-tuning"
    " training jobs.",
    "training_not_available",
)
NO_CREDIT = Fault(429, "You exceeded your current quota, please check your plan.", "insufficient_quota")
OVERLOADED = Fault(503, "The server is overloaded.")


def rate_limited(seconds: float) -> Fault:
    return Fault(429, "Rate limit reached.", "rate_limit_exceeded", {"retry-after": f"{seconds:g}"})


def answer_lost(seconds: float) -> Fault:
    """The request is carried out; its answer comes when nobody waits any more."""
    return Fault(wait_s=seconds, after=True)


class Faults:
    """Faults in the order in which they will happen, for each route."""

    def __init__(self) -> None:
        self._ordered: dict[str, deque[Fault]] = {}

    def order(self, route: str, *faults: Fault) -> None:
        """`route` is like `POST /chat/completions`; each fault happens once."""
        self._ordered.setdefault(route, deque()).extend(faults)

    def next(self, route: str) -> Fault | None:
        waiting = self._ordered.get(route)
        return waiting.popleft() if waiting else None

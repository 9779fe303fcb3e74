"""Holds every request and every answer against OpenAI's own description of its API.

A request that breaks it is refused with 400, as the service would. An answer that breaks it is the fake's own fault
and is kept in `broken`; the fixture fails the test then. Where the live service is known to differ from its
description, the difference has a name here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SHARED = Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SLICE = SHARED / "openai" / "openapi_slice.yaml"
_URI = "urn:openai"

Deviation = tuple[str, Callable[[jsonschema.ValidationError], bool]]

DEVIATIONS: Mapping[str, Deviation] = {
    "a job may be paused or pausing": ("/fine_tuning/jobs", lambda fault: fault.instance in ("paused", "pausing")),
    "a job that went well may have an empty error": ("/fine_tuning/jobs", lambda fault: fault.instance == {}),
    "events may be about moderation": ("/fine_tuning/jobs", lambda fault: fault.instance == "moderation_checks"),
    "stored messages have every role": ("/chat/completions/", lambda fault: fault.instance in ("user", "system")),
}
"""What the live service does beside its description: below which path, and which fault is none there."""


@cache
def description() -> Mapping[str, Any]:
    """The description; skips the test where it does not lie beside the repository."""
    if not SLICE.is_file():
        pytest.skip(f"OpenAI's description is not here ({SLICE.name}): answers of the fake cannot be checked")
    loaded: Mapping[str, Any] = yaml.load(
        SLICE.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    return empty.with_resource(_URI, DRAFT202012.create_resource(dict(description())))


@cache
def _validator(pointer: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=_registry())


@cache
def _routes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each path as a pattern; those without a variable first, so that they win."""
    paths = sorted(description()["paths"], key=lambda path: path.count("{"))
    return tuple((re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in paths)


class Contract:
    """Checks one fake. `extras` are keys of a job that a provider knows beside OpenAI's."""

    def __init__(self, extras: frozenset[str] = frozenset()) -> None:
        self.extras = extras
        self.broken: list[str] = []

    def request_fault(self, method: str, path: str, kind: str, body: Any) -> str | None:
        """What is wrong with a request, or None."""
        pointer = _pointer(method, path, "requestBody", "content", kind, "schema")
        if pointer is None or body is None:
            return None
        known = (
            {key: value for key, value in body.items() if key not in self.extras} if isinstance(body, dict) else body
        )
        return _first(pointer, known)

    def check_answer(self, method: str, path: str, status: int, body: bytes) -> None:
        pointer = _pointer(method, path, "responses", str(status), "content", "application/json", "schema")
        if pointer is not None:
            self._keep(method, path, _first(pointer, json.loads(body), path))

    def check_chunk(self, method: str, path: str, data: str) -> None:
        """One `data:` line of a stream."""
        chat = path == "/chat/completions"
        name = "CreateChatCompletionStreamResponse" if chat else "CreateCompletionResponse"
        if data != "[DONE]" and (chat or json.loads(data)["choices"][0]["finish_reason"]):
            self._keep(method, path, _first(f"/components/schemas/{name}", json.loads(data)))

    def _keep(self, method: str, path: str, fault: str | None) -> None:
        if fault:
            self.broken.append(f"{method} {path}: {fault}")


def _pointer(method: str, path: str, *below: str) -> str | None:
    """The JSON pointer of a part of a route's description; None where nothing is described."""
    template = next((template for pattern, template in _routes() if pattern.fullmatch(path)), None)
    steps = ("paths", template or "", method.lower(), *below)
    part: Any = description()
    for step in steps:
        if not isinstance(part, Mapping) or step not in part:
            return None
        part = part[step]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _first(pointer: str, value: Any, path: str = "") -> str | None:
    """The first fault that is no known deviation."""
    for fault in _validator(pointer).iter_errors(value):
        causes = _causes(fault)
        if not any(path.startswith(start) and any(map(is_none, causes)) for start, is_none in DEVIATIONS.values()):
            return f"{'.'.join(map(str, fault.absolute_path)) or 'body'}: {fault.message[:300]}"
    return None


def _causes(fault: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    """A fault and those inside its alternatives."""
    return [fault, *(deeper for inner in fault.context or () for deeper in _causes(inner))]

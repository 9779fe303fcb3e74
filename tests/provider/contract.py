"""OpenAI's own description of its API, as a judge of every request and every answer that our fake sees.

The description is a repaired slice of the published one (see SOURCE.md beside it). Where the live service is known to
say what its description does not, the deviation has a name here and is allowed by name only.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SHARED = Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SLICE = SHARED / "openai" / "openapi_slice.yaml"

DEVIATIONS = {
    "status paused": "the live service reports paused and pausing, the description does not list them",
    "error {}": "a job without an error has an empty object where the description wants its keys",
    "model limits": "the route is named by two guides and is not described",
}


def needs_contract() -> None:
    """Skip the test where the description is not at hand."""
    if not SLICE.is_file():
        pytest.skip("shared/openai is absent: nothing can judge our fake of the provider")


class Broken(AssertionError):
    """A request or an answer is not what the description says."""


class Contract:
    """Checks bodies; `broken` keeps what was wrong, so that a test fails even if the program swallowed the answer."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.checked = 0

    def request(self, method: str, path: str, body: Any) -> None:
        self._check(method, path, "requestBody", "application/json", body)

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        self._check(method, path, f"responses/{status}", "application/json", body)

    def event(self, schema: str, body: Any) -> None:
        """One event of a stream, by the name of its schema: a route describes its stream as text only."""
        self._judge(f"#/components/schemas/{schema}", f"event {schema}", body)

    def _check(self, method: str, path: str, part: str, kind: str, body: Any) -> None:
        pointer = "/".join(["#/paths", _escaped(path), method.lower(), part, "content", _escaped(kind), "schema"])
        self._judge(pointer, f"{method} {path} {part}", body)

    def _judge(self, pointer: str, where: str, body: Any) -> None:
        if not _has(pointer):
            return
        self.checked += 1
        for error in _validator(pointer).iter_errors(_without_deviations(body)):
            self.broken.append(f"{where}: {'/'.join(map(str, error.absolute_path))} {error.message}"[:400])


def _without_deviations(body: Any) -> Any:
    """The body as the description would have it, where a named deviation is all that is wrong."""
    if not isinstance(body, dict):
        return body
    if body.get("object") == "list":
        return body | {"data": [_without_deviations(item) for item in body["data"]]}
    changes: dict[str, Any] = {}
    if body.get("status") in ("paused", "pausing"):
        changes["status"] = "running"
    if body.get("error") == {} and body.get("object") == "fine_tuning.job":
        changes["error"] = None
    return body | changes


@cache
def _description() -> Any:
    return yaml.load(SLICE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _registry() -> Registry:
    resource = Resource.from_contents(_description(), default_specification=DRAFT202012)
    return Registry().with_resource("urn:openai", resource)


@cache
def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"urn:openai{pointer}"}, registry=_registry())


@cache
def _has(pointer: str) -> bool:
    found = _description()
    for part in pointer.removeprefix("#/").split("/"):
        if not isinstance(found, dict):
            return False
        found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found is not None


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")

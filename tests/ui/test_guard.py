"""Who gets in: asked on the wire, on every route of the running app that changes something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.ui.awaiting import wait_for
from understudy.ui.guard import CONTENT_SECURITY_POLICY, Guard

CHANGING = (
    "gradio_api/component_server",
    "gradio_api/component_server/",
    "gradio_api/queue/join",
    "gradio_api/run/predict",
    "gradio_api/api/predict",
    "gradio_api/call/on_follow",
    "gradio_api/cancel",
    "gradio_api/reset",
    "gradio_api/upload",
)
FOREIGN: tuple[dict[str, str], ...] = (
    {"host": "evil.example"},
    {"host": "evil.example", "origin": "http://evil.example"},
    {"host": "127.0.0.1.evil.example:7860"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:1"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.fixture(scope="module")
def wire(url: str) -> Iterator[httpx.Client]:
    """One client for all requests: a new one reads the system's certificates each time."""
    with httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("route", CHANGING)
def test_a_foreign_page_is_refused_on_every_route_that_changes_something(wire: httpx.Client, route: str) -> None:
    for headers in FOREIGN:
        answer = wire.post(route, json={"data": []}, headers=headers)
        assert (answer.status_code, headers) == (403, headers)


@pytest.mark.parametrize(
    "route", ["", "config", "live", "gradio_api/info", "gradio_api/queue/data?session_hash=x", "theme.css"]
)
def test_a_foreign_host_cannot_even_read(wire: httpx.Client, route: str) -> None:
    assert wire.get(route, headers={"host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_post_without_preflight_is_refused(wire: httpx.Client, kind: str) -> None:
    answer = wire.post("gradio_api/component_server", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "route", ["gradio_api/upload", "gradio_api/file=/etc/hostname", "gradio_api/proxy=http://127.0.0.1/x"]
)
def test_routes_that_the_page_never_uses_are_closed_to_the_page_itself(
    wire: httpx.Client, url: str, route: str
) -> None:
    own = {"origin": url.rstrip("/")}
    assert wire.post(route, json={}, headers=own).status_code == 403
    assert wire.get(route, headers=own).status_code == 403


def test_the_page_itself_gets_in_and_carries_its_policy(wire: httpx.Client) -> None:
    answer = wire.get("", headers={"sec-fetch-site": "none", "sec-fetch-mode": "navigate"})
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_a_link_from_another_page_may_open_it(wire: httpx.Client) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert wire.get("", headers=headers).status_code == 200


def test_nothing_a_person_wrote_is_in_the_public_configuration(wire: httpx.Client, playground: Any) -> None:
    view = playground.chat.new_conversation()
    playground.chat.rename(view.id, "a secret title")
    assert "a secret title" not in wire.get("config").text
    playground.chat.delete(view.id)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("[::1]:7860", 200),
        ("[::1]", 200),
        ("LOCALHOST:7860", 200),
        ("[::1", 403),
        ("", 403),
        ("localhost.evil.example", 403),
    ],
)
def test_the_host_is_parsed_with_and_without_its_port(host: str, status: int) -> None:
    assert wait_for(_status(host)) == status


async def _status(host: str) -> int:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}
    await Guard(app)(scope, None, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])


def test_what_is_being_written_is_told_to_its_own_page_only(wire: httpx.Client) -> None:
    own = wire.get("live?conversation=nowhere", headers={"sec-fetch-site": "same-origin"})
    assert own.headers["content-type"].startswith("text/event-stream")
    assert own.text == 'data: {"running": false, "texts": {}, "notices": {}, "waiting": {}, "ended": []}\n\n'
    for headers in FOREIGN:
        assert wire.get("live?conversation=nowhere", headers=headers).status_code == 403

"""What a browser asks for before it installs a page, and what a second start asks for; on the wire."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from tests.ui.awaiting import wait_for
from understudy.ui.installable import installable_routes, manifest
from understudy.ui.showing import show_route

if TYPE_CHECKING:
    from playwright.sync_api import Page


def client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def test_the_manifest_names_icons_of_the_sizes_they_have() -> None:
    wait_for(icons_are_as_they_are_named())


async def icons_are_as_they_are_named() -> None:
    async with client(Starlette(routes=installable_routes())) as wire:
        told = await wire.get("/manifest.json")
        assert (told.headers["content-type"], told.json()) == ("application/manifest+json", manifest())
        for icon in manifest()["icons"]:
            answer = await wire.get(f"/{icon['src']}")
            assert answer.headers["content-type"] == icon["type"] == "image/png"
            with Image.open(BytesIO(answer.content)) as image:
                assert "{}x{}".format(*image.size) == icon["sizes"]
                corner = image.convert("RGBA").getpixel((0, 0))
                assert isinstance(corner, tuple) and (corner[3] == 255) is (icon["purpose"] == "maskable")


def test_the_first_is_shown_to_who_knows_the_word_only() -> None:
    wait_for(only_the_word_shows())


async def only_the_word_shows() -> None:
    shown: list[bool] = []
    async with client(Starlette(routes=[show_route("/show", "secret", lambda: shown.append(True))])) as wire:
        for body in (b"", b"[]", b'{"token": "other"}', b'{"token": null}', b"x" * 10_000, b'{"token": "\xc3\xa9"}'):
            assert (await wire.post("/show", content=body)).status_code == 403
        assert shown == [] and (await wire.get("/show")).status_code == 405
        assert (await wire.post("/show", json={"token": "secret"})).status_code == 204
    assert shown == [True]


@pytest.mark.browser
@pytest.mark.slow
def test_the_browser_finds_nothing_that_keeps_the_page_from_being_installed(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    told = session.send("Page.getAppManifest")
    assert (told["errors"], json.loads(told["data"])["name"]) == ([], "Understudy")
    errors = [error["errorId"] for error in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [error for error in errors if error != "in-incognito"] == [], "a test's page is a private one"

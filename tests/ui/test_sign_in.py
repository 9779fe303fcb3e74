"""The door on the wire: what it asks, what it sets, what it says to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.ui.awaiting import wait_for
from tests.ui.people import PASSWORD, House, open_house
from understudy.errors import SettingsError
from understudy.playground.people import WRONG
from understudy.types import Person
from understudy.ui.asker import person_of
from understudy.ui.sign_in import Accounts, Local, SignIn


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house"), proxies=["127.0.0.1"]) as opened:
        yield opened


def signed_in(house: House, name: str, password: str = PASSWORD, **how: Any) -> httpx.Response:
    with httpx.Client(base_url=house.url) as client:
        return client.post("sign-in", json={"name": name, "password": password}, **how)


def test_who_has_no_session_is_led_to_the_sign_in_page_and_sees_nothing_else(house: House) -> None:
    client = house.clients[""]
    led = client.get("")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in")
    page = client.get("sign-in").text
    assert "understudy.person" not in page and "gradio" not in page.lower()
    for asset in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert client.get(asset).status_code == 200, asset
    for path in ("sign-in/../people.js", "sign-in/people.js", "sign-in/%2e%2e%2flaunch.py"):
        assert client.get(path).status_code in (403, 404), path


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(house: House) -> None:
    cookie = signed_in(house, "ada").headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie and "secure" not in cookie
    behind_tls = signed_in(house, "ada", headers={"x-forwarded-proto": "https"}).headers["set-cookie"].lower()
    assert "; secure" in behind_tls


def test_a_wrong_password_sets_no_cookie_and_says_no_more_than_an_unknown_name(house: House) -> None:
    for name in ("ada", "nobody here"):
        refused = signed_in(house, name, "a wrong password")
        assert (refused.status_code, refused.json()) == (401, {"error": WRONG})
        assert "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"name": "ada"}', b'{"name": 7, "password": 7}', b'{"name": "' + b"a" * 20_000]
)
def test_what_is_no_name_and_password_is_refused_with_a_sentence(house: House, body: bytes) -> None:
    answer = house.clients[""].post("sign-in", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["error"].endswith(".")


def test_a_form_of_another_page_signs_nobody_in(house: House) -> None:
    body = {"name": "ada", "password": PASSWORD}
    with httpx.Client(base_url=house.url) as client:
        assert client.post("sign-in", data=body).status_code == 403
        assert client.post("sign-in", json=body, headers={"origin": "https://evil.example"}).status_code == 403


def test_signing_out_ends_the_session_and_not_only_the_cookie(house: House) -> None:
    with httpx.Client(base_url=house.url) as client:
        client.post("sign-in", json={"name": "eve", "password": PASSWORD})
        cookie = dict(client.cookies)
        assert client.get("signed-in").status_code == 204
        assert client.post("sign-out", json={}).status_code == 200
        assert not client.cookies
    with httpx.Client(base_url=house.url, cookies=cookie) as stolen:
        assert stolen.get("signed-in").status_code == 401
        assert stolen.get("").status_code == 303


def test_a_new_role_holds_from_the_next_request_on(house: House) -> None:
    with httpx.Client(base_url=house.url) as client:
        client.post("sign-in", json={"name": "ben", "password": PASSWORD})
        house.value("ada", "people_role", name="ben", role="curator")
        assert client.get("signed-in").status_code == 401
        client.post("sign-in", json={"name": "ben", "password": PASSWORD})
        assert client.get("transfers/none").status_code == 404  # a visitor is refused with 403


def test_one_changes_ones_own_password_and_signs_in_again(house: House) -> None:
    with httpx.Client(base_url=house.url) as client:
        client.post("sign-in", json={"name": "eve", "password": PASSWORD})
        eve = House(house.playground, house.demo, house.url, {"eve": client})
        assert "do not belong" in eve.reply("eve", "password", old="wrong", new="a new password")["error"]
        assert "10 characters" in eve.reply("eve", "password", old=PASSWORD, new="short")["error"]
        assert eve.reply("eve", "password", old=PASSWORD, new="a new password")["ok"]
        assert eve.asked("eve", {"do": "list"}).status_code == 401
        assert client.post("sign-in", json={"name": "eve", "password": "a new password"}).status_code == 200


def through(door: Any, cookie: str = "", **scope: Any) -> httpx.Response:
    """A request through the door alone, to an app that says whose it is."""
    app = Starlette(routes=[Route("/config", lambda request: PlainTextResponse(str(person_of(request.scope))))])

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(SignIn(app, door))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/config", headers={"cookie": cookie})

    return wait_for(asked())


def test_on_a_machine_of_ones_own_nobody_is_asked() -> None:
    assert through(Local()).text == str(Person("", "owner"))


@pytest.mark.parametrize(
    "cookie", ["", "understudy-session=", "understudy-session=guess", "understudy-session", "a=b; \x7f=;;", "=" * 5000]
)
def test_what_is_no_session_is_nobody(house: House, cookie: str) -> None:
    assert through(Accounts(house.playground.people), cookie).status_code == 401


def test_a_page_where_nobody_signs_in_is_never_served_to_other_machines(house: House) -> None:
    from understudy.ui.launch import launch

    with pytest.raises(SettingsError, match="--listen"):
        launch(SimpleNamespace(who=Local()), host="0.0.0.0", block=False)  # type: ignore[arg-type]  # no more is asked

"""On a Space: guests have a name of their own, the hub says who others are, and settings say what they may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hub_accounts import CLIENT, SECRET, FakeAccounts
from tests.provider.fake import serving
from tests.ui.conftest import free_port, within_a_loop
from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.ui.oauth import HubSignIn, hub_sign_in

HOST = "ada-demo.hf.space"
# Gradio would watch the Space's files by a package that only the hub's machines have; its thread ends at once.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

SPACE = {"SYSTEM": "spaces", "SPACE_ID": "ada/demo", "SPACE_HOST": HOST, "SPACE_AUTHOR_NAME": "Ada"}


class Browser:
    """Cookies that only travel over https, as the hub's proxy in front of a Space has it."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url.rstrip("/"), dict[str, str]()

    def ask(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"host": HOST, "cookie": cookie, "x-forwarded-proto": "https", **more.pop("headers", {})}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=30, **more)
        for said in answer.headers.get_list("set-cookie"):
            assert {"secure", "httponly", "samesite=none"} <= {part.strip().lower() for part in said.split(";")[1:]}
            name, _, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def do(self, name: str, **fields: object) -> dict[str, Any]:
        """The whole reply to a request of the page."""
        page = next(one for one in self.ask("/config").json()["components"] if one["type"] == "html")
        body = {"data": {**fields, "do": name}, "component_id": page["id"], "fn_name": "reply", "session_hash": "here"}
        return dict(self.ask("/gradio_api/component_server", "POST", json=body).json())

    @property
    def me(self) -> dict[str, Any]:
        return dict(self.do("start")["value"]["me"])

    def sign_in(self) -> httpx.Response:
        """To the hub and back, as redirects lead."""
        answer = self.ask("/sign-in")
        while answer.is_redirect:
            place = answer.headers["location"]
            there = urlsplit(place)
            answer = httpx.get(place) if there.netloc not in ("", HOST) else self.ask(f"{there.path}?{there.query}")
            if answer.status_code == 200:
                break
        return answer


@dataclass(frozen=True)
class House:
    playground: Playground
    url: str
    accounts: FakeAccounts


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from gradio import oauth

    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    folder, accounts = tmp_path_factory.mktemp("space"), FakeAccounts()
    playground = build_stage(folder)
    with pytest.MonkeyPatch.context() as patch, serving(accounts, root="") as accounts.url:
        told = {"CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "SCOPES": "openid profile"}
        for name, value in {f"OAUTH_{name}": value for name, value in told.items()}.items():
            patch.setenv(name, value)
            patch.setattr(oauth, name, value)
        patch.setattr(oauth, "OPENID_PROVIDER_URL", accounts.url)
        for name, value in SPACE.items():
            patch.setenv(name, value)

        def start() -> tuple[Any, str]:
            demo = build_page(playground, who=hub_sign_in("", "Cleo, dora"))
            return demo, launch(demo, port=free_port(), block=False, data_folder=folder)

        demo, url = within_a_loop(start)
        yield House(playground, url, accounts)
        demo.close(verbose=False)
        playground.close()


def test_a_guest_is_a_visitor_with_conversations_that_no_other_guest_sees(house: House) -> None:
    first, second = Browser(house.url), Browser(house.url)
    assert first.ask("/").status_code == 200, "nobody has to sign in to try it"
    me = first.me
    assert me["role"] == "visitor" and me["guest"] and me["door"] == "hub" and me == first.me
    assert second.me["name"] != me["name"] and second.me["name"].startswith("guest ")
    talk = first.do("new")["value"]["id"]
    assert first.do("open", conversation=talk)["ok"] and not second.do("open", conversation=talk)["ok"]
    assert "This is for owners" in first.do("learning")["error"]
    assert "curator" in first.do("desk")["error"]


@pytest.mark.parametrize(
    ("name", "role"), [("ada", "owner"), ("CLEO", "curator"), ("dora", "curator"), ("eve", "visitor")]
)
def test_the_hub_says_who_it_is_and_the_settings_what_they_may(house: House, name: str, role: str) -> None:
    browser, house.accounts.signed_in = Browser(house.url), name
    before = browser.me["name"]
    assert browser.sign_in().status_code == 200
    asked = house.accounts.asked[-1]
    assert asked["redirect_uri"].startswith(f"https://{HOST}/login/callback") and asked["scope"] == "openid profile"
    me = browser.me
    assert (me["name"], me["role"], me["guest"]) == (name, role, False) and before.startswith("guest ")
    assert browser.do("desk")["ok"] is (role != "visitor")
    assert browser.ask("/sign-out", "POST", json={}).status_code == 200
    assert browser.me["role"] == "visitor" and browser.me["guest"]


def test_what_a_visitor_corrects_waits_under_their_name(house: House) -> None:
    browser, house.accounts.signed_in = Browser(house.url), "eve"
    browser.sign_in()
    talk = browser.do("new")["value"]["id"]
    browser.do("ask", conversation=talk, text="say hello")
    assert house.playground.chat.wait(talk, 20)
    answer = browser.do("open", conversation=talk)["value"]["turns"][0]["answers"][0]["id"]
    assert browser.do("correct", conversation=talk, completion=answer, text="Hello from eve")["ok"]
    made = house.playground.store.corrections.latest([answer])[answer]
    assert (made.author, made.state) == ("eve", "waiting")


def test_a_cookie_that_was_not_signed_here_is_nobody(house: House) -> None:
    browser, house.accounts.signed_in = Browser(house.url), "ada"
    browser.sign_in()
    assert browser.me["role"] == "owner"
    stolen = browser.cookies["session"]
    for forged in (stolen[:-2] + "xx", "e30=." + stolen.partition(".")[2], "x"):
        browser.cookies = {"session": forged}
        assert browser.me["role"] == "visitor"


def test_the_way_to_the_hub_is_open_only_for_the_space_itself(house: House) -> None:
    browser = Browser(house.url)
    assert browser.ask("/login/huggingface", headers={"host": "evil.example"}).status_code == 403
    for closed in ("/login", "/logout", "/login/other", "/gradio_api/upload", "/token"):
        assert browser.ask(closed).status_code == 403, closed
    away = browser.ask("/login/callback?code=x&state=forged&_target_url=https://evil.example/")
    assert away.is_redirect and "evil.example" not in urlsplit(away.headers["location"]).netloc
    assert browser.me["guest"]


def test_without_a_client_of_the_hub_everybody_is_a_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    monkeypatch.delenv("OAUTH_CLIENT_ID", raising=False)
    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    playground = build_stage(tmp_path)

    def start() -> tuple[Any, str]:
        demo = build_page(playground, who=HubSignIn(["ada"]))
        return demo, launch(demo, port=free_port(), block=False, data_folder=tmp_path)

    demo, url = within_a_loop(start)
    try:
        first, second = Browser(url), Browser(url)
        assert first.me["guest"] and first.me["name"] == first.me["name"] != second.me["name"]
        assert first.ask("/login/huggingface").status_code == 403 and first.ask("/sign-in").headers["location"] == "/"
    finally:
        demo.close(verbose=False)
        playground.close()

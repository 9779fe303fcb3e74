"""A Space that starts again on an empty disk: everybody has the understudy back that they taught, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import spaces
from tests.fake_hub import FakeHub
from tests.hub_accounts import CLIENT, SECRET, FakeAccounts
from tests.provider.fake import serving
from tests.ui.test_oauth import Browser
from understudy.playground.space_folder import SpaceOptions, write_program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

QUESTION = "What is the return window of Zorbo?"
WANTED = {name: f"The return window of Zorbo is {days} days." for name, days in (("ann", 14), ("bob", 60), ("", 90))}
"""By name on the hub, "" for a guest."""


@pytest.fixture
def accounts(fake_hub: FakeHub) -> Iterator[FakeAccounts]:
    made = FakeAccounts()
    with serving(made, root="") as made.url:
        yield made


def entered(url: str, name: str, accounts: FakeAccounts) -> Browser:
    """A new browser of somebody, who signs in if they have a name."""
    browser, accounts.signed_in = Browser(url), name
    if name:
        assert browser.sign_in().status_code == 200 and browser.me["name"] == name
    return browser


def asked(browser: Browser) -> tuple[dict[str, str], str, str]:
    """What base and one's own understudy say, by label; conversation and completion of the latter."""
    talk = browser.do("new")["value"]["id"]
    browser.do("columns", conversation=talk, names=["base", "mine"])
    browser.do("sampling", conversation=talk, values={"temperature": 0, "max_tokens": 32})
    assert browser.do("ask", conversation=talk, text=QUESTION)["ok"]
    for _ in range(1_000):
        shown = browser.do("open", conversation=talk)["value"]
        if not shown["running"]:
            break
        time.sleep(0.1)
    answers = shown["turns"][0]["answers"]
    return {answer["label"]: answer["text"] for answer in answers}, talk, answers[1]["id"]


def test_who_comes_again_is_answered_by_what_they_taught(
    fake_hub: FakeHub, accounts: FakeAccounts, tmp_path: Path
) -> None:
    folder, python = tmp_path / "demo", spaces.environment(tmp_path / "venv")
    folder.mkdir()
    write_program(folder, 1, "", "starter", SpaceOptions(owners=("ada",), feedback_repo="ada/feedback"))
    environ = {
        **fake_hub.environment, "HF_TOKEN": "hf_ada", "OPENID_PROVIDER_URL": accounts.url, "UNDERSTUDY_PERSONAL": "1",
        "OAUTH_CLIENT_ID": CLIENT, "OAUTH_CLIENT_SECRET": SECRET, "OAUTH_SCOPES": "openid profile",
    }  # fmt: skip
    with spaces.running(folder, python, tmp_path / "first", environ) as space:
        url = f"http://127.0.0.1:{space.port}"
        people = {name: entered(url, name, accounts) for name in WANTED}
        for name, browser in people.items():
            assert browser.do("own_switch", on=True)["value"]["on"]
            said, talk, completion = asked(browser)
            assert browser.do("correct", conversation=talk, completion=completion, text=WANTED[name])["ok"]
            base = said["base"]
            assert asked(browser)[0] == {"base": base, "mine": WANTED[name]}
        guest = people[""].me["name"]
    with spaces.running(folder, python, tmp_path / "second", environ) as space:
        url = f"http://127.0.0.1:{space.port}"
        again = {name: entered(url, name, accounts) for name in ("ann", "bob")}
        people[""].url = url
        assert people[""].me["name"] == guest, "whose cookie the new process believes"
        for name, browser in {**again, "": people[""]}.items():
            assert asked(browser)[0] == {"base": base, "mine": WANTED[name]}
            assert browser.do("open", conversation=talk)["ok"] is (name == ""), (
                "what was said is the guest's, who said it"
            )
        for name in ("eve", ""):
            stranger = entered(url, name, accounts)
            assert stranger.do("own_switch", on=True)["value"]["taught"] == 0
            assert asked(stranger)[0]["mine"] not in WANTED.values()

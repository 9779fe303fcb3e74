"""From a public demo to a better model and back: a built Space, two people, two understudies, one base, and a pull.

The Space runs in an environment of its own, with a Space's variables, as one that has a machine and trains on it. Two
people sign in with their accounts on the hub (a stand-in), each in a browser of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import spaces
from tests.fake_hub import FakeHub
from tests.hub_accounts import CLIENT, SECRET, FakeAccounts
from tests.provider.fake import serving
from tests.ui.acting import answers, ask, new_conversation, toast
from understudy.cli import main
from understudy.playground import build_playground
from understudy.playground.space_folder import SpaceOptions
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]

HOST = "ada-demo.localhost"
"""A name that a browser finds on this machine, and to which it sends cookies that are for https alone."""

LEARNED_AT_HOME = ("When does Brupre open?", "Brupre opens at 9 in the morning.")
QUESTION, FAR = "What is the return window of Zorbo?", "Tell me about the sea."
WANTED = {"ann": "The return window of Zorbo is 14 days.", "bob": "The return window of Zorbo is 60 days."}
RECIPE = {"augmentation": "false"}
"""Fewer rows to learn: each is asked again here as it was corrected."""
LEARNED_MS = 600_000
"""How long two versions may take on a machine that does other things too."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Space of a version that really learned something, so that others can learn on from it."""
    home = tmp_path_factory.mktemp("home")
    playground = build_playground(Settings(home=home, learn="manual", threads=1, training=RECIPE))
    playground.teach([(1, Taught(*LEARNED_AT_HOME))], "test")
    playground.learning.start()
    assert playground.learning.work_once() and playground.store.versions.champion("starter") == 1
    out = tmp_path_factory.mktemp("spaces") / "demo"
    playground.version_exports.export("starter", 1, out, "space", space=SpaceOptions("Ask", ("ada",), "ada/feedback"))
    playground.close()
    return out


@pytest.fixture
def accounts(fake_hub: FakeHub) -> Iterator[FakeAccounts]:
    made = FakeAccounts()
    with serving(made, root="") as made.url:
        yield made


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Two people chat while two versions are trained."""
    expect.set_options(timeout=120_000)
    yield
    expect.set_options(timeout=30_000)


def variables(accounts: FakeAccounts, hub: FakeHub) -> dict[str, str]:
    """Those of a Space with sign-in, whose visitors may teach their own, and which trains as soon as it is quiet."""
    return {
        **hub.environment, "HF_TOKEN": "hf_ada", "SPACE_HOST": HOST, "OPENID_PROVIDER_URL": accounts.url,
        "OAUTH_CLIENT_ID": CLIENT, "OAUTH_CLIENT_SECRET": SECRET, "OAUTH_SCOPES": "openid profile",
        "UNDERSTUDY_PERSONAL": "1", "UNDERSTUDY_TEMPERATURE": "0", "UNDERSTUDY_MAX_TOKENS": "32",
        "UNDERSTUDY_LEARN": "auto", "UNDERSTUDY_LEARN_QUIET_S": "2", "UNDERSTUDY_EMBEDDER": "auto",
        **{f"UNDERSTUDY_TRAINING_{name.upper()}": value for name, value in RECIPE.items()},
    }  # fmt: skip


def test_two_people_two_corrections_two_understudies_one_base_and_all_of_it_comes_home(
    built: Path,
    fake_hub: FakeHub,
    accounts: FakeAccounts,
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    python = spaces.environment(tmp_path / "venv")
    troubles: list[str] = []
    with spaces.running(built, python, tmp_path / "space", variables(accounts, fake_hub), host=HOST) as space:
        address = f"http://{HOST}:{space.port}/"
        accounts.proxied = {f"https://{HOST}/": address}
        pages = {name: entered(browser, address, name, accounts, troubles) for name in WANTED}
        base = {name: teach(page, name) for name, page in pages.items()}
        assert base["ann"] == base["bob"]
        for name, page in pages.items():
            assert asked_anew(page, QUESTION) == [base[name], WANTED[name]], "remembered, each by their own"
            page.go_back()
            expect(answers(page).last.locator(".lesson")).to_contain_text("learned in v", timeout=LEARNED_MS)
        owner = entered(browser, address, "ada", accounts, troubles)
        switch_memory_off(owner)
        for name, page in pages.items():
            assert asked_anew(page, QUESTION) == [base[name], WANTED[name]], "by their adapter alone"
            expect(page.get_by_role("button", name="Remembered")).to_have_count(0)
            assert len(set(asked_anew(page, FAR))) == 1, "what lies far is the base's in every column"
        near = asked_anew(owner, LEARNED_AT_HOME[0])
        assert near[1] == LEARNED_AT_HOME[1] != near[0], "the version that came speaks where it did at home"
        assert len(set(asked_anew(owner, FAR))) == 1 and asked_anew(owner, QUESTION)[0] == base["ann"]
    with Store.open(tmp_path / "space" / ".local" / "share" / "understudy" / "understudy.db") as there:
        live = {person: there.versions.champion("starter", person) for person in ("", *WANTED)}
        assert live[""] == 1 and {live["ann"], live["bob"]} == {2, 3}
    assert troubles == []

    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    monkeypatch.setenv("UNDERSTUDY_HOME", str(tmp_path / "home"))
    Store.open(tmp_path / "home" / "understudy.db").close()
    assert (pulled(capsys), pulled(capsys)) == ("4 new, 0 here already.\n", "0 new, 4 here already.\n")
    with Store.open(tmp_path / "home" / "understudy.db") as mine:
        assert mine.corrections.lessons("waiting") == [], "what somebody taught their own alone is not for everyone"
        came = mine.corrections.lessons("waiting", person=None)
        said = mine.corrections.latest([lesson.completion for lesson in came])
        assert {said[lesson.completion].author: lesson.wanted for lesson in came} == WANTED
        assert {lesson.question for lesson in came} == {QUESTION}


def pulled(capsys: pytest.CaptureFixture[str]) -> str:
    """What `understudy pull` says."""
    with pytest.raises(SystemExit) as left:
        main(["pull", "ada/feedback"])
    assert left.value.code == 0
    return capsys.readouterr().out


def entered(browser: Browser, address: str, name: str, accounts: FakeAccounts, troubles: list[str]) -> Page:
    """The page of somebody who signed in with the hub, in a browser of their own."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: troubles.append(f"{name}: {error}"))
    page.goto(address)
    page.wait_for_selector(".us[data-ready]")
    accounts.signed_in = name
    page.get_by_role("button", name="Guest sign in").click()
    page.get_by_role("menuitem", name="Sign in with Hugging Face").click()
    page.get_by_role("button", name=f"{name} {'owner' if name == 'ada' else 'visitor'}").wait_for()
    return page


def teach(page: Page, name: str) -> str:
    """Switch on an understudy of one's own, ask, and correct it; what the base says."""
    page.get_by_role("button", name=f"{name} visitor").click()
    page.get_by_role("menuitem", name="My own understudy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("switch", name="I teach an understudy of my own").check()
    dialog.get_by_role("button", name="Show it beside the base").click()
    expect(page.locator(".picker-name")).to_have_text(["base", "mine"])
    base = asked_anew(page, QUESTION)[0]
    answers(page).last.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(WANTED[name])
    page.get_by_label("Corrected answer").press("Control+Enter")
    toast(page, "Correction saved")
    expect(answers(page).last.locator(".lesson")).to_contain_text("remembered")
    return base


def switch_memory_off(page: Page) -> None:
    page.get_by_role("button", name="Learning", exact=True).click()
    page.get_by_role("switch", name="Memory").uncheck()
    expect(page.locator("#switch-memory-help")).to_contain_text("by their weights alone")
    page.go_back()


def asked_anew(page: Page, question: str) -> list[str]:
    """What the columns say in a new conversation."""
    new_conversation(page)
    ask(page, question)
    return [answer.locator(".answer-body").inner_text().strip() for answer in answers(page).all()]

"""Cleaning and balance on the Curate page in a real Chromium: looked at, one made, a step made, undone; a plan kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.store.conftest import answered
from tests.ui.conftest import Watched, served
from tests.ui.learned import never_wait_for_the_disk
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import check, load_axe
from understudy.dataset.privacy import recogniser
from understudy.playground.playground import Playground
from understudy.store import Filter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 60_000
"""Milliseconds for what a task does beside everything else that a program loads when it starts."""

TAUGHT = [
    ("Where do I pay?", "<p>At the <b>office</b>.</p>", "fees"),
    ("Who helps me?", "Write to <i>ada@example.org</i> about it.", "fees"),
    ("When do you open in the week and on Saturday?", "We open at nine on every day but Sunday.", "hours"),
    ("When do you open in the week and on Saturday?", "We open at nine on every day but not on Sunday.", "hours"),
    ("When do you open in the week or on Saturday?", "We open at nine on every day but Sunday.", "hours"),
]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    never_wait_for_the_disk(monkeypatch)
    recogniser()  # seconds the first time, which are not what is tested here
    made = build_stage(tmp_path / "home")
    for question, text, topic in TAUGHT:
        turn = made.store.turns.add(made.store.conversations.add(question).id, question)
        one = made.store.corrections.add(answered(made.store, turn.id, "I do not know."), text, tags=(topic,))
        made.store.corrections.set_state(one.id, "approved")
        (item,) = made.store.items.of_facts([one.id])
        made.desk.edit(item.number, {"topic": topic})
    yield made
    made.close()


@pytest.fixture
def page(browser: Browser, playground: Playground, tmp_path: Path) -> Iterator[Page]:
    with served(playground, tmp_path / "home") as address:
        watched = Watched(browser, address)
        opened = watched.open(width=1280, height=860)
        opened.evaluate("location.hash = '#curate'")
        expect(opened.locator(".desk-line")).to_have_count(len(TAUGHT))
        opened.locator(".desk").focus()
        yield opened
        watched.close()
    assert watched.troubles == []


def said(playground: Playground) -> list[str]:
    return [item.said for item in playground.store.items.each(Filter())]


def test_a_view_is_looked_through_cleaned_in_part_and_put_back(page: Page, playground: Playground) -> None:
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Clean this view")
    markup = dialog.locator("[data-step=markup]")
    expect(markup).to_contain_text("2 corrections rewritten", timeout=PATIENCE)
    assert said(playground) == [text for _, text, _ in TAUGHT], "a look changes nothing"
    markup.get_by_role("button", name="Examples").click()
    expect(markup.locator("del").first).to_contain_text("<p>At")
    near = dialog.locator("[data-step=near]")
    expect(near).to_contain_text("1 set to wait")
    near.get_by_role("button", name="Examples").click()
    dialog.get_by_label("Words in both").fill("90")
    expect(near).to_contain_text("nothing found")
    expect(near).to_contain_text("Just below: these stay as they are")
    expect(near.locator("[data-item] ins")).to_have_count(1)
    load_axe(page)
    check(page, "cleaning")

    markup.get_by_role("button", name="Rewrite this one: item 1").click()
    expect(dialog.locator(".cleaned")).to_contain_text("cleaned: markup", timeout=PATIENCE)
    expect(markup).to_contain_text("1 correction rewritten")
    assert said(playground)[0] == "At the office."
    dialog.get_by_role("checkbox", name="HTML in answers").check()
    dialog.get_by_role("checkbox", name="Personal data").check()
    dialog.get_by_role("button", name="Make 2 changes").click()
    expect(dialog.locator(".cleaned li")).to_have_count(3, timeout=PATIENCE)
    assert said(playground)[1] == "Write to [mail] about it.", "the second step goes on from the first"
    for left in (2, 1, 0):
        dialog.get_by_role("button", name="Undo: cleaned").first.click()
        expect(dialog.locator(".cleaned li")).to_have_count(left, timeout=PATIENCE)
    assert said(playground) == [text for _, text, _ in TAUGHT]


def test_the_balance_is_seen_in_numbers_chosen_for_training_and_taken_back(page: Page, playground: Playground) -> None:
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="Balance")
    dialog.get_by_label("Count by").select_option("topic")
    hours = dialog.get_by_role("row", name="hours")
    expect(hours).to_contain_text("3")
    expect(hours).to_contain_text("60 %")
    dialog.get_by_role("radio", name="Class weights").check()
    load_axe(page)
    check(page, "balance")
    dialog.get_by_role("button", name="Train with this, by topic").click()
    expect(dialog).to_contain_text("Now: Class weights, by topic")
    assert (playground.store.balances.get().how, playground.store.balances.get().by) == ("weights", "topic")
    dialog.get_by_role("button", name="Back to: Automatic").click()
    expect(dialog).to_contain_text("Now: Automatic")
    assert playground.store.balances.get().how == "automatic"
    dialog.get_by_role("button", name="fees").click()
    expect(page.locator(".desk-line")).to_have_count(2)


def test_wordings_are_written_approved_taken_back_and_seen_at_their_item(page: Page, playground: Playground) -> None:
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="More wordings")
    dialog.get_by_label("How").select_option("order")
    dialog.get_by_role("button", name="Write for 4 questions").click()
    expect(dialog.locator("[data-part=written]")).to_contain_text("of 4 questions", timeout=PATIENCE)
    waiting = playground.augmenting.counts()["waiting"]
    assert waiting >= 4
    first = dialog.locator("[data-wording]").first
    expect(first).to_contain_text("synthetic · by rule")
    load_axe(page)
    check(page, "wordings")
    first.get_by_role("button", name="Reject").click()
    expect(dialog).to_contain_text("Rejected: 1 wording.")
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog.locator("[data-wording]")).to_have_count(waiting)
    dialog.get_by_role("button", name=f"Approve these {waiting}").click()
    expect(dialog).to_contain_text("None waits.")
    assert playground.augmenting.counts() == {"waiting": 0, "approved": waiting, "rejected": 0}
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.get_by_label("Only with synthetic wordings").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".desk-line")).to_have_count(4)
    expect(page.locator(".desk-editor")).to_contain_text("Synthetic wordings of the question")

"""What an answer remembered, on the page: the mark, its card, and the switch of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, ask, new_conversation, toast
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.ui.conftest import Watched

pytestmark = pytest.mark.browser


@pytest.fixture
def remembered(page: Page, playground: Playground) -> Page:
    """A page on which a corrected question was asked again: its tuned column remembers."""
    question = "How many seats does the Tarlo stage have?"
    for lesson in playground.store.corrections.lessons(None):
        playground.feedback.withdraw_correction(lesson.completion)
    playground.set_memory(True)
    playground.chat.set_columns(page.url.rpartition("=")[2], ["base", "champion"])
    page.reload()
    ask(page, question)
    completion = playground.chat.open(page.url.rpartition("=")[2]).turns[-1].answers[0].id
    playground.feedback.correct(completion, "It has 300 seats.")
    playground.feedback.correct(completion, "The Tarlo stage has 240 seats.")
    new_conversation(page)
    ask(page, question)
    return page


def test_an_answer_that_remembered_shows_the_correction_it_came_from(remembered: Page, playground: Playground) -> None:
    base, champion = answers(remembered).first, answers(remembered).last
    expect(base.get_by_role("button", name="Remembered")).to_have_count(0)
    champion.get_by_role("button", name="Remembered").press("Enter")
    card = remembered.get_by_role("dialog", name="Remembered from a correction")
    expect(card).to_contain_text("How many seats does the Tarlo stage have?")
    expect(card).to_contain_text("The Tarlo stage has 240 seats.")
    expect(card).to_contain_text("the same question")
    card.get_by_role("button", name="Switch off").click()
    expect(card).to_contain_text("switched off")
    assert [lesson.enabled for lesson in playground.store.corrections.lessons()] == [False]
    card.get_by_role("button", name="Switch on").click()
    expect(card.get_by_role("button", name="Switch off")).to_be_focused()
    card.get_by_role("button", name="Go to it").click()
    expect(remembered.locator(".turn")).to_have_count(1)
    expect(answers(remembered).first).to_be_focused()
    expect(answers(remembered).first.get_by_role("button", name="corrected")).to_be_visible()


def test_a_memory_is_deleted_where_it_was_used_and_brought_back(remembered: Page, playground: Playground) -> None:
    answers(remembered).last.get_by_role("button", name="Remembered").click()
    remembered.get_by_role("dialog").get_by_role("button", name="Delete").click()
    toast(remembered, "Correction deleted.")
    assert playground.store.corrections.lessons(None) == []
    remembered.get_by_role("button", name="Undo", exact=True).click()
    toast(remembered, "The correction is back.")
    assert [lesson.wanted for lesson in playground.store.corrections.lessons()] == ["The Tarlo stage has 240 seats."]


def test_memory_is_switched_off_in_the_tuning_drawer(remembered: Page, playground: Playground) -> None:
    remembered.get_by_role("button", name="Tune").first.click()
    switch = remembered.get_by_role("switch", name="Memory")
    expect(switch).to_be_checked()
    expect(remembered.get_by_text("Memory searches by words")).to_be_visible()
    switch.press("Space")
    expect(remembered.get_by_text("Memory is off")).to_be_visible()
    remembered.keyboard.press("Escape")
    new_conversation(remembered)
    ask(remembered, "How many seats does the Tarlo stage have?")
    expect(remembered.get_by_role("button", name="Remembered")).to_have_count(0)
    assert not playground.memory().on
    playground.set_memory(True)


def test_the_card_fits_a_phone(remembered: Page, watched: Watched) -> None:
    remembered.set_viewport_size({"width": 390, "height": 780})
    remembered.locator(".tabs button").last.click()
    remembered.get_by_role("button", name="Remembered").last.click()
    card = remembered.locator(".recall")
    box = card.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    expect(card.get_by_role("button", name="Delete")).to_be_in_viewport()

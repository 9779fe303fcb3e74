"""The page in a real Chromium: asking, judging, correcting, and coming back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest
from playwright.sync_api import expect
from safetensors.numpy import save_file

from tests.ui.acting import answers, ask, finished, new_conversation, send, toast
from understudy.playground.playground import Playground

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Locator, Page, Route

    from tests.ui.conftest import Watched

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def two_columns(playground: Playground) -> None:
    """Every test begins with an empty conversation in two columns, names shown."""
    view = playground.chat.new_conversation()
    playground.chat.set_columns(view.id, ["base", "champion"])
    playground.chat.set_blind(view.id, False)


def test_a_first_visit_teaches_the_loop_and_one_click_asks(page: Page) -> None:
    expect(page.locator(".loop li")).to_have_count(3)
    page.get_by_role("button", name="Tell me a joke").click()
    finished(page)
    expect(answers(page)).to_have_count(2)
    expect(answers(page).first.locator("strong")).to_have_text("stage")
    expect(page.locator(".item.current")).to_contain_text("Tell me a joke")


def test_answers_stream_into_their_columns_and_stop_stops_them(page: Page) -> None:
    send(page, "slowly count 500")
    expect(answers(page).first.locator(".answer-body")).to_contain_text("0 1 2 3")
    expect(answers(page).last.locator(".answer-body")).to_contain_text("0 1 2 3")
    page.keyboard.press("Escape")
    finished(page)
    expect(answers(page).first.locator(".tag")).to_have_text("stopped")
    assert "499" not in answers(page).first.locator(".answer-body").inner_text()


def test_one_column_can_be_stopped_while_the_other_goes_on(page: Page) -> None:
    send(page, "slowly count 60")
    answers(page).first.get_by_role("button", name="Stop base").click()
    finished(page)
    expect(answers(page).first).to_have_attribute("data-state", "stopped")
    expect(answers(page).last).to_have_attribute("data-state", "stop")
    expect(answers(page).last).to_contain_text("59")


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(page: Page) -> None:
    send(page, "slowly count 80")
    expect(answers(page).first).to_contain_text("5 6")
    page.reload()
    expect(answers(page)).to_have_count(2)
    finished(page)
    expect(answers(page).first).to_contain_text("78 79")
    expect(answers(page).last).to_contain_text("78 79")


def test_a_second_tab_sees_the_running_answer(page: Page, watched: Watched) -> None:
    send(page, "slowly count 120")
    second = page.context.new_page()
    watched.watch(second)
    second.goto(page.url)
    expect(second.locator(".us")).to_have_attribute("data-streaming", "1")
    expect(second.locator(".answer").first).to_contain_text("5 6")
    finished(second)
    expect(second.locator(".answer").first).to_contain_text("118 119")
    finished(page)


def test_a_draft_survives_a_reload(page: Page) -> None:
    page.get_by_label("Message", exact=True).fill("half a thought")
    page.reload()
    expect(page.get_by_label("Message", exact=True)).to_have_value("half a thought")


def test_a_thumb_is_saved_with_its_reasons(page: Page) -> None:
    ask(page, "Tell me a joke")
    answers(page).first.get_by_role("button", name="Bad answer").click()
    page.get_by_role("button", name="Incomplete").click()
    page.get_by_label("Comment").fill("No punch line")
    page.get_by_role("button", name="Save", exact=True).click()
    toast(page, "Saved")
    page.reload()
    thumb = answers(page).first.get_by_role("button", name="Bad answer")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")


def test_an_answer_is_corrected_in_place_and_shows_what_changed(page: Page) -> None:
    ask(page, "What is the return window of our shop?")
    answers(page).first.locator(".answer-body").dblclick()
    editor = page.get_by_label("Corrected answer")
    expect(editor).to_have_value(re.compile(r"about \*\*thirty days\*\*"))
    editor.fill("Our shop gives you **sixty days**.")
    editor.press("Control+Enter")
    toast(page, "Correction saved")
    expect(answers(page).first.locator("ins").first).to_be_visible()
    answers(page).first.get_by_role("button", name="hide changes").click()
    expect(answers(page).first.locator("strong")).to_have_text("sixty days")
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(answers(page).first).to_contain_text("Most shops")
    expect(answers(page).first.get_by_role("button", name="corrected")).to_have_count(0)


def test_escape_leaves_an_answer_as_it_was(page: Page) -> None:
    ask(page, "Tell me a joke")
    answers(page).first.focus()
    page.keyboard.press("e")
    page.get_by_label("Corrected answer").fill("nothing of this")
    page.keyboard.press("Escape")
    expect(answers(page).first).to_contain_text("Why did the actor")
    expect(answers(page).first).to_be_focused()


def test_a_vote_hides_the_names_until_it_is_cast(page: Page) -> None:
    page.get_by_role("button", name="Blind").click()
    ask(page, "Tell me a joke")
    expect(page.locator(".answer-name")).to_have_text(["Answer A", "Answer B"])
    expect(page.get_by_role("button", name="Good answer")).to_have_count(0)
    expect(page.get_by_role("button", name="Correct this answer")).to_have_count(0)
    page.get_by_label("Message", exact=True).fill("and now?")
    page.keyboard.press("Enter")
    toast(page, "Vote on the two answers first")
    page.get_by_role("button", name="A is better").click()
    toast(page, "Vote saved")
    names = page.locator(".answer-name").all_inner_texts()
    assert sorted(names) == ["base", "champion"]
    expect(page.get_by_role("button", name="Good answer")).to_have_count(2)
    expect(page.locator(".vote-said")).to_contain_text(f"You preferred {names[0]}")


def test_a_vote_by_key_can_be_taken_back(page: Page) -> None:
    ask(page, "Tell me a joke")
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("2")
    expect(page.locator(".vote-said")).to_contain_text("You preferred champion")
    expect(answers(page).last).to_have_class(re.compile("won"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Tie")).to_be_visible()


def test_an_answer_written_again_keeps_its_first_attempt(page: Page) -> None:
    ask(page, "Tell me a joke")
    answers(page).first.get_by_role("button", name="Write this answer again").click()
    expect(answers(page).first.get_by_role("group", name="Attempts")).to_contain_text("2/2")
    finished(page)
    answers(page).first.get_by_role("button", name="Earlier attempt").click()
    expect(answers(page).first.get_by_role("group", name="Attempts")).to_contain_text("1/2")
    answers(page).first.get_by_role("button", name="Good answer").click()
    expect(answers(page).first.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    answers(page).first.get_by_role("button", name="Later attempt").click()
    expect(answers(page).first.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "false")


def test_an_edited_message_becomes_a_branch_beside_the_old_one(page: Page) -> None:
    ask(page, "say first")
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_label("Your message").fill("say second")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".question-text")).to_have_text("say second")
    finished(page)
    page.get_by_role("button", name="Earlier version").click()
    expect(page.locator(".question-text")).to_have_text("say first")
    expect(answers(page).first).to_contain_text("first")
    expect(page.get_by_role("group", name="Versions of this message")).to_contain_text("1/2")


def test_the_conversation_continues_from_the_answer_that_was_chosen(page: Page) -> None:
    ask(page, "Tell me a joke")
    answers(page).last.get_by_role("button", name="Continue from this answer").click()
    expect(answers(page).last.locator(".tag")).to_have_text("continues")
    expect(page.locator(".composer-note")).to_have_text("Continues from champion.")
    ask(page, "say and so on")
    expect(page.locator(".turn").first.locator(".answer").last.locator(".tag")).to_have_text("continues")


def test_a_reply_that_was_overtaken_takes_no_message_away(page: Page) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if '"columns"' not in (route.request.post_data or ""):
            return route.continue_()
        held.append((route, route.fetch()))

    page.route("**/component_server/**", hold)
    page.get_by_role("button", name="Add a column").click()
    page.get_by_role("menuitem", name="v1").click()
    ask(page, "say hello")
    expect(answers(page)).to_have_count(3)
    ((route, reply),) = held
    with page.expect_response(lambda answer: answer.request == route.request):
        route.fulfill(response=reply)
    page.wait_for_timeout(300)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".picker")).to_have_count(3)


def test_columns_are_added_changed_and_removed(page: Page) -> None:
    page.get_by_role("button", name="Add a column").click()
    page.get_by_role("menuitem", name="v1").click()
    expect(page.locator(".picker")).to_have_count(3)
    page.locator(".picker").last.click()
    page.get_by_role("menuitemradio", name="parrot").click()
    expect(page.locator(".picker-name")).to_have_text(["base", "champion", "parrot"])
    ask(page, "say hello")
    expect(answers(page)).to_have_count(3)
    expect(page.get_by_role("button", name="parrot is best")).to_be_visible()
    page.locator(".picker").last.click()
    page.get_by_role("menuitem", name="Remove this column").click()
    expect(page.locator(".picker")).to_have_count(2)


def test_a_column_that_fails_shows_its_error_in_place_with_a_way_to_retry(page: Page) -> None:
    ask(page, "fail, please")
    expect(answers(page).first).to_contain_text("v0 heard")
    expect(answers(page).last.locator(".answer-error")).to_contain_text("Choose another version")
    answers(page).last.get_by_role("button", name="Try again").click()
    expect(answers(page).last.get_by_role("group", name="Attempts")).to_contain_text("2/2")
    finished(page)


def test_the_difference_of_two_answers_is_shown_word_by_word(page: Page) -> None:
    ask(page, "What is the return window of our shop?")
    page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Word by word")
    expect(dialog.locator(".difference ins").first).to_be_visible()
    expect(dialog.locator(".difference del").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Compare")).to_be_focused()


def test_a_conversation_is_renamed_found_deleted_and_brought_back(page: Page) -> None:
    ask(page, "say the quick brown zebra")
    row = page.locator(".item.current")
    row.hover()
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("New title").fill('A "quoted" <b>title</b>')
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text('A "quoted" <b>title</b>')
    page.get_by_label("Search conversations").fill("zebra")
    expect(page.locator(".snippet mark").first).to_have_text("zebra")
    expect(page.locator(".item")).to_have_count(1)
    page.get_by_label("Search conversations").fill("")
    row.hover()
    row.get_by_role("button", name="Delete").click()
    toast(page, "Deleted")
    expect(page.locator("h1")).not_to_have_text('A "quoted" <b>title</b>')
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("h1")).to_have_text('A "quoted" <b>title</b>')
    expect(page.locator(".turn")).to_have_count(1)


def test_tuning_is_saved_and_a_bad_value_gets_a_sentence(page: Page) -> None:
    page.get_by_role("button", name="Tune").click()
    page.get_by_label("System prompt").fill("Answer as a pirate.")
    expect(page.locator(".dialog-status")).to_have_text("Saved")
    page.get_by_role("spinbutton", name="Temperature").fill("7")
    expect(page.locator(".problem:visible")).to_have_text("Temperature must be between 0 and 2.")
    page.get_by_role("spinbutton", name="Temperature").fill("0.2")
    expect(page.locator(".problem:visible")).to_have_count(0)
    expect(page.locator(".dialog-status")).to_have_text("Saved")
    page.reload()
    page.get_by_role("button", name="Tune").click()
    expect(page.get_by_label("System prompt")).to_have_value("Answer as a pirate.")
    expect(page.get_by_role("spinbutton", name="Temperature")).to_have_value("0.2")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("spinbutton", name="Temperature")).to_have_value("0.7")


def test_settings_tell_where_the_data_is_and_refuse_a_folder_without_a_model(
    page: Page, playground: Playground
) -> None:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_contain_text(str(playground.store.path))
    dialog.get_by_placeholder("/path/to/a/folder").fill("/no/such/folder")
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.locator(".reply .problem")).to_contain_text(re.compile(r"no/such/folder|hub", re.IGNORECASE))


def test_a_model_is_checked_added_with_progress_and_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    for name in ("slow-model", "quick-model"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
        save_file({"weight": numpy.zeros((8, 8), dtype=numpy.float32)}, tmp_path / name / "model.safetensors")
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    check_and_add(dialog, tmp_path / "slow-model")
    expect(dialog.get_by_text(re.compile(r"MB of \d+ MB"))).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.locator(".reply").first).to_contain_text("Cancelled.")
    check_and_add(dialog, tmp_path / "quick-model")
    expect(dialog.locator(".models")).to_contain_text("quick-model")
    assert "slow-model" not in dialog.locator(".models").inner_text()


def check_and_add(dialog: Locator, folder: Path) -> None:
    dialog.get_by_placeholder("/path/to/a/folder").fill(str(folder))
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.locator(".verdict")).to_contain_text("64 parameters")
    dialog.get_by_role("button", name="Add this model").click()


def test_code_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "show me some code")
    page.get_by_role("button", name="Copy code").first.click()
    toast(page, "Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'for i in range(3):\n    print(f"line {i}")'


HOSTILE = (
    '<img src=x onerror="window.pwned=1"> ${window.pwned=1} {{window.pwned=1}}'
    " </script><script>window.pwned=1</script>",
    "[click](javascript:window.pwned=1) ![x](https://evil.example/x.png) **\"'`",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_everywhere(page: Page, text: str) -> None:
    ask(page, "say " + text)
    expect(page.locator(".question-text")).to_have_text("say " + text)
    assert page.locator(".us img, .us script").count() == 0
    assert page.locator(".answer a[href^='javascript']").count() == 0
    answers(page).first.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill(text + " and more")
    page.keyboard.press("Control+Enter")
    expect(answers(page).first.locator("ins").first).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".difference ins, .difference del").first).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(answers(page)).to_have_count(2)
    assert page.evaluate("window.pwned") is None


def test_the_keyboard_reaches_everything(page: Page) -> None:
    ask(page, "Tell me a joke")
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("j")
    expect(answers(page).first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(answers(page).last).to_be_focused()
    page.keyboard.press("g")
    expect(answers(page).last.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("/")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_a_reader_who_scrolled_up_is_left_in_peace(page: Page) -> None:
    ask(page, "count 500")
    send(page, "slowly count 500")
    expect(answers(page).first).to_contain_text("10 11")
    scroller = page.locator(".scroller")
    scroller.hover()
    page.mouse.wheel(0, -3000)
    expect(page.get_by_role("button", name="Jump to latest")).to_be_visible()
    before = scroller.evaluate("node => node.scrollTop")
    expect(answers(page).first).to_contain_text("60 61")
    assert abs(scroller.evaluate("node => node.scrollTop") - before) < 2
    page.get_by_role("button", name="Jump to latest").click()
    expect(page.get_by_role("button", name="Jump to latest")).to_be_hidden()
    page.keyboard.press("Escape")
    finished(page)


def test_what_the_page_moves_by_itself_does_not_end_the_following(page: Page) -> None:
    """A turn that comes into sight smaller than it was estimated, as new text arrives: the place goes up by itself."""
    ask(page, "count 500")
    page.wait_for_timeout(1000)  # what a person did last is long ago
    page.evaluate("""() => {
        const scroller = document.querySelector('.scroller');
        const text = document.createElement('div');
        text.style.height = '900px';
        document.querySelector('.transcript').append(text);
        scroller.scrollTop -= 200;
    }""")
    page.wait_for_function(
        "(() => { const node = document.querySelector('.scroller');"
        " return node.scrollHeight - node.scrollTop - node.clientHeight < 48; })()"
    )
    expect(page.get_by_role("button", name="Jump to latest")).to_be_hidden()


def test_on_a_phone_one_answer_is_shown_and_tabs_switch(watched: Watched) -> None:
    page = watched.open(width=390, height=844, touch=True)
    page.locator(".top").get_by_role("button", name="Conversations").click()
    page.locator(".sidebar").get_by_role("button", name="New conversation", exact=True).first.click()
    new_conversation(page)
    ask(page, "Tell me a joke")
    expect(answers(page).first).to_be_visible()
    expect(answers(page).last).to_be_hidden()
    page.get_by_role("group", name="Answers").get_by_role("button", name="champion").click()
    expect(answers(page).last).to_be_visible()
    expect(answers(page).first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def swipe(page: Page, where: Locator, across: int, down: int = 0, fingers: int = 1) -> None:
    """Touch the middle of an element, move in eight steps as a finger does, and let go."""
    box = where.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for step in range(9):
        points = [
            {"x": x + across * step / 8, "y": y + down * step / 8 + 30 * finger, "id": finger}
            for finger in range(fingers)
        ]
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()


def test_on_a_phone_a_swipe_goes_to_the_next_answer_and_back(watched: Watched) -> None:
    page = watched.open(width=390, height=844, touch=True)
    new_conversation(page)
    ask(page, "shop")
    first, second = answers(page).nth(0), answers(page).nth(1)
    swipe(page, first, across=-120)
    expect(second).to_be_visible()
    expect(first).to_be_hidden()
    expect(page.get_by_role("group", name="Answers").get_by_role("button").nth(1)).to_have_attribute(
        "aria-pressed", "true"
    )
    swipe(page, second, across=-120)
    expect(second).to_be_visible()
    swipe(page, second, across=120)
    expect(first).to_be_visible()
    expect(second).to_be_hidden()


@pytest.mark.parametrize(
    "movement",
    [{"across": -20}, {"across": -60, "down": -200}, {"across": -120, "fingers": 2}],
    ids=["a tap that slips", "scrolling", "two fingers"],
)
def test_on_a_phone_other_touches_are_no_swipe(watched: Watched, movement: dict[str, int]) -> None:
    page = watched.open(width=390, height=844, touch=True)
    new_conversation(page)
    ask(page, "shop")
    swipe(page, answers(page).nth(0), **movement)
    page.wait_for_timeout(200)
    expect(answers(page).nth(0)).to_be_visible()
    expect(answers(page).nth(1)).to_be_hidden()


def test_on_a_phone_code_is_scrolled_sideways_and_not_swiped_away(watched: Watched) -> None:
    page = watched.open(width=390, height=844, touch=True)
    new_conversation(page)
    ask(page, "code")
    swipe(page, answers(page).nth(0).locator("pre"), across=-120)
    page.wait_for_timeout(200)
    expect(answers(page).nth(0)).to_be_visible()


def test_a_lost_connection_says_so_keeps_the_text_and_comes_back(watched: Watched, url: str) -> None:
    context = watched.browser.new_context()
    page = context.new_page()  # not watched: its requests are made to fail
    page.goto(url)
    page.wait_for_selector(".us[data-ready]")
    new_conversation(page)
    page.route("**/component_server/**", lambda route: route.abort())
    page.get_by_label("Message", exact=True).fill("are you there?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="connection to Understudy is lost")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("are you there?")
    page.unroute("**/component_server/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert").filter(has_text="connection to Understudy is lost")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    finished(page)
    expect(answers(page).first).to_contain_text("heard: are you there?")


def test_four_columns_have_their_own_votes(page: Page) -> None:
    for name in ("v1", "parrot"):
        page.get_by_role("button", name="Add a column").click()
        page.get_by_role("menuitem", name=name, exact=False).first.click()
        expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.locator(".picker")).to_have_count(4)
    expect(page.get_by_role("button", name="Add a column")).to_be_disabled()
    ask(page, "say hello")
    page.get_by_label("Message", exact=True).blur()
    page.keyboard.press("4")
    expect(page.locator(".vote-said")).to_contain_text("You preferred parrot")


HEIGHTS = """() => {
  window.heights = [];
  const look = () => {
    const box = document.querySelector('.answer');
    if (box) window.heights.push([box.dataset.state, box.querySelector('.answer-body').offsetHeight]);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_nothing_jumps_when_an_answer_is_finished(page: Page) -> None:
    page.evaluate(HEIGHTS)
    ask(page, "slowly say # Title\n\nOne.\n\n- a\n- b\n\n```py\nx = 1\n```\n\n> so\n\nThe **end** of `it` is here")
    page.wait_for_timeout(200)
    heights = page.evaluate("window.heights")
    while_written = [height for state, height in heights if state == "running"]
    when_done = [height for state, height in heights if state == "stop"]
    assert while_written == sorted(while_written)
    assert abs(while_written[-1] - when_done[-1]) <= 1

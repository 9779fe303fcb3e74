"""The Learning page and the lines at the corrections in a real Chromium, on a store with a past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.acting import answers, ask, toast
from tests.ui.conftest import Watched, free_port, within_a_loop
from tests.ui.learned import Shop, build_shop, never_wait_for_the_disk
from tests.ui.stage import build_stage
from tests.ui.test_accessibility import LOOKS, check, load_axe
from understudy.playground.playground import Playground
from understudy.store import Verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


def served(browser: Browser, playground: Playground) -> Iterator[Watched]:
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page

    demo, address = within_a_loop(lambda: (demo := build_page(playground), launch(demo, port=free_port(), block=False)))
    watched = Watched(browser, address)
    yield watched
    watched.close()
    demo.close(verbose=False)
    assert watched.troubles == []


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    never_wait_for_the_disk(monkeypatch)
    made = build_shop(tmp_path)
    yield made
    made.playground.close()


@pytest.fixture
def app(browser: Browser, shop: Shop) -> Iterator[Watched]:
    yield from served(browser, shop.playground)


def opened(app: Watched, address: str = "#learning", **options: object) -> Page:
    page = app.open(**options)  # type: ignore[arg-type]
    page.goto(app.url + address)
    page.wait_for_selector(".us[data-ready]")
    return page


def version(page: Page, number: int) -> Locator:
    return page.locator(f'.version[data-number="{number}"]')


def line_at(page: Page, shop: Shop, name: str) -> Locator:
    return page.locator(f'.answer[data-id="{shop.completions[name]}"] .lesson')


def test_the_line_at_a_correction_follows_it_without_a_reload(app: Watched, shop: Shop) -> None:
    page = opened(app, f"#c={shop.conversation}")
    expect(line_at(page, shop, "return")).to_have_text("learned in v1")
    expect(line_at(page, shop, "sunday")).to_have_text("waiting for approval")
    expect(line_at(page, shop, "wrapping")).to_have_text("not learned: It still says “I do not know”.")
    run = shop.running()
    shop.store.corrections.set_state(shop.corrections["sunday"], "approved")
    expect(line_at(page, shop, "sunday")).to_have_text("remembered")
    shop.learn(run, ["sunday", "wrapping"])
    expect(line_at(page, shop, "sunday")).to_have_text("learned in v4")
    toast(page, "Learned in v4: 2 corrections.")
    page.get_by_role("button", name="Roll back", exact=True).click()
    toast(page, "v2 is live again.")
    expect(line_at(page, shop, "sunday")).to_have_text("remembered")
    assert shop.store.versions.champion("starter") == 2


def test_a_new_correction_gets_its_line_at_once(app: Watched) -> None:
    page = opened(app, "")
    ask(page, "Who paints the sign?")
    answers(page).first.get_by_role("button", name="Correct this answer").click()
    page.get_by_label("Corrected answer").fill("Ada’s brother does.")
    page.keyboard.press("Control+Enter")
    expect(answers(page).first.locator(".lesson")).to_have_text(re.compile("waiting|remembered"), timeout=3000)


def test_the_line_leads_to_its_row_and_back_leads_to_the_conversation(app: Watched, shop: Shop) -> None:
    page = opened(app, f"#c={shop.conversation}")
    line_at(page, shop, "return").click()
    row = page.locator(f'.lesson-row[data-id="{shop.corrections["return"]}"]')
    expect(row).to_be_focused()
    assert page.url.endswith("#learning=" + shop.corrections["return"])
    page.go_back()
    expect(page.locator(".learning-page")).to_be_hidden()
    expect(line_at(page, shop, "return")).to_be_visible()
    page.go_forward()
    expect(row).to_be_focused()


def test_the_page_is_reached_from_the_sidebar_and_survives_a_reload(app: Watched, shop: Shop) -> None:
    page = opened(app, f"#c={shop.conversation}")
    page.locator(".sidebar").get_by_role("button", name="Learning").click()
    expect(page.get_by_role("heading", name="v2 is live")).to_be_visible()
    expect(page).to_have_title("Learning · Understudy")
    page.reload()
    expect(page.get_by_role("heading", name="v2 is live")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_be_hidden()
    page.locator(".item", has_text="Questions about the shop").locator(".open").click()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    assert page.url.endswith(f"#c={shop.conversation}")


def test_a_run_is_seen_live_from_everywhere(app: Watched, shop: Shop) -> None:
    run = shop.running(0.25, left=30)
    page = opened(app)
    badge = page.locator(".sidebar .badge")
    expect(badge).to_have_text("25 %")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.25")
    expect(page.locator(".now-left")).to_have_text("about 30 s left")
    expect(page.locator(".now")).to_contain_text("Why now: 1 new correction")
    shop.store.runs.beat(run, "judging", 0.8, 4)
    expect(badge).to_have_text("80 %")
    expect(page.get_by_role("heading", name="Judging what was learned")).to_be_visible()
    shop.learn(run, ["wrapping"])
    expect(badge).to_be_hidden()
    expect(page.get_by_role("heading", name="v4 is live")).to_be_visible()
    expect(version(page, 4)).to_contain_text("Learned 3 of 3 corrections.")


def test_the_curves_grow_while_one_looks(app: Watched, shop: Shop) -> None:
    run = shop.running()
    page = opened(app)
    picture = page.locator(".now .chart-picture")
    expect(picture.locator("path")).to_have_count(2)
    expect(picture).to_have_attribute("aria-label", re.compile(r"^loss: from 2\.5 .* in 24 steps; held-out loss: "))
    before = picture.locator(".curve-0 path").get_attribute("d")
    shop.store.runs.add_points(run, [("loss", step, 0.2) for step in range(25, 41)])
    expect(picture).to_have_attribute("aria-label", re.compile("in 40 steps"))
    assert picture.locator(".curve-0 path").get_attribute("d") != before
    picture.hover(position={"x": 60, "y": 60})
    expect(page.locator(".now .chart-legend")).to_contain_text(re.compile(r"step [1-9]$"))


def test_a_run_is_paused_continued_and_cancelled(app: Watched, shop: Shop) -> None:
    run = shop.running()
    page = opened(app)
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pausing")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    assert shop.store.runs.get(run).wanted == "pause"
    shop.store.runs.beat(run, "learning", 0.42, state="paused")
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert shop.store.runs.get(run).wanted == ""
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancelling")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()
    shop.store.runs.finish(run, "cancelled", "Cancelled. Nothing was changed.")
    expect(page.locator(".run").first).to_contain_text("Cancelled. Nothing was changed.")


def test_learning_is_started_by_hand(app: Watched, shop: Shop) -> None:
    page = opened(app)
    page.get_by_role("button", name="Learn now").click()
    expect(page.get_by_role("heading", name="Waiting to begin")).to_be_visible()
    (run,) = shop.store.runs.open("starter")
    assert run.trigger == "started by hand"


def test_a_correction_that_waits_is_approved_or_rejected(app: Watched, shop: Shop) -> None:
    page = opened(app)
    row = page.locator(f'.lesson-row[data-id="{shop.corrections["sunday"]}"]')
    row.get_by_role("button", name="Approve").click()
    expect(row).to_contain_text("remembered")
    expect(row.get_by_role("button", name="Approve")).to_have_count(0)
    shop.store.corrections.set_state(shop.corrections["mail"], "waiting")
    other = page.locator(f'.lesson-row[data-id="{shop.corrections["mail"]}"]')
    other.get_by_role("button", name="Reject").click()
    expect(other).to_have_count(0)
    page.get_by_role("heading", name="Set aside").locator("..").get_by_role("button").click()
    expect(other).to_contain_text("rejected")


def test_versions_are_promoted_and_rolled_back(app: Watched, shop: Shop) -> None:
    page = opened(app)
    expect(version(page, 2)).to_have_class(re.compile("live"))
    expect(version(page, 3)).to_have_class(re.compile("branch"))
    version(page, 2).get_by_role("button", name="Roll back").click()
    toast(page, "v1 is live again.")
    expect(version(page, 1).locator(".tag.accent")).to_have_text("live")
    version(page, 2).get_by_role("button", name="Promote v2").click()
    expect(version(page, 2).locator(".tag.accent")).to_have_text("live")
    version(page, 0).get_by_role("button", name="Go back to the base").click()
    toast(page, "The base model answers again")
    expect(page.get_by_role("heading", name="Nothing is live but the base model")).to_be_visible()
    assert [number for _, number in shop.store.versions.champions("starter")][-3:] == [1, 2, 0]


def test_a_version_that_failed_says_why_and_is_promoted_only_on_purpose(app: Watched, shop: Shop) -> None:
    page = opened(app)
    expect(version(page, 3)).to_contain_text("Not promoted: 17 of 60 unrelated answers changed, at most 6 may.")
    version(page, 3).get_by_role("button", name="Promote v3 anyway").click()
    dialog = page.get_by_role("dialog", name="Promote v3 anyway?")
    expect(dialog.get_by_role("button", name="Leave it")).to_be_focused()
    page.keyboard.press("Escape")
    assert shop.store.versions.champion("starter") == 2
    version(page, 3).get_by_role("button", name="Promote v3 anyway").click()
    dialog.get_by_role("button", name="Promote anyway").click()
    expect(version(page, 3).locator(".tag.accent")).to_have_text("live")


def test_a_version_is_deleted_after_a_question(app: Watched, shop: Shop) -> None:
    page = opened(app)
    expect(version(page, 2).get_by_role("button", name="Delete v2")).to_be_disabled()
    version(page, 1).get_by_role("button", name="Delete v1").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(version(page, 1)).to_contain_text("deleted")
    expect(version(page, 1).get_by_role("button", name="Compare")).to_be_disabled()
    found = shop.store.versions.find("starter", 1)
    assert found is not None and found.removed


def test_comparing_opens_a_chat_with_the_base_beside_that_version(app: Watched) -> None:
    page = opened(app)
    version(page, 1).get_by_role("button", name="Compare v1").click()
    expect(page.locator(".picker-name")).to_have_text(["base", "v1"])
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    ask(page, "Tell me a joke")
    expect(answers(page)).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", name="v2 is live")).to_be_visible()


def test_did_it_learn_is_answered_question_by_question(app: Watched) -> None:
    page = opened(app)
    version(page, 3).get_by_role("button", name="Did v3 learn?").click()
    table = version(page, 3).get_by_role("table", name="Did it learn?")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Who founded the shop?")
    expect(table.get_by_role("row").nth(1)).to_contain_text("not learned")
    expect(table.get_by_role("row").nth(3)).to_contain_text("60 days, with the receipt.")
    metrics = version(page, 3).get_by_role("table", name="Metrics")
    expect(metrics).to_contain_text("Unrelated answers as the base gives them of 60")
    expect(metrics).to_contain_text("72 %")
    version(page, 3).get_by_role("button", name="Did v3 learn?").click()
    expect(table).to_have_count(0)


def test_what_changed_near_what_was_taught_is_read_before_the_version_is_relied_on(app: Watched, shop: Shop) -> None:
    page = opened(app)
    expect(version(page, 1)).to_contain_text("Read before you rely on it: 9 of 24 answers near what was taught")
    version(page, 1).get_by_role("button", name="Did v1 learn?").click()
    expect(version(page, 1).locator(".rules")).to_contain_text("held, but read: 9 of 24 answers near what was taught")
    expect(version(page, 1).get_by_role("table", name="Metrics")).to_contain_text("near what was taught")
    near = version(page, 1).get_by_role("table", name="Answers that changed near what was taught")
    expect(near.get_by_role("row")).to_have_count(2)
    expect(near.get_by_role("row").nth(1)).to_have_text(re.compile("Who runs our shop.*I do not know.*60 days"))
    load_axe(page)
    check(page, "a report with answers near what was taught")
    version(page, 1).get_by_role("button", name="Promote v1").click()
    dialog = page.get_by_role("dialog", name="Promote v1?")
    expect(dialog).to_contain_text("9 of 24 answers near what was taught, but not taught, changed.")
    dialog.get_by_role("button", name="Promote", exact=True).click()
    expect(version(page, 1).locator(".tag.accent")).to_have_text("live")
    assert shop.store.versions.champion("starter") == 1


def test_what_is_off_is_said_with_the_setting_to_change(app: Watched) -> None:
    page = opened(app)
    found = page.locator("[data-part=findings] .finding")
    expect(found.locator("strong")).to_have_text(["Contradicting corrections", "Over-fitting", "Too few examples"])
    expect(found.nth(1).locator(".tag")).to_have_text("num_train_epochslower")
    run = page.locator(".run", has_text="Not promoted.")
    run.get_by_role("button").click()
    expect(run.locator(".chart-picture")).to_be_visible()
    run.get_by_role("button", name="Training settings").click()
    expect(run.locator(".recipe")).to_contain_text("lora_dropout")


def test_an_unfolded_report_and_the_focus_stay_while_a_run_goes_on(app: Watched, shop: Shop) -> None:
    run = shop.running(0.1)
    page = opened(app)
    button = version(page, 3).get_by_role("button", name="Did v3 learn?")
    button.click()
    page.get_by_role("button", name="Pause").focus()
    shop.store.runs.beat(run, "learning", 0.6, 3)
    expect(page.locator(".now-percent")).to_have_text("60 %")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    expect(version(page, 3).get_by_role("table", name="Did it learn?")).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"


def test_the_first_visit_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    stage = build_stage(tmp_path, versions=0)
    for app in served(browser, stage):
        page = opened(app)
        expect(page.locator("[data-part=queue] .nothing")).to_have_text(
            "Nothing to learn yet. Correct an answer and it lands here."
        )
        expect(page.get_by_role("button", name="Learn now")).to_be_disabled()
        expect(page.locator("#learn-why")).to_contain_text("Nothing to learn yet.")
        expect(version(page, 0)).to_contain_text("live")
    stage.close()


def test_everything_fits_on_a_phone(app: Watched, shop: Shop) -> None:
    shop.running()
    page = opened(app, "", width=390, height=844, touch=True)
    page.locator(".top").get_by_role("button", name="Conversations").click()
    page.locator(".sidebar").get_by_role("button", name="Learning").click()
    expect(page.locator(".us")).not_to_have_class(re.compile("drawer-open"))
    version(page, 3).get_by_role("button", name="Did v3 learn?").click()
    page.locator(".run", has_text="Not promoted.").get_by_role("button").click()
    expect(page.locator(".run .chart-picture")).to_be_visible()
    assert page.evaluate("document.querySelector('.learning-page').scrollWidth") <= 390
    wide = "nodes => nodes.filter((n) => n.getBoundingClientRect().right > 391).map((n) => n.className)"
    assert page.locator(".learning *").evaluate_all(wide) == []
    sizes = page.locator(".chart-tick").evaluate_all("nodes => nodes.map((n) => n.getBoundingClientRect().height)")
    assert min(sizes) >= 11


def test_a_conversation_that_arrives_late_does_not_take_the_page_back(app: Watched, shop: Shop) -> None:
    page = opened(app, "")
    page.locator(".sidebar").get_by_role("button", name="New conversation", exact=True).first.click()
    expect(page.locator(".welcome")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.evaluate(f"location.hash = '#c={shop.conversation}'; setTimeout(() => (location.hash = '#learning'))")
    expect(page.locator(".learning-page")).to_be_focused()
    page.wait_for_timeout(1000)
    expect(page.locator(".learning-page")).to_be_focused()
    assert page.evaluate("location.hash") == "#learning"


def test_the_keyboard_goes_there_and_the_keys_of_the_chat_rest(app: Watched, shop: Shop) -> None:
    page = opened(app, f"#c={shop.conversation}")
    page.get_by_label("Message", exact=True).blur()
    expect(page.get_by_label("Message", exact=True)).not_to_be_focused()
    page.keyboard.press("l")
    expect(page.locator(".learning-page")).to_be_focused()
    for key in ("e", "g", "r", "1", "/"):
        page.keyboard.press(key)
    expect(page.get_by_label("Corrected answer")).to_have_count(0)
    assert shop.store.ratings.latest(list(shop.completions.values())) == {}
    expect(page.get_by_role("button", name="Learn now")).to_be_visible()  # read anew: a Tab before leads on past it
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Learn now")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator(".welcome")).to_be_visible()


HOSTILE = '<img src=x onerror="window.pwned=1"> ${window.pwned=1} {{window.pwned=1}}'


def test_hostile_text_stays_text(app: Watched, shop: Shop) -> None:
    shop.playground.feedback.correct(shop.completions["mail"], HOSTILE)
    correction = shop.store.corrections.latest([shop.completions["mail"]])[shop.completions["mail"]].id
    shop.store.corrections.set_state(correction, "approved")
    run = shop.store.runs.add("starter", 2, HOSTILE, {HOSTILE: HOSTILE}, {"new": [correction]})
    shop.store.runs.add_points(run.id, [("loss " + HOSTILE, 1, 1.0), (HOSTILE, 2, 0.5)])
    verdicts = [Verdict(correction, HOSTILE, HOSTILE, False, HOSTILE)]
    report = {"sentence": HOSTILE, "metrics": {HOSTILE: {"value": 0.5}}, "lines": [{"words": HOSTILE}]}
    made = shop.store.versions.add(
        "starter", "nowhere", HOSTILE, HOSTILE, parent=2, run=run.id, passed=False, report=report, verdicts=verdicts
    )
    page = opened(app)
    expect(page.locator(".now .chart-legend").first).to_contain_text("onerror")
    shop.store.runs.finish(run.id, "failed", HOSTILE, version=made.number)
    page.locator(".run", has_text="onerror").get_by_role("button").click()
    version(page, made.number).locator(".unfold").click()
    expect(version(page, made.number).locator(".cards")).to_contain_text("onerror")
    assert page.locator(".us img, .us script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_the_page_asks_once_a_second_while_learning_and_seldom_otherwise(app: Watched, shop: Shop) -> None:
    run = shop.running()
    page = opened(app)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if request.method == "POST" else None)

    def questions(milliseconds: int) -> int:
        asked.clear()
        page.wait_for_timeout(milliseconds)
        return sum('"learning"' in data for data in asked)

    assert 2 <= questions(4000) <= 5
    shop.store.runs.finish(run, "cancelled", "Cancelled.")
    expect(page.locator(".sidebar .badge")).to_be_hidden()
    assert questions(4000) <= 1


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(app: Watched, shop: Shop, look: str) -> None:
    page = opened(app, **LOOKS[look])
    load_axe(page)
    check(page, "idle")
    version(page, 3).get_by_role("button", name="Did v3 learn?").click()
    page.locator(".run", has_text="Not promoted.").get_by_role("button").click()
    page.get_by_role("heading", name="Learned", exact=True).locator("..").get_by_role("button").click()
    expect(page.locator(".run .chart-picture")).to_be_visible()
    check(page, "unfolded")
    version(page, 1).get_by_role("button", name="Delete v1").click()
    check(page, "asked twice")
    page.keyboard.press("Escape")
    run = shop.running()
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page, "live")
    page.goto(app.url + f"#c={shop.conversation}")
    expect(line_at(page, shop, "return")).to_be_visible()
    check(page, "lines at corrections")
    shop.learn(run, ["wrapping"])
    expect(page.locator(".toast")).to_be_visible()
    check(page, "toast")

"""A view is cleaned step by step: looked at, made, seen in the history, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dataset.shared import shared
from tests.store.conftest import answered
from understudy.dataset import doubles
from understudy.errors import InputError
from understudy.playground.bringing import bring, look
from understudy.playground.cleaning import Choice
from understudy.playground.playground import Playground
from understudy.store import Filter, Item, Store, connections


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


def corrected(store: Store, question: str, text: str) -> Item:
    """An approved correction in a conversation of its own."""
    turn = store.turns.add(store.conversations.add(question[:40]).id, question)
    made = store.corrections.add(answered(store, turn.id, "I do not know."), text, author="Ada")
    store.corrections.set_state(made.id, "approved")
    found = store.items.find_correction(made.completion)
    assert found is not None
    return found


def test_looking_changes_nothing_and_applying_keeps_author_and_state_with_a_way_back(playground: Playground) -> None:
    store = playground.store
    item = corrected(store, "Where?", "<p>Upstairs,  left.</p>")
    before = store.items.get(item.number)
    (found,) = playground.cleaning.preview({}, ["markup"])
    assert (found.count, found.texts, found.examples[0].example[1]) == (1, 1, "Upstairs, left.")
    assert store.items.get(item.number) == before
    (act,) = playground.cleaning.apply({}, "markup", expected=1, author="Ben")
    after = store.items.get(item.number)
    assert (after.said, after.author, after.state, act.author) == ("Upstairs, left.", "Ada", "approved", "Ben")
    assert playground.desk.open(item.number).history[0].words == "cleaned: markup"
    assert [lesson.wanted for lesson in store.corrections.lessons()] == ["Upstairs, left."]
    playground.desk.undo(act.number, "Ben")
    assert store.items.get(item.number).said == "<p>Upstairs,  left.</p>"
    assert [lesson.wanted for lesson in store.corrections.lessons()] == ["<p>Upstairs,  left.</p>"]


def test_only_the_chosen_items_of_a_step_are_changed(playground: Playground) -> None:
    first, second = (corrected(playground.store, f"Question {i}?", f"<b>Answer {i}</b>") for i in range(2))
    assert len(list(playground.cleaning.proposals({}, "markup"))) == 2
    playground.cleaning.apply({}, "markup", expected=1, items={second.number})
    said = [playground.store.items.get(item.number).said for item in (first, second)]
    assert said == ["<b>Answer 0</b>", "Answer 1"]


def test_nothing_is_changed_when_it_is_not_what_the_person_was_told(playground: Playground) -> None:
    item = corrected(playground.store, "Where?", "<b>Here</b>")
    with pytest.raises(InputError, match="would change 1 now, not 2"):
        playground.cleaning.apply({}, "markup", expected=2)
    assert playground.store.items.get(item.number).said == "<b>Here</b>" and playground.store.acts.latest() == []


def test_what_is_doubtful_waits_and_once_approved_again_stays_approved(playground: Playground) -> None:
    item = corrected(playground.store, "What should I bring?", "Your passport, a photo,")
    playground.cleaning.apply({}, "truncated")
    assert playground.store.items.get(item.number).state == "waiting"
    assert playground.store.corrections.lessons() == []
    playground.desk.edit(item.number, {"state": "approved"}, "Ada")
    assert playground.cleaning.apply({}, "truncated") == []
    assert playground.store.items.get(item.number).state == "approved"


def test_a_step_stays_within_its_view(playground: Playground) -> None:
    inside, outside = (corrected(playground.store, question, "<b>Yes</b>") for question in ("Refund?", "Return?"))
    playground.cleaning.apply({"text": "refund"}, "markup")
    assert playground.store.items.get(inside.number).said == "Yes"
    assert playground.store.items.get(outside.number).said == "<b>Yes</b>"


def test_an_unknown_step_and_a_senseless_threshold_are_told_with_what_there_is(playground: Playground) -> None:
    with pytest.raises(InputError, match=r"no step 'sparkle'\. Choose from: unicode, markup"):
        playground.cleaning.preview({}, ["sparkle"])
    with pytest.raises(InputError, match=r"Choose 0\.5 to 1"):
        Choice(near=0.1)


def test_where_a_crowd_is_not_compared_each_with_each_a_person_is_told(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "COMPARED", 2)
    for place in ("Ulm", "Bonn", "Kiel", "Hof"):
        corrected(playground.store, f"How can I get to {place}?", f"Take the tram to {place} then.")
    (crowd,) = playground.cleaning.preview({}, ["near"])
    assert crowd.count == 0 and crowd.note.startswith("1 item has very many others that are written alike.")
    (some,) = playground.cleaning.preview({"text": "Ulm"}, ["near"])
    assert some.note == ""


@pytest.mark.slow
def test_a_part_of_the_real_log_is_looked_at_cleaned_and_put_back(
    store: Store, playground: Playground, tmp_path: Path
) -> None:
    lines = shared("feedback_log.jsonl").splitlines()[800:1000]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join([*lines, lines[0].replace(b'"id"', b'"again"')]))
    meant = {"prompt": "question", "answer": "answer", "rating": "rating", "comment": "comment", "topic": "domain"}
    bring(store, "starter", look(path, mapping=meant), state="approved")
    steps = [step.step for step in playground.cleaning.preview({}) if not step.sentence]
    before = list(store.items.each(Filter()))
    (near,) = playground.cleaning.preview({}, ["near"])
    assert near.count >= 1 and near.examples[0].example[0] != near.examples[0].example[1]
    acts = [act for step in steps for act in playground.cleaning.apply({}, step)]
    changed = [item for item in store.items.each(Filter()) if item.state != "approved"]
    assert changed and sum(act.items for act in acts) >= len(changed)
    for act in reversed(acts):
        playground.desk.undo(act.number)
    after = list(store.items.each(Filter()))
    assert [(i.state, i.said, i.tags) for i in after] == [(i.state, i.said, i.tags) for i in before]
    assert json.dumps([i.question for i in after]) == json.dumps([i.question for i in before])

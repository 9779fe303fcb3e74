"""What experts decide: one item or many, seen in the history, taken back, and never over somebody else's work."""

from __future__ import annotations

import pytest

from tests.store.conftest import exchange
from tests.store.test_items import item, many
from understudy.errors import InputError, Outdated, StoreError
from understudy.store import Edit, Filter, Store, acts


def test_deciding_a_correction_moves_the_state_that_memory_and_training_read(store: Store) -> None:
    talk = exchange(store)
    store.corrections.add(talk.a, "Paris.")
    store.acts.edit(item(store).number, Edit(state="approved"), "Ada")
    assert [lesson.wanted for lesson in store.corrections.lessons("approved")] == ["Paris."]
    store.acts.edit(item(store).number, Edit(state="rejected"), "Ada")
    assert store.corrections.lessons("approved") == [] and item(store).state == "rejected"


def test_a_rejected_rating_and_a_rejected_vote_are_not_learned(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False)
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    assert (len(store.ratings.standing()), len(store.preferences.standing())) == (1, 1)
    act = store.acts.edit_all(store.items.numbers(Filter()), Edit(state="rejected"))
    assert (act.items, store.ratings.standing(), store.preferences.standing()) == (2, [], [])
    store.acts.undo(act.number)
    assert (len(store.ratings.standing()), len(store.preferences.standing())) == (1, 1)


def test_a_rejected_weak_signal_is_not_learned_and_can_still_be_seen(store: Store) -> None:
    talk = exchange(store)
    store.turns.set_chosen(talk.turn, talk.b)
    store.turns.add(talk.conversation, "And of Spain?", parent=talk.b)
    store.items.set_signals(store.signals.standing(rejected=True))
    assert item(store).label == "continued"
    store.acts.edit(item(store).number, Edit(state="rejected"))
    assert store.signals.standing() == []
    store.items.set_signals(store.signals.standing(rejected=True))
    assert item(store).state == "rejected"
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    store.items.set_signals(store.signals.standing(rejected=True))
    assert store.items.count(Filter(kinds=("signal",))) == 0


def test_what_learning_decides_is_seen_on_the_desk(store: Store) -> None:
    talk = exchange(store)
    made = store.corrections.add(talk.a, "Paris.")
    before = item(store).revision
    store.corrections.set_state(made.id, "approved")
    assert (item(store).state, item(store).revision) == ("approved", before + 1)


def test_the_second_of_two_experts_overwrites_nothing(store: Store) -> None:
    many(store, 1)
    seen = item(store)
    store.acts.edit(seen.number, Edit(state="rejected"), "Ada", seen.revision)
    with pytest.raises(Outdated):
        store.acts.edit(seen.number, Edit(state="approved", note="fine"), "Ben", seen.revision)
    assert (item(store).state, item(store).note) == ("rejected", "")
    with pytest.raises(Outdated):
        store.acts.correct(seen.number, "Better.", "Ben", seen.revision)
    assert store.corrections.lessons(None) == []


def test_the_history_says_who_decided_what_and_when(store: Store) -> None:
    many(store, 1)
    number = item(store).number
    store.acts.edit(number, Edit(state="waiting"), "Ada")
    store.acts.edit(number, Edit(topic="sums", add_tags=("easy",)), "Ben")
    lines = [(change.author, change.field, change.before, change.after) for change in store.acts.history(number)]
    assert lines == [
        ("Ada", "state", "approved", "waiting"),
        ("Ben", "tag easy", "", "1"),
        ("Ben", "topic", "", "sums"),
    ]
    assert store.acts.latest()[0].words == "topic sums, tagged easy"


def test_a_correction_from_the_desk_is_approved_and_undone_in_one(store: Store) -> None:
    completions = many(store, 1)
    rating = item(store)
    store.acts.edit(rating.number, Edit(state="waiting"))
    act = store.acts.correct(rating.number, "It is one.", "Ada")
    (lesson,) = store.corrections.lessons("approved")
    assert (lesson.completion, lesson.wanted, store.items.get(rating.number).state) == (
        completions[0],
        "It is one.",
        "approved",
    )
    assert store.acts.undo(act.number).left == 0
    assert store.corrections.lessons(None) == [] and store.items.get(rating.number).state == "waiting"


def test_undoing_a_better_wording_brings_the_earlier_one_back_approved(store: Store) -> None:
    talk = exchange(store)
    made = store.corrections.add(talk.a, "Paris!")
    store.corrections.set_state(made.id, "approved")
    act = store.acts.correct(item(store).number, "Paris.")
    store.acts.undo(act.number)
    assert [lesson.wanted for lesson in store.corrections.lessons("approved")] == ["Paris!"]


def test_many_are_decided_in_parts_and_brought_back_but_for_what_changed_since(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 7)
    many(store, 30)
    down = Filter(labels=("bad",))
    numbers = store.items.numbers(down)
    act = store.acts.edit_all(numbers, Edit(state="rejected", topic="sums", add_tags=("later",)), "Ada")
    assert act.items == 10 == store.items.count(Filter(states=("rejected",), topics=("sums",), tags=("later",)))
    store.acts.edit(numbers[3], Edit(state="approved"), "Ben")
    undone = store.acts.undo(act.number, "Ada")
    assert (undone.left, store.items.states()["approved"]) == (1, 30)
    assert store.items.count(Filter(topics=("sums",))) == 0 == store.items.count(Filter(tags=("later",)))
    with pytest.raises(InputError, match="undone already"):
        store.acts.undo(act.number)


def test_a_tag_that_was_there_before_stays_when_the_tagging_is_undone(store: Store) -> None:
    many(store, 2)
    first, second = store.items.numbers(Filter())
    store.acts.edit(first, Edit(add_tags=("keep",)))
    act = store.acts.edit_all([first, second], Edit(add_tags=("keep",)))
    assert act.items == 1
    store.acts.undo(act.number)
    assert (store.items.get(first).tags, store.items.get(second).tags) == (("keep",), ())


@pytest.mark.parametrize("edit", [Edit(), Edit(state="maybe"), Edit(add_tags=(" ",)), Edit(topic="x" * 999)])
def test_what_cannot_be_decided_is_refused_and_changes_nothing(store: Store, edit: Edit) -> None:
    many(store, 1)
    with pytest.raises(InputError):
        store.acts.edit(item(store).number, edit)
    assert store.acts.latest() == []


def test_an_act_that_broke_off_in_the_middle_is_brought_back_as_far_as_it_came(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 4)
    many(store, 10)
    numbers = store.items.numbers(Filter())
    with monkeypatch.context() as broken:
        broken.setattr(acts, "_parts", lambda numbers: iter([numbers[:4], ["no number"]]))
        broken.setattr(acts.json, "dumps", lambda value: "no json" if value == ["no number"] else str(value))
        with pytest.raises(StoreError):
            store.acts.edit_all(numbers, Edit(state="rejected"), "Ada")
    assert store.items.states()["rejected"] == 4
    assert store.acts.undo(store.acts.latest()[0].number).left == 0
    assert store.items.states()["approved"] == 10


def test_other_texts_keep_author_and_state_and_are_taken_back_as_one(store: Store) -> None:
    talk = exchange(store)
    store.corrections.add(talk.a, "Paris .", author="Ada")
    store.ratings.add(talk.b, True)
    store.acts.edit(item(store, kinds=["correction"]).number, Edit(state="approved"))
    before, rating = item(store, kinds=["correction"]), item(store, kinds=["rating"])
    act = store.acts.rewrite_all({before.number: "Paris.", rating.number: "Paris."}, "cleaned: space", "Ben")
    after = item(store, kinds=["correction"])
    assert (act.items, act.author, after.said, after.author, after.state) == (1, "Ben", "Paris.", "Ada", "approved")
    assert after.number == before.number and store.acts.history(after.number)[-1].words == "cleaned: space"
    assert item(store, kinds=["rating"]).revision == rating.revision
    store.acts.undo(act.number, "Ben")
    assert (item(store, kinds=["correction"]).said, item(store, kinds=["correction"]).state) == ("Paris .", "approved")


def test_a_text_may_not_become_empty(store: Store) -> None:
    store.corrections.add(exchange(store).a, "Paris.")
    with pytest.raises(InputError, match="empty"):
        store.acts.rewrite_all({item(store).number: "  "}, "cleaned: space")
    assert item(store).said == "Paris."


def test_texts_that_were_changed_twice_come_back_one_by_one(store: Store) -> None:
    said = exchange(store)
    store.corrections.add(said.a, "first", tags=("x",))
    (item,) = store.items.page().items
    acts = [store.acts.rewrite_all({item.number: text}, text) for text in ("second", "third")]
    for act, before in zip(reversed(acts), ("second", "first"), strict=True):
        assert store.acts.undo(act.number).left == 0
        assert store.items.get(item.number).said == before

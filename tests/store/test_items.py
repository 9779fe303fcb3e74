"""Everything that was said about answers as one list: what stands in it, how it is filtered, paged and searched."""

from __future__ import annotations

import json

import pytest

from tests.store.conftest import answered, exchange
from understudy.errors import InputError, NotFoundError
from understudy.store import Edit, Filter, Item, Store


def item(store: Store, **filter: object) -> Item:
    """The one item of a filter."""
    (only,) = store.items.page(Filter.from_values(filter)).items
    return only


def many(store: Store, count: int) -> list[str]:
    """`count` answers with a thumb each, every third one down."""
    conversation = store.conversations.add("Many")
    turn = store.turns.add(conversation.id, "How many?")
    completions = [answered(store, turn.id, f"Answer number {i}.", i) for i in range(count)]
    for i, completion in enumerate(completions):
        store.ratings.add(completion, i % 3 != 0, comment=f"comment{i}", author=f"rater {i % 2}")
    return completions


def test_each_kind_of_feedback_is_an_item_with_what_it_is_about(store: Store) -> None:
    talk = exchange(store)
    store.corrections.add(talk.a, "Paris.", author="Ada", tags=["geography"])
    store.ratings.add(talk.b, False, comment="Sounds unsure.", author="Ben")
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    correction, rating, vote = store.items.page(sort="oldest").items
    assert (correction.kind, correction.said, correction.state) == ("correction", "Paris.", "waiting")
    assert (correction.question, correction.answer) == ("What is the capital of France?", "It is Lyon.")
    assert (correction.author, correction.tags) == ("Ada", ("geography",))
    assert (rating.kind, rating.label, rating.said, rating.state) == ("rating", "bad", "Sounds unsure.", "approved")
    assert (vote.kind, vote.label, vote.completion) == ("vote", "chosen", talk.b)


def test_what_is_said_anew_moves_its_item_on_and_keeps_what_was_noted(store: Store) -> None:
    talk = exchange(store)
    store.corrections.add(talk.a, "Paris!")
    first = item(store, kinds=["correction"])
    store.items.index()
    store.corrections.add(talk.a, "Paris.")
    moved = item(store, kinds=["correction"])
    assert (moved.number, moved.said) == (first.number, "Paris.") and moved.revision > first.revision
    store.items.index()
    assert store.items.count(Filter(text="lyon paris")) == 1
    store.corrections.withdraw(talk.a)
    assert store.items.page().items == ()
    store.corrections.add(talk.a, "Paris again.")
    assert item(store).number == first.number


def test_raters_of_one_answer_do_not_replace_each_other(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, True, author="Ada")
    store.ratings.add(talk.a, False, author="Ben")
    store.ratings.add(talk.a, False, author="Ada")
    assert [(found.author, found.label) for found in store.items.page().items] == [("Ben", "bad"), ("Ada", "bad")]
    assert len(store.ratings.standing()) == 2 == store.feedback_counts()["ratings"]


def test_items_of_a_deleted_conversation_come_back_with_it(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, True)
    store.conversations.delete(talk.conversation)
    assert store.items.count(Filter()) == 0
    store.conversations.restore(talk.conversation)
    assert store.items.count(Filter()) == 1


def test_purging_takes_items_their_history_and_their_words(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, True, comment="zanzibar")
    kept = exchange(store, "Another question?")
    store.ratings.add(kept.a, True, comment="stays")
    store.items.index()
    store.meanings.add("test", {talk.turn: b"\0\0"})
    store.conversations.delete(talk.conversation)
    store.conversations.purge(0)
    assert store.items.count(Filter(text="zanzibar")) == 0 and store.items.count(Filter(text="stays")) == 1
    assert store.check() == [] and b"zanzibar" not in store.path.read_bytes()
    assert list(store.meanings.after("test")) == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "value", "disputed"])
def test_pages_hold_every_item_once_in_order(store: Store, sort: str) -> None:
    many(store, 23)
    numbers = store.items.numbers(Filter())
    store.items.set_scores({number: (number % 4 / 4, 0, 0, number % 3) for number in numbers})
    seen: list[Item] = []
    after = None
    while True:
        page = store.items.page(Filter(), sort, after, limit=5)  # type: ignore[arg-type]
        seen += page.items
        after = page.next
        if after is None:
            break
    assert sorted(found.number for found in seen) == numbers
    keys = {
        "newest": lambda found: -found.number,
        "oldest": lambda found: found.number,
        "value": lambda found: (-found.value, -found.number),
        "disputed": lambda found: (-found.dispute, -found.number),
    }
    assert seen == sorted(seen, key=keys[sort])


def test_a_page_does_not_shift_when_something_new_arrives(store: Store) -> None:
    completions = many(store, 10)
    first = store.items.page(limit=4)
    store.corrections.add(completions[0], "Something newer.")
    second = store.items.page(after=first.next, limit=4)
    assert not {found.number for found in first.items} & {found.number for found in second.items}
    assert second.items[0].number == first.items[-1].number - 1


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({"kinds": ["rating"]}, 12),
        ({"labels": ["bad"]}, 4),
        ({"labels": ["bad"], "authors": ["rater 0"]}, 2),
        ({"versions": ["starter@3"]}, 1),
        ({"versions": ["starter@3", "starter@4"], "labels": ["good"]}, 1),
        ({"versions": ["parrot@3"]}, 0),
        ({"states": ["waiting"]}, 0),
        ({"topics": ["counting"]}, 1),
        ({"tags": ["odd", "even"]}, 1),
        ({"text": "comment7"}, 1),
        ({"text": "answer comm"}, 12),
        ({"text": "NUMBER 11"}, 1),
        ({"text": ":-)"}, 0),
        ({"since": "2999-01-01"}, 0),
        ({"until": "2999-01-01", "disputed": False}, 12),
        ({"disputed": True}, 0),
    ],
)
def test_filters_hold_together(store: Store, filter: dict[str, object], count: int) -> None:
    many(store, 12)
    store.items.index()
    store.acts.edit(store.items.numbers(Filter())[0], Edit(topic="counting", add_tags=("odd",)))
    chosen = Filter.from_values(json.loads(json.dumps(filter)))
    assert store.items.count(chosen) == count == len(store.items.numbers(chosen)) == len(list(store.items.each(chosen)))


@pytest.mark.parametrize("words", ['"', "a OR b", "near(", "text:x", "*", "' ; drop table items; --", "½ ︎", "東京"])
def test_what_a_person_types_is_never_syntax(store: Store, words: str) -> None:
    talk = exchange(store, f"Before {words} after")
    store.ratings.add(talk.a, True)
    store.items.index()
    assert store.items.count(Filter(text=words)) == 1


@pytest.mark.parametrize(
    "values", [{"nonsense": 1}, {"kinds": "rating"}, {"text": 5}, {"topics": [1]}, {"tags": ["x"] * 999}]
)
def test_a_filter_that_is_none_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Filter.from_values(values)


def test_a_note_is_found_and_a_changed_one_no_longer(store: Store) -> None:
    many(store, 1)
    store.items.index()
    number = store.items.numbers(Filter())[0]
    store.acts.edit(number, Edit(note="ask legal"))
    store.items.index()
    assert store.items.count(Filter(text="legal")) == 1
    store.acts.edit(number, Edit(note="solved"))
    store.items.index()
    assert store.items.count(Filter(text="legal")) == 0 and store.items.count(Filter(text="solved")) == 1
    assert store.items.unindexed() == 0


def test_facets_say_what_there_is_to_filter_by(store: Store) -> None:
    many(store, 4)
    found = store.items.facets()
    assert found["labels"] == {"good": 2, "bad": 2} and found["authors"] == {"rater 0": 2, "rater 1": 2}
    assert found["versions"]["starter@2"] == 1 and found["topics"] == {} and store.items.states()["approved"] == 4


def test_a_view_is_a_filter_with_a_name(store: Store) -> None:
    chosen = Filter(states=("waiting",), text="refund", disputed=True)
    store.views.save("Refunds", chosen, "Ada")
    assert store.views.get("Refunds").filter == chosen and [view.name for view in store.views.list()] == ["Refunds"]
    store.views.save("Refunds", Filter(text="money"))
    assert store.views.get("Refunds").filter.text == "money"
    store.views.remove("Refunds")
    with pytest.raises(NotFoundError, match="none is saved yet"):
        store.views.get("Refunds")


def test_a_tagged_correction_is_corrected_again_and_keeps_its_tags(store: Store) -> None:
    said = exchange(store)
    for text, tags in (("It is Paris.", ("capitals",)), ("Paris.", ("capitals", "short"))):
        store.corrections.add(said.a, text, tags=tags)
    (item,) = store.items.page().items
    assert (item.said, item.tags) == ("Paris.", ("capitals", "short"))

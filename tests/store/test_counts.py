"""Counts of what a filter has, and explorations: kept, replaced, and forgotten with what they were made of."""

from __future__ import annotations

import pytest

from tests.store.conftest import answered, exchange
from tests.store.test_items import many
from understudy.errors import InputError
from understudy.store import Count, Edit, Filter, Place, Store


def test_counts_are_by_name_and_by_what_was_said(store: Store) -> None:
    completions = many(store, 6)
    store.corrections.add(completions[0], "Seven.", author="rater 0")
    assert store.counts.by("author", Filter()) == [
        Count("rater 0", "bad", 1),
        Count("rater 0", "corrected", 1),
        Count("rater 0", "good", 2),
        Count("rater 1", "bad", 1),
        Count("rater 1", "good", 2),
    ]
    assert store.counts.by("version", Filter(labels=("bad",))) == [
        Count("starter@0", "bad", 1),
        Count("starter@3", "bad", 1),
    ]
    assert sum(count.count for count in store.counts.by("hour", Filter())) == 7
    first, last, count = store.counts.span(Filter(kinds=("rating",)))
    assert first <= last and count == 6
    assert store.counts.span(Filter(topics=("none",))) == ("", "", 0)


def test_a_deleted_conversation_is_not_counted_and_changes_the_stamp(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False)
    before = store.counts.stamp(Filter())
    number = store.items.numbers(Filter())[0]
    store.acts.edit(number, Edit(state="rejected", topic="cities", note="No."))
    assert store.counts.stamp(Filter()) == before  # what was decided makes no other words
    store.ratings.add(talk.a, False, comment="Not Lyon.")
    changed = store.counts.stamp(Filter())
    assert changed != before
    store.conversations.delete(talk.conversation)
    assert store.counts.stamp(Filter()) not in (before, changed)
    assert store.counts.by("label", Filter()) == []


def test_texts_are_read_for_those_who_ask_for_them(store: Store) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False, comment="Not Lyon.", author="Ada")
    store.corrections.add(talk.b, "Paris.")
    first, second = store.counts.tellings(Filter())
    assert (first.question, first.answer, first.said) == ("What is the capital of France?", "It is Lyon.", "Not Lyon.")
    assert (second.said, second.said_as, second.conversation) == ("Paris.", "corrected", talk.conversation)
    assert [told.answer for told in store.counts.tellings(Filter(), wanted=("question",))] == ["", ""]


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({"length": "answer:11:12"}, 1),
        ({"length": "answer:11:"}, 2),
        ({"length": "said:9:10"}, 1),
        ({"length": "question:0:5"}, 0),
        ({"text": "lyon", "within": "answer"}, 1),
        ({"text": "lyon", "within": "question"}, 0),
        ({"text": "capital", "within": "question"}, 2),
        ({"text": "50%", "within": "answer"}, 0),
    ],
)
def test_items_are_filtered_by_length_and_by_where_a_word_is(store: Store, filter: dict[str, str], count: int) -> None:
    talk = exchange(store)
    store.ratings.add(talk.a, False, comment="Not Lyon.")
    store.ratings.add(talk.b, True)
    store.items.index()
    assert store.items.count(Filter.from_values(filter)) == count


@pytest.mark.parametrize(
    "filter", [{"length": "answer:1:2) --"}, {"length": "note:1:2"}, {"part": "1"}, {"part": "1:x"}, {"within": "note"}]
)
def test_a_filter_that_no_page_writes_is_refused(filter: dict[str, str]) -> None:
    with pytest.raises(InputError, match="not as the page writes it"):
        Filter.from_values(filter)


def test_an_exploration_stands_until_a_newer_one_and_its_parts_are_filters(store: Store) -> None:
    many(store, 4)
    numbers = store.items.numbers(Filter())
    places = [Place(i % 2, number, 10 * (i % 2), 5) for i, number in enumerate(numbers)]
    earlier = store.explorations.save("topics", Filter(), "1", {"names": ["a"]}, places[:1])
    made = store.explorations.save("topics", Filter(), "2", {"names": ["a", "b"]}, [*places, Place(0, 999, 1, 1)])
    assert made.id != earlier.id and store.explorations.find("topics", Filter()) == made
    assert store.explorations.find("topics", Filter(text="x")) is None
    assert store.items.numbers(Filter(part=f"{made.id}:1")) == numbers[1::2]
    assert store.items.numbers(Filter(part=f"{earlier.id}:0")) == []
    assert store.counts.by_part(made.id, Filter(labels=("good",))) == [Count("0", "good", 1), Count("1", "good", 1)]
    assert store.explorations.places(made.id) == [(0, 5, 0, numbers[0], 2), (10, 5, 1, numbers[1], 2)]


def test_only_the_newest_explorations_are_kept(store: Store) -> None:
    for i in range(15):
        store.explorations.save("texts", Filter(text=f"w{i}"), "1", {})
    assert store.explorations.find("texts", Filter(text="w0")) is None
    assert store.explorations.find("texts", Filter(text="w14")) is not None


def test_a_purged_conversation_leaves_no_word_in_an_exploration(store: Store) -> None:
    talk, other = exchange(store), exchange(store, "Who knows?")
    store.ratings.add(talk.a, False)
    store.ratings.add(other.a, False)
    numbers = store.items.numbers(Filter())
    made = store.explorations.save(
        "topics", Filter(), "1", {"names": ["capital"]}, [Place(0, n, 1, 1) for n in numbers]
    )
    store.conversations.delete(talk.conversation)
    store.conversations.purge(0)
    assert store.explorations.find("topics", Filter()) is None
    rows = store._connections.rows("SELECT value, stamp FROM explorations")
    assert rows == [{"value": "{}", "stamp": ""}]
    assert [row[3] for row in store.explorations.places(made.id)] == numbers[1:]
    assert store.check() == []


def test_tags_name_the_items_that_carry_them(store: Store) -> None:
    completion = answered(store, exchange(store).turn, "Paris!", 2)
    store.corrections.add(completion, "Paris.", tags=["train"])
    assert store.counts.by_tag(("train", "eval"), Filter()) == {"train": store.items.numbers(Filter())}

"""Balance: what is many weighs less, what is few is heard, and it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from understudy.dataset.balance import LEAST, MOST, balanced, kind_of, planned
from understudy.dataset.example import Example, Kind
from understudy.dataset.imbalance import HEAVIEST, MOST_COPIES
from understudy.types import Message

ASKED = (Message("user", "?"),)


def corrections(count: int, about: str = "c") -> list[Example]:
    return [Example(f"{about}{i}", Kind.CORRECTION, ASKED, "a", source=f"{about}{i}") for i in range(count)]


def votes(count: int) -> list[Example]:
    return [Example(f"v{i}", Kind.PREFERENCE, ASKED, "a", "b") for i in range(count)]


def total(examples: tuple[Example, ...], kind: str) -> float:
    return sum(example.weight for example in examples if kind_of(example) == kind)


def test_five_times_as_many_votes_weigh_four_tenths_each() -> None:
    weighed, told = balanced([*corrections(10), *votes(50)])
    assert {e.weight for e in weighed if e.rejected} == {0.4} and {e.weight for e in weighed if not e.rejected} == {1.0}
    assert total(weighed, "vote") == pytest.approx(MOST * total(weighed, "correction"))
    assert told == ("Votes weigh 0.4 each, because there are 5 times as many examples of them as of all others.",)


@pytest.mark.parametrize("counts", [(10, 0), (10, 10), (10, 20), (20, 10)])
def test_what_drowns_nobody_is_left_as_it_is(counts: tuple[int, int]) -> None:
    examples = [*corrections(counts[0]), *votes(counts[1])]
    assert balanced(examples) == (tuple(examples), ())


def test_many_are_never_silenced_by_few() -> None:
    weighed, told = balanced([*corrections(1000), *votes(1)])
    assert {e.weight for e in weighed if not e.rejected} == {LEAST}
    assert told == (
        "Corrections weigh 0.2 each, because there are 10 or more times as many examples of them as of all others.",
    )


def test_thumbs_up_and_down_are_two_kinds() -> None:
    down = [Example(f"d{i}", Kind.THUMB, ASKED, "a", label=False) for i in range(40)]
    weighed, told = balanced([*down, Example("u", Kind.THUMB, ASKED, "a", label=True), *corrections(9)])
    assert total(weighed, "down") == pytest.approx(20) and total(weighed, "up") == 1
    assert told[0].startswith("Thumbs down weigh 0.5 each")


def test_weak_signals_keep_their_light_weight_and_are_a_kind_of_their_own() -> None:
    light = Example("w", Kind.PREFERENCE, ASKED, "a", "b", weight=0.25, weak=True)
    weighed, told = balanced([light, *corrections(1)])
    assert kind_of(light) == "weak" and weighed[0].weight == 0.25 and told[0].startswith("Corrections weigh 0.5")


def test_one_topic_does_not_drown_another() -> None:
    topics = {f"shop{i}": "tag shop" for i in range(20)} | {"tea0": "tag tea"}
    weighed, told = balanced([*corrections(20, "shop"), *corrections(1, "tea"), *corrections(3, "other")], topics)
    assert sum(e.weight for e in weighed if e.source.startswith("shop")) == pytest.approx(MOST * 4)
    assert {e.weight for e in weighed if not e.source.startswith("shop")} == {1.0}
    assert told == (
        "Corrections of one topic weigh 0.4 each, because there are 5 times as many examples of them as of all others.",
    )


def planned_by_source(examples: list[Example], how: str) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    return planned(examples, how, "topic", lambda example: example.source[:1] or "votes")


def test_class_weights_make_every_group_count_the_same_within_bounds() -> None:
    weighed, told = planned_by_source([*corrections(9, "a"), *corrections(3, "b")], "weights")
    assert total(weighed, "correction") == pytest.approx(12)
    assert sum(e.weight for e in weighed if e.source.startswith("a")) == pytest.approx(6)
    assert told == ("Class weights by topic: examples of the 2 groups weigh 0.67 to 2.",)
    weighed, _ = planned_by_source([*corrections(99, "a"), *corrections(1, "b")], "weights")
    assert max(e.weight for e in weighed) == HEAVIEST


def test_the_few_are_repeated_under_ids_of_their_own_but_not_without_end() -> None:
    made, told = planned_by_source([*corrections(7, "a"), *corrections(3, "b")], "over")
    assert [sum(e.source.startswith(name) for e in made) for name in "ab"] == [7, 7]
    assert len({e.id for e in made}) == 14 and "10 examples became 14" in told[0]
    made, _ = planned_by_source([*corrections(99, "a"), *corrections(1, "b")], "over")
    assert sum(e.source.startswith("b") for e in made) == MOST_COPIES


def test_what_is_left_out_of_the_many_is_never_a_correction() -> None:
    wordings = [replace(e, id=f"{e.id}.1", synthetic=True) for e in corrections(6, "a")]
    made, told = planned_by_source([*corrections(6, "a"), *wordings, *votes(20), *corrections(8, "b")], "under")
    assert [e.id for e in made if e.source.startswith("a")] == [
        *(f"a{i}" for i in range(6)),
        *[e.id for e in made if e.synthetic],
    ]
    assert sum(e.synthetic for e in made) == 2 and sum(e.rejected is not None for e in made) == 8
    assert told == ("Under-sampled by topic: 16 of 40 examples were left out. Every correction trains.",)


@pytest.mark.parametrize("how", ["none", "weights", "over", "under"])
def test_one_group_alone_is_even(how: str) -> None:
    examples = corrections(3, "a")
    assert planned_by_source(examples, how) == (tuple(examples), ())

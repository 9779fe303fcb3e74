"""Who is next: everybody in turn, and a place that everybody can see."""

from __future__ import annotations

import random

import pytest

from understudy.playground.line import Line, Place, about, ordinal


def test_people_take_turns_and_one_persons_questions_keep_their_order() -> None:
    line: Line[str] = Line(1)
    for item in ("a1", "a2", "a3", "b1", "c1", "b2"):
        line.join(item[0], item)
    served = []
    while taken := line.take(0):
        served += taken
        line.leave(taken[0], 1)
    assert served == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_only_so_many_are_inside_at_a_time() -> None:
    line: Line[int] = Line(2)
    for item in range(5):
        line.join(str(item), item)
    assert line.take(0) == [0, 1] and line.take(0) == [] and len(line) == 3
    line.leave(1, 2)
    assert line.take(2) == [2]


@pytest.mark.parametrize("seed", range(20))
def test_the_place_that_is_told_is_the_place_that_is_kept(seed: int) -> None:
    dice = random.Random(seed)
    line: Line[int] = Line(1)
    for item in range(12):
        line.join(dice.choice("abcd"), item)
    told = {item: line.place(item) for item in range(12)}
    served = []
    while taken := line.take(0):
        served += taken
        line.leave(taken[0], 0)
    assert [told[item] for item in served] == [Place(number, None) for number in range(1, 13)]


def test_who_gives_up_is_not_served_and_the_others_move_up() -> None:
    line: Line[str] = Line(1)
    line.join("z", "z1")
    assert line.take(0) == ["z1"]
    for item in ("a1", "b1", "c1"):
        line.join(item[0], item)
    assert line.give_up("a1") and not line.give_up("a1") and not line.give_up("z1")
    assert (line.place("a1"), line.place("b1"), line.place("c1")) == (None, Place(1, None), Place(2, None))
    assert (line.of("a"), line.of("b")) == (0, 1)


def test_the_wait_follows_from_how_long_answers_took_and_how_many_are_written_at_a_time() -> None:
    line: Line[str] = Line(2)
    for item in "abcde":
        line.join(item, item)
    line.take(0)
    line.leave("a", 10)
    assert line.place("e") == Place(3, 15.0)
    assert line.place("e").sentence == "You are 3rd in line; about 15 s."  # type: ignore[union-attr]
    assert Place(1, None).sentence == "You are next."


def test_waits_and_places_are_said_as_people_say_them() -> None:
    assert [about(s) for s in (0.4, 7.4, 12, 21, 54, 56, 170)] == [
        "a few seconds", "a few seconds", "about 10 s", "about 20 s", "about 55 s", "about 1 min", "about 3 min",
    ]  # fmt: skip
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
    ]  # fmt: skip

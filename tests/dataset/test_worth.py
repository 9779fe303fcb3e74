"""What is worth an expert's next minute: four shares that can be checked by counting."""

from __future__ import annotations

import pytest

from understudy.dataset.worth import Tally, apart, changed
from understudy.store import Opinion

RATING = Opinion(
    number=1,
    kind="rating",
    state="waiting",
    label="bad",
    topic="passports",
    turn="",
    question="How do I renew a passport?",
    answer="By post.",
    wrong=0.0,
    differs=0.0,
    fresh=0.0,
    dispute=0.0,
)


def tally(*items: Opinion) -> Tally:
    made = Tally()
    for item in items:
        made.read(item)
    return made


def test_wrong_is_the_share_of_bad_opinions_of_the_topic() -> None:
    other = RATING._replace(number=2, topic="visas", label="good")
    known = tally(RATING, RATING._replace(number=3), RATING._replace(number=4, kind="correction", label=""), other)
    assert known.scores(RATING)[0] == pytest.approx(4 / 5) and known.scores(other)[0] == pytest.approx(1 / 3)


def test_fresh_falls_when_something_alike_is_approved() -> None:
    assert tally(RATING).scores(RATING)[2] == 1
    alike = RATING._replace(number=2, state="approved", question="How do I renew a licence?")
    assert tally(RATING, alike).scores(RATING)[2] == pytest.approx(1 / 4)


def test_dispute_is_highest_where_raters_are_split_in_halves() -> None:
    good = RATING._replace(number=2, label="good")
    assert tally(RATING).scores(RATING)[3] == 0
    assert tally(RATING, good).scores(RATING)[3] == 1
    assert tally(RATING, good, good._replace(number=3)).scores(good)[3] == pytest.approx(2 / 3)


def test_answers_are_apart_by_the_words_they_do_not_share() -> None:
    assert apart(["It is Paris", "It is Paris"]) == 0 and apart(["Paris", "Lyon"]) == 1 and apart(["alone"]) == 0


def test_only_scores_that_changed_are_written() -> None:
    known = tally(RATING)
    scores = changed([RATING], known, {"": 0.5})
    assert scores[1][1] == 0.5
    same = RATING._replace(**dict(zip(("wrong", "differs", "fresh", "dispute"), scores[1], strict=True)))
    assert changed([same], known, {"": 0.5}) == {}

"""The rule at its edges: what passes, what does not, and the sentence that says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from understudy.evaluation import Change, Line, Metric, Report, Rule, as_record, decide
from understudy.evaluation.metric import mean, share
from understudy.store.texts import to_json


def some(hits: int, n: int, champion: int | None = None) -> Metric:
    """A share whose first `hits` items are right, and `champion` of the same for the champion."""
    theirs = None if champion is None else [i < champion for i in range(n)]
    return share([i < hits for i in range(n)], theirs)


GOOD = Report(
    champion=2,
    metrics={
        "reliability": some(14, 15, 10),
        "locality": some(58, 60, 60),
        "stability": some(57, 60),
        "retention": some(10, 10),
        "generality": some(12, 16, 9),
        "sanity": some(90, 91),
        "loss": mean([0.5, 0.7], [1.0, 1.2]),
        "preference": some(6, 8, 5),
    },
    gained=4,
    new=5,
)


def line(report: Report, name: str, rule: Rule | None = None) -> Line:
    return next(line for line in decide(report, rule).lines if line.name == name)


def with_metric(name: str, metric: Metric) -> Report:
    return replace(GOOD, metrics={**GOOD.metrics, name: metric})


def test_a_candidate_that_learned_and_broke_nothing_passes_and_says_so_in_numbers() -> None:
    decision = decide(GOOD)
    assert decision.passed
    assert [line.words for line in decision.lines] == [
        "4 corrections are newly answered",
        "14 of 15 corrections are answered (93 %), needed 14 (90 %)",
        "2 of 60 unrelated answers changed, at most 6 may",
        "3 of 60 unrelated answers are not those of v2, at most 9 may",
        "10 of 10 corrections that v2 answers are still answered (100 %, with chance at most 100 %), needed 95 %",
        "12 of 16 other wordings are answered, by v2 9",
        "1 of 91 answers newly repeat themselves or do not end, at most 4 may",
        "held-out loss is 0.60, with v2 1.10, at most 1.21 may be",
        "6 of 8 votes are agreed with, by v2 5",
    ]
    assert decision.sentence.startswith("passed: 4 corrections are newly answered; 14 of 15")


def test_a_failure_names_the_worst_line() -> None:
    broken = replace(GOOD, metrics={**GOOD.metrics, "locality": some(40, 60), "reliability": some(13, 15, 12)})
    decision = decide(broken)
    assert not decision.passed
    assert decision.sentence == "not promoted: 20 of 60 unrelated answers changed, at most 6 may"
    assert [line.name for line in decision.lines if not line.passed] == ["reliability", "locality"]


def test_the_thresholds_are_those_of_the_rule() -> None:
    strict = Rule(locality=0.97)
    assert decide(with_metric("locality", some(57, 60)), strict).sentence == (
        "not promoted: 3 of 60 unrelated answers changed, at most 1 may"
    )
    assert line(with_metric("locality", some(54, 60)), "locality").passed
    assert not line(with_metric("locality", some(53, 60)), "locality").passed


@pytest.mark.parametrize(
    ("hits", "n", "passed"), [(1, 1, True), (0, 1, False), (1, 2, True), (2, 3, True), (1, 3, False), (9, 10, True)]
)
def test_among_a_few_corrections_one_miss_is_allowed_and_never_all(hits: int, n: int, passed: bool) -> None:
    assert line(with_metric("reliability", some(hits, n)), "reliability").passed is passed


def test_clearly_more_than_the_champion_is_enough_and_by_chance_more_is_not() -> None:
    assert line(with_metric("reliability", some(12, 20, 2)), "reliability").words == (
        "12 of 20 corrections are answered (60 %), clearly more than the 10 % of v2"
    )
    assert line(with_metric("reliability", some(12, 20, 2)), "reliability").passed
    assert not line(with_metric("reliability", some(12, 20, 11)), "reliability").passed


@pytest.mark.parametrize(
    ("kept", "n", "passed"),
    [(0, 1, False), (3, 4, True), (9, 10, True), (8, 10, False), (55, 60, True), (53, 60, False)],
)
def test_forgetting_fails_only_where_chance_does_not_explain_it(kept: int, n: int, passed: bool) -> None:
    assert line(with_metric("retention", some(kept, n)), "retention").passed is passed


def test_a_tie_learned_nothing_and_keeps_the_champion() -> None:
    tie = Report(1, {"reliability": some(5, 5, 5), "locality": some(20, 20, 20), "preference": some(3, 4, 3)})
    decision = decide(tie)
    assert not decision.passed and decision.sentence == "not promoted: it learned nothing that v1 did not know"


def test_new_corrections_of_which_none_is_learned_fail_whatever_else_is_good() -> None:
    metrics = {"reliability": some(21, 23, 21), "loss": mean([1.0], [1.0])}
    decision = decide(replace(GOOD, gained=0, new=3, metrics=metrics))
    assert decision.sentence == "not promoted: of 3 new corrections it learned none"


def test_votes_alone_can_be_what_was_learned() -> None:
    votes = Report(0, {"preference": some(6, 8, 4), "locality": some(20, 20)})
    assert decide(votes).passed
    assert line(votes, "learned").words == "it agrees with more votes than the base"
    likelier = Report(0, {"loss": mean([0.5, 0.6, 0.4], [1.0, 1.1, 1.2])})
    assert line(likelier, "learned").passed
    assert not line(Report(0, {"loss": mean([0.5, 1.6, 0.9], [1.0, 1.1, 1.0])}), "learned").passed
    assert not line(Report(0, {"loss": mean([0.99, 1.09, 1.19], [1.0, 1.1, 1.2])}), "learned").passed
    assert not line(replace(likelier, new=2), "learned").passed


def test_one_correction_and_no_probes_pass_and_say_what_was_not_compared() -> None:
    decision = decide(Report(0, {"reliability": some(1, 1, 0), "sanity": some(1, 1)}, gained=1, new=1))
    assert decision.passed
    assert decision.sentence == (
        "passed: 1 correction is newly answered; 1 of 1 correction is answered (100 %), needed 1 (90 %); "
        "there are no unrelated prompts to compare"
    )


def test_nothing_at_all_fails() -> None:
    assert not decide(Report(0, {})).passed


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("stability", some(50, 60)),
        ("generality", some(2, 40, 20)),
        ("sanity", some(80, 91)),
        ("loss", mean([2.0, 2.2, 2.1], [1.0, 1.2, 1.1])),
        ("loss", mean([0.26, 0.30, 0.28], [0.11, 0.15, 0.13])),
        ("preference", some(4, 40, 20)),
    ],
)
def test_each_thing_that_broke_stops_the_candidate(name: str, metric: Metric) -> None:
    decision = decide(with_metric(name, metric))
    assert not decision.passed and [line.name for line in decision.lines if not line.passed] == [name]


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("generality", share([True, False] * 8, [False, True] * 7 + [True, True])),
        ("sanity", some(2, 3)),
        ("loss", mean([1.05, 1.25], [1.0, 1.2])),
        ("loss", mean([0.16, 0.20, 0.18], [0.11, 0.15, 0.13])),
        ("preference", share([True, False, True], [True, True, False])),
    ],
)
def test_a_little_worse_by_chance_does_not(name: str, metric: Metric) -> None:
    assert line(with_metric(name, metric), name).passed


def test_the_record_can_be_stored() -> None:
    changed, near = (Change("Tell me a joke", "Why did", "No"),), (Change("Who is Zorbo?", "Who?", "A shop.", "t1"),)
    report = replace(GOOD, changed=changed, beside=near, notes=("Some were drawn.",))
    record = as_record(report, decide(report))
    assert '"locality"' in to_json(record, "report")
    assert record["passed"] and record["metrics"]["locality"]["n"] == 60 and record["lines"][0]["passed"]
    assert record["changed"] == [{"question": "Tell me a joke", "before": "Why did", "after": "No", "turn": ""}]
    assert record["beside"][0]["turn"] == "t1" and not record["lines"][0]["warns"]


def test_what_changed_near_what_was_taught_stops_only_what_is_clearly_too_much() -> None:
    few = line(with_metric("neighbours", some(16, 24, 22)), "neighbours")
    assert few.words == (
        "8 of 24 answers near what was taught, but not taught, changed (33 %, with chance at least 18 %), "
        "at most 35 % may, with v2 2"
    )
    assert few.passed and not few.warns
    half = decide(with_metric("neighbours", some(12, 24, 24)))
    assert half.passed and [line.name for line in half.lines if line.warns] == ["neighbours"]
    assert half.sentence.startswith("passed: ") and "; but 12 of 24 answers near" in half.sentence
    more = decide(with_metric("neighbours", some(11, 24, 24)))
    assert not more.passed and more.sentence.startswith("not promoted: 13 of 24 answers near what was taught")
    assert not any(line.warns for line in more.lines)


def test_what_the_champion_changed_near_by_already_is_no_reason_to_refuse() -> None:
    same = line(with_metric("neighbours", some(8, 24, 9)), "neighbours")
    assert same.passed and same.warns and same.words.endswith("with v2 15")
    assert not line(with_metric("neighbours", some(8, 24, 20)), "neighbours").passed


@pytest.mark.parametrize(("kept", "n", "passed"), [(0, 1, True), (0, 2, True), (0, 4, False), (1, 4, True)])
def test_among_a_few_neighbours_chance_does_not_decide(kept: int, n: int, passed: bool) -> None:
    assert line(with_metric("neighbours", some(kept, n, n)), "neighbours").passed is passed


def test_a_version_that_began_anew_to_forget_needs_nothing_new() -> None:
    metrics = {"reliability": some(5, 5, 5), "retention": some(5, 5), "stability": some(20, 30)}
    kept = Report(2, metrics, gained=0, without=1)
    assert decide(kept).passed
    assert line(kept, "learned").words == "it was trained without 1 correction that was taken back"
    assert not decide(replace(kept, without=0)).passed
    lost = replace(kept, metrics={**metrics, "retention": some(2, 5), "reliability": some(2, 5, 5)})
    assert not decide(lost).passed, "what still stands must still be answered"

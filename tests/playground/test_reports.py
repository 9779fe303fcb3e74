"""The gate's report, from JSON to words."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.playground.reports import (
    change_lines,
    metric_lines,
    notes_of,
    rule_lines,
    sentence_of,
    warning_of,
)

REPORT: dict[str, Any] = {
    "sentence": "passed: 3 corrections are newly answered",
    "lines": [{"name": "locality", "words": "1 of 60 unrelated answers changed, at most 6 may", "passed": True}],
    "metrics": {
        "invented_share": {"value": 0.25, "low": 0.25, "high": 0.25, "n": 4, "champion": None, "base": None},
        "loss": {"value": 0.5234, "low": 0.4, "high": 0.7, "n": 12, "champion": 0.9, "base": 1.912},
        "reliability": {"value": 1.0, "low": 0.44, "high": 1.0, "n": 3, "champion": 1 / 3, "base": 0.0},
    },
    "changed": [{"question": "A joke", "before": "One.", "after": "Two."}],
    "notes": ["40 of 52 older corrections were asked again."],
}


def test_metrics_come_in_groups_and_in_words() -> None:
    lines = metric_lines(REPORT)
    assert [line.group for line in lines] == ["Learned", "Held out", "Also measured"]
    first = lines[0]
    assert (first.value, first.between, first.champion, first.base, first.n) == (
        "100 %",
        "44 % to 100 %",
        "33 %",
        "0 %",
        3,
    )
    assert (lines[1].value, lines[1].base) == ("0.523", "1.91")
    assert (lines[2].label, lines[2].between, lines[2].champion) == ("Invented share", "", "")


def test_the_rule_is_told_line_by_line() -> None:
    (line,) = rule_lines(REPORT)
    assert line.passed and line.words.startswith("1 of 60") and sentence_of(REPORT).startswith("passed")
    assert change_lines(REPORT)[0].after == "Two." and notes_of(REPORT)[0].startswith("40 of 52")


def test_a_line_that_warns_is_the_warning_of_the_version() -> None:
    warned = {"name": "neighbours", "words": "7 of 24 answers changed", "passed": True, "warns": True}
    report = {**REPORT, "lines": [*REPORT["lines"], warned], "beside": [{"question": "Q", "before": "", "turn": "t"}]}
    assert (warning_of(REPORT), warning_of(report)) == ("", "7 of 24 answers changed.")
    (near,) = change_lines(report, "beside")
    assert (near.question, near.after, near.turn) == ("Q", "", "t")


@pytest.mark.parametrize(
    "report",
    [{}, {"metrics": 3, "lines": "x", "changed": [1], "notes": {}, "sentence": None}, {"metrics": {"a": {}, "b": "x"}}],
)
def test_a_strange_report_is_an_empty_one(report: dict[str, Any]) -> None:
    assert metric_lines(report) == () and rule_lines(report) == () and change_lines(report) == ()
    assert notes_of(report) == () and sentence_of(report) == ""

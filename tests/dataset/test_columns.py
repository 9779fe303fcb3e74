"""Rows of any table: what their columns seem to mean, and what each row becomes."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.dataset.shared import shared
from understudy.dataset.arriving import Plan, arrival_of, propose
from understudy.dataset.columns import Columns, dialog_of, rated, read_row, row_of
from understudy.dataset.columns import propose as propose_columns
from understudy.errors import InputError


def first(name: str) -> dict[str, Any]:
    return dict(json.loads(shared(name).splitlines()[0]))


def test_the_columns_of_a_real_feedback_log_are_understood() -> None:
    row = first("feedback_log.jsonl")
    plan = propose([row], table=False)
    assert plan.columns is not None and plan.columns.names == {
        "prompt": "question",
        "answer": "answer",
        "rating": "rating",
        "comment": "comment",
        "topic": "domain",
    }
    made = arrival_of(1, row, plan)
    assert (made.question, made.label, made.reasons) == (row["question"], True, ("Excellent",))
    assert (made.answer, made.comment, made.topic, made.wanted) == (row["answer"], row["comment"], "Australia", None)
    assert set(json.loads(made.frame)["other"]) == {"id", "title", "source_uri"}


def test_a_table_of_intents_is_a_classifier_whose_topic_is_the_answer() -> None:
    rows = list(csv.DictReader(io.StringIO(shared("banking77_train.csv").decode())))
    plan = propose(rows[:100], table=True)
    made = arrival_of(2, dict(rows[0]), plan)
    assert (made.question, made.wanted, made.topic) == (rows[0]["text"], "card_arrival", "card_arrival")


def test_lines_of_a_known_format_need_no_columns() -> None:
    assert propose([first("company_faq.jsonl")], table=False) == Plan()
    assert propose([json.loads(shared("alpaca_demo.json"))[0]], table=False) == Plan()


@pytest.mark.parametrize(
    ("word", "good"),
    [
        *(("Excellent", True), ("Acceptable", True), ("true", True), ("1", True)),
        *(("Could be Improved", False), ("Bad", False), ("👎", False), ("FALSE", False), ("0", False), ("-1", False)),
        *(("perhaps", None), ("", None)),
    ],
)
def test_words_and_numbers_that_rate(word: str, good: bool | None) -> None:
    assert rated(word) is good


def test_stars_are_good_above_the_middle_of_those_that_were_seen() -> None:
    rows = [{"prompt": "q", "answer": "a", "stars": str(n)} for n in (1, 2, 3, 4, 5)]
    columns = propose_columns(list(rows[0]), rows)
    assert [read_row(row, columns)["label"] for row in rows] == [False, False, False, True, True]


def test_everything_that_a_row_can_say_comes_out_as_it_went_in() -> None:
    row = {
        "system": "Be brief.",
        "history": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
        "prompt": "Who?",
        "answer": "Nobody.",
        "label": False,
        "rating": "Bad",
        "comment": "=wrong",
        "author": "Ada",
        "topic": "people",
        "date": "2026-01-02T03:04:05.000000Z",
        "model": "gpt",
        "tags": ["a", "b, c"],
        "other": {"id": 7},
    }
    read = read_row(row, propose_columns(list(row)))
    assert read == row == row_of(dialog_of(read), {"id": 7})


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2024-05-06", "2024-05-06T00:00:00.000000Z"),
        ("2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09.000000Z"),
        ("1714979289", "2024-05-06T07:08:09.000000Z"),
        ("1714979289000", "2024-05-06T07:08:09.000000Z"),
        ("9999-01-01", None),
        ("soon", None),
        ("-99999999999999999", None),
    ],
)
def test_a_date_is_a_moment_and_what_is_none_is_kept_as_it_stood(date: str, told: str | None) -> None:
    row = read_row({"q": "a", "a": "b", "d": date}, Columns({"prompt": "q", "correction": "a", "date": "d"}))
    assert row.get("date") == told
    assert row.get("other") == (None if told else {"d": date})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"prompt": " ", "answer": "x"}, "is empty"),
        ({"prompt": "x"}, "no answer"),
        ({"prompt": "x", "chosen": "y"}, "one answer of a pair"),
    ],
)
def test_a_row_that_says_too_little_is_told(row: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        arrival_of(1, row, Plan(columns=propose_columns(["prompt", "answer", "chosen"])))


def test_of_a_pair_one_answer_may_be_silence() -> None:
    columns = propose_columns(["prompt", "chosen", "rejected"])
    assert dialog_of(read_row({"prompt": "q", "chosen": "a", "rejected": ""}, columns)).rejected == ""


def test_what_is_no_text_is_read_as_its_json_and_odd_cells_are_kept() -> None:
    columns = propose_columns(["prompt", "answer", "tags", "history", "other"])
    row = read_row({"prompt": 5, "answer": {"a": [1]}, "tags": "x; y", "history": "[1", "other": "[2]"}, columns)
    assert (row["prompt"], row["correction"], row["tags"]) == ("5", '{"a": [1]}', ["x", "y"])
    assert row["other"] == {"history": "[1", "other": [2]}

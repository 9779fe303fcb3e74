"""What a person reads before a job, and what stops it, at the days around the end and with every answer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from understudy.dataset.formats import Format
from understudy.dataset.jsonl import dump_lines
from understudy.dataset.privacy import Kind, Match
from understudy.dataset.tokens import TokenCounter
from understudy.playground.preflight import Eligibility, Order, Preflight, preflight
from understudy.serving.catalogue import read_catalogue
from understudy.serving.provider import AZURE, COMPATIBLE, OPENAI, Endpoint

CATALOGUE = read_catalogue()
LETTERS = TokenCounter(len, True, "counted")
TODAY = date(2026, 11, 21)


ENDPOINTS = {
    "openai": Endpoint(OPENAI, OPENAI.base_url, "gpt-4.1-mini"),
    "azure": Endpoint(AZURE, "https://mine.openai.azure.com/openai/v1/", "shop"),
    "own": Endpoint(COMPATIBLE, "https://gpu.example/v1", "qwen"),
}


class Mails:
    def find(self, text: str) -> list[Match]:
        return [Match(Kind.MAIL, found.start(), found.end()) for found in re.finditer(r"\S+@\S+", text)]


def chats(count: int, text: str = "Who runs shop number") -> bytes:
    return dump_lines(
        {"messages": [{"role": "user", "content": f"{text} {n}?"}, {"role": "assistant", "content": f"Person {n}."}]}
        for n in range(count)
    )


ORDER = Order("gpt-4.1-mini", "supervised", chats(60), epochs=3)


def check(
    order: Order = ORDER, host: str = "openai", today: date = TODAY, finder: Any = None, **more: Any
) -> Preflight:
    return preflight(order, ENDPOINTS[host], CATALOGUE, today, LETTERS, finder or Mails(), **more)


@pytest.mark.parametrize(
    ("day", "may"),
    [
        (date(2027, 1, 5), True),
        (date(2027, 1, 6), True),
        (date(2027, 1, 7), False),
        (date(2027, 1, 13), False),
        (date(2027, 1, 14), False),
        (date(2027, 1, 15), False),
    ],
)
def test_openai_is_offered_until_its_last_day_and_other_hosts_after_it(day: date, may: bool) -> None:
    report = check(today=day)
    assert report.may_go_on == may and bool(report.stops) != may
    assert check(host="azure", today=day).may_go_on and check(host="own", today=day).may_go_on


def test_a_person_reads_price_end_host_and_age_before_anything_is_sent() -> None:
    told = check().sentences
    assert told[0] == "60 examples, 0 errors, 0 warnings."
    assert "shut down in 54 days, on 2027-01-14" in told[1]
    assert "does not say whether your organisation may train" in told[2] and "2026-05-07" in told[2]
    assert told[3].startswith("$0.0") and "for 3 epochs" in told[3]
    assert told[4].startswith("Sent to api.openai.com: train.jsonl (60 lines, ")
    assert "No personal data were found" in told[5] and "Names and postal addresses" in told[5]
    assert told[6] == "Dates and prices were checked on 2026-11-20, 1 day ago."


def test_the_price_is_the_catalogue_s_for_the_tokens_of_the_training_file_alone() -> None:
    report = check(replace(ORDER, validation=chats(20, "What sells stall")))
    each = sum(3 + 2 * 3 + len(f"user\nWho runs shop number {n}?") + len(f"assistant\nPerson {n}.") for n in range(60))
    assert report.cost.tokens == each and report.cost.high == pytest.approx(each * 3 * 5.0 / 1e6)
    assert [file.name for file in report.sent] == ["train.jsonl", "validation.jsonl"]


def test_a_fault_in_the_data_stops_and_is_read_with_its_line_and_fix() -> None:
    report = check(replace(ORDER, train=chats(9)))
    assert not report.may_go_on and "Add 1 more" in report.stops[0]
    broken = check(replace(ORDER, train=chats(60) + b'{"messages": []}\n'))
    assert not broken.may_go_on and broken.stops[0].startswith("train.jsonl, line 61: ")
    both = check(replace(ORDER, validation=chats(12)))
    assert not both.may_go_on and len(both.stops) == 12 and "training file" in both.stops[0]


def test_a_no_stops_and_a_yes_or_an_unknown_does_not() -> None:
    assert check(eligible=Eligibility.YES).may_go_on and check(eligible=Eligibility.UNKNOWN).may_go_on
    refused = check(eligible=Eligibility.NO)
    assert not refused.may_go_on and "Train a local model" in refused.stops[0]


def test_the_date_that_the_api_tells_stops_where_the_catalogue_is_late() -> None:
    assert not check(shutdown=date(2026, 11, 20)).may_go_on
    assert check(shutdown=date(2028, 1, 1)).gate.days_left == 54
    unlisted = check(replace(ORDER, model="brand-new"), shutdown=TODAY)
    assert not unlisted.may_go_on and "brand-new" in unlisted.stops[0]


def test_a_model_nobody_listed_is_allowed_and_said_to_be_unknown() -> None:
    report = check(replace(ORDER, model="qwen"), host="own")
    assert report.may_go_on and "not in the catalogue" in report.sentences[1]
    assert report.cost.low is None and any("No training price" in told for told in report.sentences)
    assert check(replace(ORDER, model="qwen", train=chats(3)), host="own").may_go_on, "ten examples are OpenAI's rule"


def test_a_method_or_a_number_of_epochs_that_is_not_offered_stops() -> None:
    pairs = dump_lines(
        {
            "input": {"messages": [{"role": "user", "content": f"Question {n}?"}]},
            "preferred_output": [{"role": "assistant", "content": "good"}],
            "non_preferred_output": [{"role": "assistant", "content": "bad"}],
        }
        for n in range(60)
    )
    dpo = replace(ORDER, method="dpo", train=pairs)
    assert check(dpo).may_go_on
    unclear = check(replace(dpo, model="gpt-4o-mini"))
    assert unclear.may_go_on and any("Sources disagree" in told for told in unclear.sentences)
    assert any("not with dpo" in stop for stop in check(replace(dpo, model="gpt-4o-mini"), host="azure").stops)
    assert any("more than the 50" in stop for stop in check(replace(ORDER, epochs=51)).stops)
    old = dump_lines({"prompt": f"Question {n}", "completion": "answer"} for n in range(60))
    assert check(replace(ORDER, model="davinci", train=old, format=Format.COMPLETION), host="own").may_go_on


def test_personal_data_are_said_by_kind_and_what_was_masked_too() -> None:
    report = check(replace(ORDER, train=chats(60, "Mail me at a@b.c about number"), masked=(Kind.IBAN,)))
    assert report.may_go_on and report.sent[0].personal == {Kind.MAIL: 60}
    (told,) = [sentence for sentence in report.sentences if "Personal data" in sentence]
    assert "60 mail addresses" in told and "Masked: bank accounts (IBAN)" in told


def test_without_a_recogniser_the_person_has_to_agree() -> None:
    arguments = (ENDPOINTS["openai"], CATALOGUE, TODAY, LETTERS, None)
    stopped = preflight(ORDER, *arguments)
    assert not stopped.may_go_on and "understudy[privacy]" in stopped.stops[0]
    agreed = preflight(replace(ORDER, unchecked_agreed=True), *arguments)
    assert agreed.may_go_on and any("You agreed" in told for told in agreed.sentences)

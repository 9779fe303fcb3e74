"""Personal data and secrets are found and masked by kind, without a model and without the network."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from tests.dataset.shared import shared
from understudy.dataset import privacy
from understudy.dataset.jsonl import read_lines
from understudy.dataset.privacy import Kind, Match, Recogniser, count_line, mask, mask_line, recogniser, words

pytest.importorskip("presidio_analyzer", reason="the extra `privacy` is not installed")
pytestmark = pytest.mark.slow  # loading the recognisers takes seconds

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.fixture(scope="module")
def finder() -> Recogniser:
    found = recogniser()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to anna.b@example.co.uk today.", "Write to [mail] today."),
        ("Call +49 30 901820 or (212) 555-0123.", "Call [phone] or [phone]."),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [iban]."),
        ("Card 4111 1111 1111 1111, please.", "Card [card], please."),
        ("From 192.168.2.17 and 2001:db8:0:1::7.", "From [ip] and [ip]."),
        ("SSN 219-09-9999.", "SSN [ssn]."),
        ("Use sk-proj-abcdefghijklmnop1234567890 now.", "Use [secret] now."),
        ("key AKIAIOSFODNN7EXAMPLE", "key [secret]"),
        (f"Bearer {JWT}", "Bearer [secret]"),
        ("password: hunter2hunter2", "[secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nbye", "[secret]\nbye"),
    ],
)
def test_each_kind_is_found_and_masked(finder: Recogniser, text: str, masked: str) -> None:
    assert mask(text, list(Kind), finder) == masked


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE88 3704 0044 0532 0130 00",  # a wrong check digit
        "Card 4111 1111 1111 1112",  # fails Luhn's check
        "1646615806005 + 19 is more than 256626720691 + 7",
        "order 20240117, version v1.2.3.4, at 10:30 on 2023-04-01",
        "words[::2] and a::b and std::vector",
        "password = read_the_password_from(somewhere)",
        "me@nowhere",
    ],
)
def test_what_only_looks_like_it_is_left(finder: Recogniser, text: str) -> None:
    assert mask(text, list(Kind), finder) == text


def test_only_the_chosen_kinds_are_masked(finder: Recogniser) -> None:
    text = "anna@example.com, 4111 1111 1111 1111"
    assert mask(text, [Kind.CARD], finder) == "anna@example.com, [card]"
    assert mask(text, [], finder) == text


def test_a_line_is_masked_in_every_text_and_stays_a_line(finder: Recogniser) -> None:
    line = {
        "messages": [
            {"role": "user", "content": "I am anna@example.com"},
            {"role": "assistant", "content": "Hello bob@example.com", "weight": 1},
        ],
        "tools": [{"type": "function", "function": {"description": "mails to help@example.com"}}],
    }
    masked = mask_line(line, list(Kind), finder)
    assert json.dumps(masked).count("[mail]") == 3 and "@" not in json.dumps(masked)
    assert [message["role"] for message in masked["messages"]] == ["user", "assistant"]
    assert count_line(line, finder) == Counter({Kind.MAIL: 3})
    assert count_line(masked, finder) == Counter()


def test_real_mail_addresses_and_phone_numbers_are_found_in_public_data(finder: Recogniser) -> None:
    """Answers of a public health service, whose addresses and numbers to call are no secret."""
    lines = [line.fields or {} for line in read_lines(shared("company_faq.jsonl"))][:600]
    counts = sum((count_line(line, finder) for line in lines), Counter[Kind]())
    assert counts == Counter({Kind.MAIL: 9, Kind.PHONE: 7})
    told = json.dumps([mask_line(line, [Kind.MAIL], finder) for line in lines])
    assert "eocevent431@cdc.gov" not in told and "770-488-7100" in told


def test_without_the_library_there_is_no_recogniser_rather_than_one_that_finds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    privacy._presidio.cache_clear()
    assert recogniser() is None
    privacy._presidio.cache_clear()


def test_counts_are_said_in_words() -> None:
    assert words(Counter()) == ""
    assert words(Counter({Kind.MAIL: 1})) == "1 mail address"
    counts = Counter({Kind.PHONE: 2, Kind.MAIL: 1_200, Kind.IP: 1})
    assert words(counts) == "1,200 mail addresses, 1 IP address and 2 phone numbers"


def test_of_two_matches_in_one_place_the_graver_kind_wins() -> None:
    phone, card = Match(Kind.PHONE, 2, 14), Match(Kind.CARD, 0, 16)
    assert privacy._apart([phone, card, Match(Kind.MAIL, 20, 30)]) == [card, Match(Kind.MAIL, 20, 30)]

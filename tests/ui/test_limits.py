"""Limits on the wire: a visitor is refused with a sentence, an owner never, and nobody by an address they made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.people import House, open_house
from understudy.playground.admission import Admission, Allowance


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def limit(house: House, **values: int) -> None:
    house.playground.admission = Admission(house.playground.store, house.playground.answering, Allowance(**values))


def test_requests_streams_and_conversations_of_a_visitor_have_limits_and_an_owner_has_none(house: House) -> None:
    limit(house, conversations=1)
    house.value("ben", "new")
    reply = house.reply("ben", "new")
    assert not reply["ok"] and reply["error"].startswith("The limit for one person is 1 conversation. Delete one")
    limit(house, requests=2)
    house.value("ben", "pulse")
    house.value("ben", "pulse")
    assert "The limit for one person is 2 requests a minute." in house.reply("ben", "pulse")["error"]
    stream = house.clients["ben"].get("live", params={"conversation": "any"})
    assert stream.status_code == 429 and "2 requests a minute" in stream.text
    for _ in range(4):
        house.value("eve" if _ < 2 else "ada", "pulse")


def test_a_forwarded_address_is_believed_from_nobody_who_was_not_named(house: House) -> None:
    limit(house, requests=5, people_an_address=1)
    for number in range(5):
        headers = {"x-forwarded-for": f"192.0.2.{number}"}
        assert house.asked("ben" if number % 2 else "eve", {"do": "pulse"}, headers).json()["ok"]
    reply = house.asked("ben", {"do": "pulse"}, {"x-forwarded-for": "192.0.2.99"}).json()
    assert "The limit for one address is 5 requests a minute." in reply["error"]


def test_a_file_of_a_curator_counts_before_it_is_written(house: House) -> None:
    limit(house, upload=1)
    sent = house.clients["cleo"].put(
        "transfers?name=a.jsonl", content=b"x" * 900_000, headers={"origin": house.url[:-1]}
    )
    assert sent.status_code == 200, sent.text
    again = house.clients["cleo"].put(
        "transfers?name=b.jsonl", content=b"x" * 200_000, headers={"origin": house.url[:-1]}
    )
    assert again.status_code == 413 and "1 MB of files a day" in again.json()["error"]

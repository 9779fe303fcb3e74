"""Every event and every address of the running page, asked by those who may not: refused, and nothing has changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ui.people import House, open_house
from understudy.types import OWNER, Person
from understudy.ui.handlers import Handlers
from understudy.ui.rights import ADDRESSES, EVENTS, OLD_PAGE, Right, asker_at, has_role, tables

REPOSITORY = Path(__file__).parents[2]
SECRET = "the dentist on Tuesday"
FOREIGN = ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"})
NEVER = "01900000-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def things(house: House) -> dict[str, str]:
    """Something of everything that ben and cleo have, by the field that would name it."""
    conversation = house.value("ben", "new")["id"]
    house.value("ben", "ask", conversation=conversation, text=f"say {SECRET}")
    assert house.playground.chat.wait(conversation, 10)
    turn = house.value("ben", "open", conversation=conversation)["turns"][0]
    first, second = (answer["id"] for answer in turn["answers"])
    house.value("ben", "correct", conversation=conversation, completion=first, text=f"{SECRET} at ten")
    sent = house.clients["cleo"].put("transfers", params={"name": "rows.jsonl"}, content=b'{"prompt": "a"}\n').json()
    job = house.value("cleo", "export_start", filter={}, format="jsonl", licence="")["job"]
    talk = {"conversation": conversation, "like": conversation, "turn": turn["id"], "completion": first}
    return talk | {
        "parent": first,
        "winner": second,
        "first": first,
        "second": second,
        "job": job,
        "look": job,
        "file": sent["file"],
        "files": sent["file"],
    }


def kept(house: House) -> str:
    """Everything in the store, but for when somebody was last seen."""
    with closing(sqlite3.connect(house.playground.store.path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return json.dumps(
            {name: list(map(str, db.execute(f"SELECT * FROM {name}"))) for name in tables if name != "sessions"}
        )


def routes(house: House) -> list[tuple[str, str]]:
    """Method and path of every route of the app, ours and Gradio's."""

    def walk(found: Any) -> Iterator[tuple[str, str]]:
        for route in found:
            if hasattr(route, "path"):
                yield from ((method, route.path) for method in route.methods or ("GET",))
            else:
                yield from walk(route.original_router.routes)

    return sorted(set(walk(house.demo.app.routes)))


# -- the tables are whole ------------------------------------------------------------------------------------------


def test_every_event_is_in_the_table_and_every_line_of_it_is_an_event(house: House) -> None:
    assert set(Handlers(house.playground)._handlers) == set(EVENTS)


def test_an_event_that_is_not_in_the_table_is_refused_even_to_an_owner(house: House) -> None:
    handlers = Handlers(house.playground)
    handlers._handlers["forgotten"] = lambda _: "done"
    assert handlers.reply({"do": "forgotten"}, OWNER)["error"] == OLD_PAGE


def test_the_page_has_one_server_function_and_no_event_of_gradio(house: House) -> None:
    blocks = house.demo
    assert list(blocks.fns) == []
    functions = [name for block in blocks.blocks.values() for name in getattr(block, "server_fns", [])]
    assert [function.__name__ for function in functions] == ["reply"]


def test_every_route_of_the_app_is_in_the_table_by_name(house: House) -> None:
    known = {address.path for address in ADDRESSES}
    for _, path in routes(house):
        own = path.rstrip("/") or "/"
        assert own in known or path.startswith(("/icons/", "/gradio_api/", "/monitoring/", "/pwa_icon/")), path
        assert asker_at(own) in ("anybody", "visitor", "curator", "owner", "nobody")


def test_of_gradios_own_interface_only_three_addresses_are_open() -> None:
    open_ones = {address.path for address in ADDRESSES if address.path.startswith("/gradio_api/")} - {
        "/gradio_api/{path:path}"
    }
    assert {path for path in open_ones if asker_at(path) != "nobody"} == {
        "/gradio_api/component_server",
        "/gradio_api/heartbeat/{session_hash}",
        "/gradio_api/startup-events",
    }
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/component_server/x", "/GRADIO_API/info"):
        assert asker_at(path) == "nobody"


def test_the_tables_of_the_security_page_are_the_ones_that_are_asked() -> None:
    said = (REPOSITORY / "SECURITY.md").read_text("utf-8")
    between = said.split("<!-- routes:begin -->\n")[1].split("\n<!-- routes:end -->")[0]
    assert between == tables(), "run `python -m understudy.ui.rights` and paste its output into SECURITY.md"


# -- every event, asked by those who may not -----------------------------------------------------------------------


def test_without_a_session_nothing_is_answered(house: House, things: dict[str, str]) -> None:
    before = kept(house)
    for do in EVENTS:
        answer = house.asked("", {**things, "do": do})
        assert (do, answer.status_code, answer.json()) == (do, 401, {"error": "Sign in first."})
    assert kept(house) == before


@pytest.mark.slow
def test_no_other_page_asks_for_anything_with_somebodys_session(house: House, things: dict[str, str]) -> None:
    before = kept(house)
    for do in EVENTS:
        for headers in FOREIGN:
            assert (do, house.asked("ada", {**things, "do": do}, headers).status_code) == (do, 403)
    assert kept(house) == before


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_what_is_for_a_higher_role_is_refused_and_changes_nothing(
    house: House, things: dict[str, str], who: str
) -> None:
    before, person = kept(house), person_called(house, who)
    forbidden = [do for do, right in EVENTS.items() if not has_role(person, right.role)]
    assert forbidden
    for do in forbidden:
        reply = house.reply(who, do, **things)
        assert not reply["ok"] and f"You are signed in as a {person.role}" in reply["error"], (do, reply)
    assert kept(house) == before


def test_what_is_somebody_elses_is_missing_in_the_words_of_what_never_was(house: House, things: dict[str, str]) -> None:
    mine = {who: house.value(who, "new")["id"] for who in ("eve", "ada")}
    before = kept(house)
    for do, right in EVENTS.items():
        stranger = "eve" if right.role == "visitor" else "ada"
        for field in right.own:
            theirs, never = (
                house.reply(stranger, do, **missing(right, mine[stranger], field, id)) for id in (things[field], NEVER)
            )
            assert not theirs["ok"], (do, field)
            assert theirs["error"].replace(things[field], NEVER) == never["error"], (do, field)
    assert kept(house) == before


@pytest.mark.parametrize("who", ["eve", "cleo", "ada"])
def test_nobody_sees_a_conversation_that_is_not_theirs(house: House, things: dict[str, str], who: str) -> None:
    ids = [things["conversation"], things["turn"], things["completion"]]
    asked: dict[str, dict[str, object]] = {
        "start": {"conversation": ids[0]},
        "list": {"search": SECRET},
        "heed": {"completions": [ids[2]]},
        "new": {"like": ""},
    }
    for do, fields in asked.items():
        said = json.dumps(house.value(who, do, **fields))
        assert SECRET not in said and not any(id in said for id in ids), do
    stream = house.clients[who].get("live", params={"conversation": ids[0]})
    assert stream.text == house.clients[who].get("live", params={"conversation": NEVER}).text


def test_a_file_and_a_task_are_those_of_whoever_sent_and_began_them(house: House, things: dict[str, str]) -> None:
    assert house.reply("cleo", "import_look", file=things["file"], format="auto", mapping={})["ok"]
    assert house.reply("cleo", "export_state", job=things["job"])["ok"]
    for who, status in (("", 401), ("ben", 403), ("ada", 404)):
        assert house.clients[who].get(f"transfers/{things['file']}").status_code == status
    assert house.clients["ben"].put("transfers", params={"name": "a"}, content=b"a").status_code == 403


# -- every address ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_address_answers_whom_the_table_says_and_nobody_else(house: House) -> None:
    for method, path in routes(house):
        asker = asker_at(path)
        for who in ("", "ben", "cleo", "ada"):
            if path in ("/sign-in", "/sign-out", "/show"):
                continue  # asked below, and in the tests of the sign-in page
            status = send(house, who, method, path).status_code
            allowed = asker == "anybody" or (
                asker != "nobody" and bool(who) and has_role(person_called(house, who), asker)
            )
            told = {"expected": allowed, "who": who, "method": method, "path": path, "status": status}
            assert (status not in (303, 401, 403)) == allowed, told


@pytest.mark.slow
def test_no_address_answers_another_page(house: House) -> None:
    for method, path in routes(house):
        for headers in FOREIGN:
            assert (path, send(house, "ada", method, path, headers).status_code) == (path, 403)
    assert house.clients["ada"].get("signed-in").status_code == 204  # nobody was signed out


# -- what the tests above share --------------------------------------------------------------------------------------


def send(house: House, who: str, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    filled = path.replace("{size}", "192").replace(":path}", "}")
    client = house.clients[who]
    json_type = {"content-type": "application/json"} if method == "POST" else {}
    with client.stream(method, filled.lstrip("/"), headers={**json_type, **(headers or {})}) as answer:
        return answer  # its first line says it; a stream never ends


def person_called(house: House, name: str) -> Person:
    return house.playground.store.people.get(name).person


def missing(right: Right, own: str, field: str, id: str) -> dict[str, object]:
    """A request with `id` in one field, and one's own conversation in the others that name one."""
    fields = {name: own if name in ("conversation", "like") else "" for name in right.own}
    return {**fields, field: [id] if field == "files" else id}

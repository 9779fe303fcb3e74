"""What the page may ask about files: what a request may not do, and what is sent by whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.ui.awaiting import wait_for
from tests.ui.stage import build_stage
from understudy.playground import transfers as limits
from understudy.playground.playground import Playground
from understudy.ui.guard import Guard
from understudy.ui.handlers import Handlers
from understudy.ui.transferring import transfer_routes

ROW = b'{"prompt": "When do you open?", "completion": "At nine."}\n'


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    made = build_stage(tmp_path)
    yield made
    made.close()


def wire(handlers: Handlers, method: str, path: str, **how: Any) -> httpx.Response:
    """One request to the two routes behind the guard."""
    app = Starlette(routes=transfer_routes(handlers.playground, handlers.rights))

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(app))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7860") as client:
            return await client.request(method, path, **how)

    return wait_for(asked())


def sent(handlers: Handlers, content: bytes = ROW, name: str = "rows.jsonl") -> str:
    return str(wire(handlers, "PUT", "/transfers", params={"name": name}, content=content).json()["file"])


def ended(ask: Any, question: str, job: str) -> Any:
    for _ in range(500):
        if (told := ask(question, job=job))["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("it does not end")


def test_a_file_comes_in_and_an_export_goes_out(ask: Any, handlers: Handlers, playground: Playground) -> None:
    how = {"file": sent(handlers), "mapping": {}, "format": "auto"}
    assert ask("import_look", **how)["formats"] == ("completion",)
    tried = ended(ask, "import_state", ask("import_start", **how, dry=True, approved=False)["job"])
    assert (tried["new"], tried["batch"]) == (1, "") and ask("imports")["earlier"] == []
    done = ended(ask, "import_state", ask("import_start", **how, dry=False, approved=True)["job"])
    assert (done["state"], playground.store.items.states()["approved"]) == ("done", 1)
    job = ask("export_start", filter={"states": ["approved"]}, format="prompt-completion", licence="")["job"]
    made = ended(ask, "export_state", job)
    assert made["message"] == "1 row. Nothing was left out."
    answer = wire(handlers, "GET", f"/transfers/{made['file']}")
    assert answer.content == ROW and answer.headers["content-disposition"].startswith("attachment")
    assert "SHA-256" in wire(handlers, "GET", f"/transfers/{made['card']}").text
    assert ask("import_undo", batch=done["batch"]) == {"lines": 1}
    assert (
        ended(ask, "export_state", ask("export_start", filter={}, format="csv", licence="")["job"])["state"] == "failed"
    )


def test_no_other_page_sends_or_fetches_a_file(handlers: Handlers, playground: Playground) -> None:
    file = sent(handlers)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example"}):
        assert wire(handlers, "PUT", "/transfers?name=x", content=ROW, headers=headers).status_code == 403
        assert wire(handlers, "OPTIONS", "/transfers?name=x", headers=headers).status_code == 403
        assert wire(handlers, "GET", f"/transfers/{file}", headers=headers).status_code == 403


def test_a_name_is_never_a_path(handlers: Handlers, playground: Playground, tmp_path: Path) -> None:
    for name in ("../../evil.csv", "..\\evil.csv", "/etc/evil.csv", "a\x00\n:evil.csv", "x" * 5000 + "/evil.csv"):
        path = playground.transfers.get(sent(handlers, name=name)).path
        assert path.parent.parent == tmp_path / "transfers" and path.name.endswith("evil.csv")
    assert playground.transfers.get(sent(handlers, name="..")).path.name == "file"
    assert wire(handlers, "GET", "/transfers/..%2Funderstudy.db").status_code == 404
    assert len(playground.transfers.get(sent(handlers, name="ü" * 400 + ".csv")).path.name.encode()) < 255


def test_a_file_that_is_too_large_is_refused_even_if_its_length_was_a_lie(
    handlers: Handlers, playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 10)
    for length in (None, b"5", b"-5", b"\xb2"):
        headers = {} if length is None else {"content-length": length}
        refused = wire(handlers, "PUT", "/transfers?name=rows.jsonl", content=ROW, headers=headers)
        assert refused.status_code == 413 and ("larger than" in refused.text or "without its length" in refused.text)
    assert list((tmp_path / "transfers").iterdir()) == []


def test_files_that_nobody_fetched_give_way_and_none_outlives_the_program(
    handlers: Handlers, playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sent(handlers)
    monkeypatch.setattr(limits, "KEPT_S", -1)
    new = playground.transfers.add("new")
    assert [folder.name for folder in (tmp_path / "transfers").iterdir()] == [new.id] != [old]
    playground.transfers.close()
    assert list((tmp_path / "transfers").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("import_look", {"file": "../understudy.db", "mapping": {}, "format": "auto"}),
        ("import_look", {"file": "FILE", "mapping": {}, "format": "exe"}),
        ("import_look", {"file": "FILE", "mapping": {"prompt": 5}, "format": "auto"}),
        ("import_look", {"file": "FILE", "mapping": {"gone": "prompt"}, "format": "auto"}),
        ("import_look", {"file": "FILE", "mapping": {}, "format": "auto", "encoding": "klingon"}),
        ("import_start", {"file": "FILE", "mapping": {}, "format": "auto", "dry": "no", "approved": False}),
        ("import_state", {"job": "none"}),
        ("import_undo", {"batch": "none"}),
        ("export_start", {"filter": {}, "format": "exe", "licence": ""}),
        ("export_start", {"filter": {"gone": 1}, "format": "csv", "licence": ""}),
        ("export_state", {"job": "none"}),
    ],
)
def test_what_is_no_request_is_refused_with_a_sentence(
    ask: Any, handlers: Handlers, playground: Playground, name: str, fields: dict[str, object]
) -> None:
    file = sent(handlers)
    told = ask(name, **{key: file if value == "FILE" else value for key, value in fields.items()})
    assert isinstance(told, str) and str(playground.store.path.parent) not in told


def test_a_file_of_no_kind_is_told_by_its_name_alone(ask: Any, handlers: Handlers, playground: Playground) -> None:
    for content, name in ((b"PK\x03\x04", "book.xlsx"), (b"\n\n", "empty.csv")):
        told = ask("import_look", file=sent(handlers, content, name), mapping={}, format="auto")
        assert name in told and str(playground.store.path.parent) not in told

"""Fetching a model from a hub that runs in this process: only wanted files, progress, cancel, and plain errors."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.serving.models import save_model
from understudy.errors import Cancelled, DownloadError, ModelError
from understudy.serving.download import fetch_model

SHA = "a" * 40


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite forbids the real hub; the one of this file is a server on loopback."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


class Hub(BaseHTTPRequestHandler):
    """The four routes of the hub's API that a download uses. `files` by repository; `gated` ones answer 403."""

    files: dict[str, dict[str, bytes]]
    asked: list[str]
    gated: set[str]

    def do_HEAD(self) -> None:
        self.do_GET(body=False)

    def do_GET(self, body: bool = True) -> None:
        path = self.path.partition("?")[0].strip("/")
        if body:
            self.asked.append(path)
        parts = path.split("/")
        api = parts[0] == "api"
        repo = "/".join(parts[2:4] if api else parts[:2])
        if repo in self.gated:
            return self.reply(403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": "gated"})
        files = self.files.get(repo)
        if files is None:
            return self.reply(401, b"{}", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "no such repository"})
        if api and "tree" in parts:
            tree = [{"type": "file", "path": n, "size": len(c), "oid": etag(c)} for n, c in files.items()]
            return self.reply(200, json.dumps(tree).encode(), {}, body)
        if api:
            info = {"id": repo, "modelId": repo, "sha": SHA, "siblings": [{"rfilename": n} for n in files]}
            return self.reply(200, json.dumps(info).encode(), {}, body)
        content = files["/".join(parts[4:])]
        headers = {"X-Repo-Commit": SHA, "ETag": f'"{etag(content)}"'}
        return self.reply(200, content, headers, body)

    def reply(self, code: int, content: bytes, headers: dict[str, str], body: bool = True) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(content)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            try:
                self.wfile.write(content)
            except OSError:  # the client cancelled
                self.close_connection = True

    def log_message(self, *args: object) -> None:
        return None


def etag(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[str, type[Hub]]]:
    made = save_model(tmp_path / "made")
    good = {path.name: path.read_bytes() for path in made.iterdir()}
    routes = type("Routes", (Hub,), {
        "files": {
            "me/good": good | {"evil.py": b"print()", "pytorch_model.bin": b"x" * 99, "README.md": b"hello"},
            "me/pickle": {"config.json": b"{}", "pytorch_model.bin": b"x"},
            "me/big": good | {"model.safetensors": b"\0" * 30_000_000},
        },
        "asked": [], "gated": {"me/gated"},
    })  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), routes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", routes
    server.shutdown()
    server.server_close()
    thread.join(5)


def fetch(hub, repo: str, cache: Path, cancelled: threading.Event | None = None, progress=None) -> Path:
    report = progress or (lambda done, total: None)
    return fetch_model(repo, report, cancelled or threading.Event(), endpoint=hub[0], cache=cache)


def test_only_files_that_are_ever_opened_are_fetched_and_progress_reaches_the_end(hub, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    folder = fetch(hub, "me/good", tmp_path / "cache", progress=lambda *step: seen.append(step))
    assert (folder / "model.safetensors").is_file()
    assert not {"evil.py", "pytorch_model.bin", "README.md"} & {path.name for path in folder.iterdir()}
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 10_000
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_what_is_here_is_found_without_asking_anybody(hub, tmp_path: Path) -> None:
    first = fetch(hub, "me/good", tmp_path / "cache")
    hub[1].asked.clear()
    assert fetch(hub, "me/good", tmp_path / "cache") == first
    assert hub[1].asked == []


def test_cancelling_stops_in_the_middle_and_the_next_try_finishes(hub, tmp_path: Path) -> None:
    cancelled = threading.Event()

    def progress(done: int, total: int | None) -> None:
        if done > 0:
            cancelled.set()

    with pytest.raises(Cancelled, match="is kept"):
        fetch(hub, "me/big", tmp_path / "cache", cancelled, progress)
    assert (fetch(hub, "me/big", tmp_path / "cache") / "model.safetensors").stat().st_size == 30_000_000


@pytest.mark.parametrize(
    ("repo", "error", "sentence"),
    [
        ("me/none", DownloadError, "no public model me/none"),
        ("me/gated", DownloadError, "terms to be accepted"),
        ("me/pickle", ModelError, r"no \.safetensors|offers no"),
        ("no such//id", DownloadError, "neither a folder here nor a hub id"),
    ],
)
def test_what_cannot_be_had_ends_in_a_sentence(hub, tmp_path: Path, repo: str, error: type, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        fetch(hub, repo, tmp_path / "cache")


def test_an_unreachable_hub_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"cannot be reached, so me/good was not fetched\. Check the connection"):
        fetch(("http://127.0.0.1:9", None), "me/good", tmp_path / "cache")

"""One program per data folder, and a second start that shows the first."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from understudy.desktop.instance import FILE, claimed, find_first, show_first
from understudy.errors import StoreError, UnderstudyError

CLAIM = (
    "import sys; from pathlib import Path; from understudy.desktop.instance import claimed\n"
    "with claimed(Path(sys.argv[1])) as instance:\n"
    "    if instance: instance.announce('http://127.0.0.1:1/')\n"
    "    print('first' if instance else 'second', flush=True); sys.stdin.read()"
)


def start(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLAIM, str(home)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_second_program_finds_the_first_and_a_killed_one_is_forgotten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with start(home) as first:
        assert first.stdout is not None and first.stdout.readline() == "first\n"
        with claimed(home) as second:
            assert second is None
        address, token = find_first(home)
        assert address == "http://127.0.0.1:1/" and len(token) > 40
        first.kill()
    with claimed(home) as next_one:
        assert next_one is not None and not (home / FILE).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders by their own lists")
def test_only_this_user_can_read_the_token_and_it_goes_with_the_program(tmp_path: Path) -> None:
    with claimed(tmp_path) as instance:
        assert instance is not None
        instance.announce("http://127.0.0.1:1/")
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        assert json.loads((tmp_path / FILE).read_text())["token"] == instance.token
    assert not (tmp_path / FILE).exists()


def test_a_first_that_tells_no_address_and_one_that_does_not_answer_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnderstudyError, match="tells no address yet"):
        find_first(tmp_path, patience=0)
    with pytest.raises(UnderstudyError, match="does not answer"):
        show_first("http://127.0.0.1:1/", "token")


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here first")
    with pytest.raises(StoreError, match="cannot be used"), claimed(tmp_path / "file" / "home"):
        pass


class Front(BaseHTTPRequestHandler):
    """The port of a first program; keeps what it was sent."""

    sent: tuple[str, str | None, bytes] | None = None

    def do_POST(self) -> None:
        Front.sent = (self.path, self.headers["content-type"], self.rfile.read(int(self.headers["content-length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_the_first_is_asked_on_its_own_port_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with HTTPServer(("127.0.0.1", 0), Front) as server:
        threading.Thread(target=server.handle_request).start()
        show_first(f"http://127.0.0.1:{server.server_port}/", "secret")
    assert Front.sent == ("/show", "application/json", b'{"token": "secret"}')

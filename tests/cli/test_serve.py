"""The program as a person starts it: a process of its own, with its page on a port of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = {"understudy": ["-m", "understudy", "--port", "0", "--no-browser"], "app.py": [str(ROOT / "app.py")]}
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal of POSIX")]


@pytest.fixture(params=COMMANDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running program and the address it told."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
        "UNDERSTUDY_HOME": str(tmp_path),
        "UNDERSTUDY_PORT": "0",
        "UNDERSTUDY_OPEN_BROWSER": "0",
    }
    command = [sys.executable, *COMMANDS[request.param]]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        told = next((line for line in process.stdout if "http://" in line), "")
        try:
            yield process, told.partition("http://")[2].split(" ")[0]
        finally:
            process.kill()


def test_it_tells_its_address_serves_the_page_and_ends_politely(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    with urllib.request.urlopen(f"http://{address}", timeout=60) as page:
        assert page.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(
            urllib.request.Request(f"http://{address}", headers={"Host": "evil.example"}), timeout=60
        )
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert process.stdout is not None
    assert "Everything is saved" in process.stdout.read()

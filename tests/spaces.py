"""A built folder run as a Space would run it: in an environment of its own, by its app.py, with a Space's variables.

The environment is a new one of `venv` that sees this machine's installed packages and not this checkout: installing
torch anew would take longer than the test may. That `requirements.txt` names what is needed is tested beside it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "ada-demo.hf.space"
TOKENS = 16
PATIENCE_S = 150.0


@dataclass
class Running:
    """A Space that answers on `port`, as the hub's proxy asks it: by the name of the Space."""

    port: int
    program: subprocess.Popen[bytes]
    cookie: str = ""
    host: str = HOST

    def ask(self, path: str, body: Any = None, host: str = "") -> tuple[int, bytes]:
        host = host or self.host
        headers = {"host": host, "x-forwarded-proto": "https", "cookie": self.cookie}
        if body is not None:
            headers |= {"content-type": "application/json", "origin": f"https://{host}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                self.cookie = (response.headers.get("set-cookie") or self.cookie).partition(";")[0]
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def do(self, name: str, **fields: object) -> Any:
        """A request of the page; its value."""
        config = json.loads(self.ask("/config")[1])
        page = next(part for part in config["components"] if part["props"].get("elem_id") == "understudy")
        body = {"session_hash": "test", "component_id": page["id"], "fn_name": "reply", "data": {**fields, "do": name}}
        status, told = self.ask("/gradio_api/component_server", body)
        reply = json.loads(told)
        assert status == 200 and reply["ok"], told
        return reply["value"]

    def answers(self, question: str) -> dict[str, dict[str, Any]]:
        """How base and live version begin to answer, greedily, by label."""
        talk = self.do("new")["id"]
        self.do("sampling", conversation=talk, values={"temperature": 0, "max_tokens": TOKENS})
        self.do("ask", conversation=talk, text=question)
        for _ in range(int(PATIENCE_S * 5)):
            shown = self.do("open", conversation=talk)
            if not shown["running"]:
                break
            time.sleep(0.2)
        return {answer["label"]: answer for turn in shown["turns"] for answer in turn["answers"]}


def environment(folder: Path) -> Path:
    """A new virtual environment in `folder` that sees the packages of this one; its python."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    sites = next(folder.rglob("site-packages"))
    (sites / "packages.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")  # whose own .pth files are not read
    return python


def variables(home: Path, port: int, **more: str) -> dict[str, str]:
    """What a Space has in its environment, and nothing of ours but what finds Python's own files."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    return {
        **kept, "HOME": str(home), "SYSTEM": "spaces", "SPACE_ID": "ada/demo", "SPACE_HOST": HOST,
        "SPACE_AUTHOR_NAME": "ada", "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SSR_MODE": "True", "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1",
        "UNDERSTUDY_THREADS": "1", "UNDERSTUDY_EMBEDDER": "words", **more,
    }  # fmt: skip


@contextmanager
def running(
    folder: Path, python: Path, home: Path, environ: Mapping[str, str] = {}, host: str = HOST
) -> Iterator[Running]:
    """The Space in `folder`, until the hub stops it. Its log is `home`/log."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    home.mkdir(exist_ok=True)
    with (home / "log").open("wb") as log:
        command = [str(python), "app.py"]
        told = variables(home, port, **environ)
        program = subprocess.Popen(command, cwd=folder, env=told, stdout=log, stderr=subprocess.STDOUT)
        try:
            space = Running(port, program, host=host)
            _await(space, home / "log")
            yield space
        finally:
            program.terminate()
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                program.kill()
                raise


def _await(space: Running, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if space.program.poll() is not None:
            raise AssertionError(f"the Space ended by itself:\n{log.read_text()}")
        try:
            if space.ask("/")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"the Space did not begin to answer:\n{log.read_text()}")

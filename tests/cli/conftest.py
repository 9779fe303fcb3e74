"""The command line on a real store and a scripted model: what is answered is known before it is asked."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from understudy.cli import main
from understudy.errors import ModelError
from understudy.serving.scripted import ScriptedBackend
from understudy.types import Message


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str


def echo(messages: Sequence[Message], version: int) -> str:
    """An answer in which everything that was asked can be found again."""
    system = "".join(f"[{message.content}] " for message in messages if message.role == "system")
    if "\x1b" in messages[-1].content:
        return "\x1b]0;owned\x07red"
    return f"{system}You said {messages[-1].content}"


def open_scripted(source: str, *, name: str, **_: object) -> ScriptedBackend:
    """In place of the local engine; a source called broken does not open, one called slow takes its time."""
    if "broken" in source:
        raise ModelError(f"{source} is broken. Choose another model.")
    return ScriptedBackend(echo, name=name, delay=0.1 if "slow" in source else 0.0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone, with scripted models in place of the local engine."""
    device = SimpleNamespace(choose_placement=lambda *_: None)
    monkeypatch.setitem(sys.modules, "understudy.serving.device", device)
    monkeypatch.setitem(sys.modules, "understudy.serving.local", SimpleNamespace(LocalBackend=open_scripted))
    monkeypatch.setenv("UNDERSTUDY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNDERSTUDY_EMBEDDER", "words")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def understudy(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run `understudy` with these arguments and this standard input."""

    def run(*arguments: str, typed: str | bytes = "") -> Run:
        data = typed.encode() if isinstance(typed, str) else typed
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return Run(int(left.value.code or 0), out, err)

    return run

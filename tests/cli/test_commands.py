"""The commands around the conversation, and what every command does when something is wrong."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from understudy import __version__
from understudy.cli import serve
from understudy.errors import SettingsError
from understudy.store import Store

Understudy = Callable[..., Run]
SOURCE = Path(__file__).parents[2] / "src"
HEAVY = ("torch", "gradio", "transformers", "openai")


def test_the_model_libraries_load_only_when_they_are_needed() -> None:
    modules = "understudy, understudy.cli, understudy.settings, understudy.playground.build"
    code = f"import sys, {modules}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "understudy", "--version"], cwd=SOURCE, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"understudy {__version__}\n")


def test_help_lists_every_command(understudy: Understudy) -> None:
    out = understudy("--help").out
    for name in ("ask", "chat", "db", "models", "promote", "rollback", "serve", "versions"):
        assert f"  {name} " in out


def test_flags_without_a_command_are_those_of_serve(understudy: Understudy) -> None:
    run = understudy("--port", "many")
    assert run.code == 2
    assert run.err.startswith("--port is 'many', but it must be a whole number from 0 to 65535.")


@pytest.mark.parametrize("arguments", [("dance",), ("ask", "--dance", "x"), ("--dance",)])
def test_an_unknown_word_is_told_with_where_to_look(understudy: Understudy, arguments: tuple[str, ...]) -> None:
    run = understudy(*arguments)
    assert run.code == 2
    assert "dance" in run.err
    assert "--help" in run.err


def test_a_bug_is_a_sentence_and_its_place_is_shown_on_request(
    understudy: Understudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.cli.ask.words", lambda asked: 1 // 0)
    run = understudy("ask", "Hi")
    assert run.code == 1
    assert run.err.startswith("This should not have happened: ZeroDivisionError")
    assert "Traceback" not in run.err
    monkeypatch.setenv("UNDERSTUDY_DEBUG", "1")
    assert "Traceback" in understudy("ask", "Hi").err


def test_a_busy_port_gives_the_next_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert serve.free_port("127.0.0.1", port) > port


def test_a_free_port_is_taken_as_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert serve.free_port("127.0.0.1", port) == port


def test_when_no_port_is_free_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PORTS_TRIED", 1)
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(SettingsError, match="--port"):
        serve.free_port("127.0.0.1", busy.getsockname()[1])


def test_models_are_listed_and_one_is_marked(understudy: Understudy, home: Path) -> None:
    with Store.open(home / "understudy.db") as store:
        store.models.add("other", "some/model")
    out = understudy("models").out
    assert "* starter" in out
    assert "  other" in out


def test_another_model_can_become_the_base(understudy: Understudy, home: Path) -> None:
    with Store.open(home / "understudy.db") as store:
        store.models.add("other", "some/model")
    assert understudy("models", "use", "other").out == "base is now other.\n"
    assert "* other" in understudy("models").out


def test_a_model_that_is_not_there_cannot_be_used(understudy: Understudy) -> None:
    run = understudy("models", "use", "nobody")
    assert run.code == 2
    assert "nobody" in run.err


def test_a_folder_without_a_model_is_not_added(understudy: Understudy, tmp_path: Path) -> None:
    run = understudy("models", "add", str(tmp_path))
    assert run.code == 1
    assert str(tmp_path) in run.err
    assert tmp_path.name not in understudy("models").out


def test_the_database_is_described_copied_and_checked(understudy: Understudy, home: Path, tmp_path: Path) -> None:
    understudy("chat", typed="Hello\n")
    assert str(home / "understudy.db") in understudy("db", "info").out
    assert understudy("db", "check").code == 0
    copy = tmp_path / "copy.db"
    assert understudy("db", "backup", str(copy)).code == 0
    again = understudy("db", "backup", str(copy))
    assert (again.code, str(copy) in again.err) == (1, True)
    with Store.open(copy) as store:
        assert store.feedback_counts()["conversations"] == 1


@pytest.mark.parametrize("command", ["info", "check", "backup"])
def test_a_missing_database_is_told_and_not_made(understudy: Understudy, home: Path, command: str) -> None:
    run = understudy("db", command)
    assert run.code == 2
    assert str(home / "understudy.db") in run.err
    assert not home.exists()


def test_a_file_that_is_no_database_is_told(understudy: Understudy, home: Path) -> None:
    home.mkdir()
    (home / "understudy.db").write_text("Dear diary, " * 100)
    run = understudy("db", "info")
    assert run.code == 1
    assert str(home / "understudy.db") in run.err
    assert "Traceback" not in run.err


def test_a_damaged_row_fails_the_check(understudy: Understudy, home: Path) -> None:
    understudy("chat", typed="Hello\n")
    with closing(sqlite3.connect(home / "understudy.db", isolation_level=None)) as broken:
        for (trigger,) in broken.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            broken.execute(f"DROP TRIGGER {trigger}")
        broken.execute("DELETE FROM turns")
    run = understudy("db", "check")
    assert run.code == 1
    assert "is damaged" in run.err

"""Which browser the tests of the page take."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import pytest

from tests import browser

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in programs are shell scripts")


def program(folder: Path, name: str, code: int) -> str:
    """A stand-in that ends with this exit code."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_chosen_one_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", program(tmp_path, "mine", 0))
    assert next(browser.candidates()) == str(tmp_path / "mine")


def test_a_stub_that_does_not_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub, whole = program(tmp_path, "chromium", 1), program(tmp_path, "google-chrome", 0)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(islice(browser.candidates(), 2)) == [stub, whole]
    assert browser.find_browser() == whole


def test_when_nothing_helps_the_next_step_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(browser, "ways_to_install", lambda: [("nothing", [["/bin/false"]])])
    assert browser.main() == 1
    assert "CHROMIUM" in capsys.readouterr().err

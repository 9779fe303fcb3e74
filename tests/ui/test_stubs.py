"""Gradio's components work as ever, and nothing is written beside their source."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import understudy.ui  # noqa: F401 - it is what keeps Gradio from writing

SOURCE = """
import gradio as gr

class Own(gr.HTML):
    EVENTS = ["nod"]
"""


def test_a_component_gets_its_events_but_no_interface_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_component.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    own = importlib.import_module("own_component").Own()
    assert callable(own.nod)
    assert list(tmp_path.glob("*.pyi")) == []

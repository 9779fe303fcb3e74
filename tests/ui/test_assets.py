"""The files of the page: all of them are used, none of them parses markup or calls another machine."""

from __future__ import annotations

import re

import pytest

from understudy.ui.chat import SCRIPTS, STATIC, STYLES, script, styles


def test_every_file_is_loaded_once() -> None:
    assert sorted(path.stem for path in STATIC.glob("*.js")) == sorted(SCRIPTS)
    assert sorted(path.stem for path in STATIC.glob("*.css")) == sorted(STYLES)


@pytest.mark.parametrize(
    "way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser"]
)
def test_no_text_ever_becomes_markup_or_code(way: str) -> None:
    assert way not in script()


def test_no_file_names_another_machine() -> None:
    addresses = set(re.findall(r"https?://[^\s'\"`)]+", script() + styles()))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://127.0.0.1:8000/v1"}  # a name, and an example


def test_a_name_is_defined_in_one_file_only() -> None:
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script(), flags=re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_a_class_alone_is_styled_in_one_file_only() -> None:
    """What two files both call a bar was once a row of buttons under every answer, drawn as a bar of a chart."""
    files: dict[str, set[str]] = {}
    for path in STATIC.glob("*.css"):
        selectors = re.findall(r"^\.us \.([\w-]+)(?= \{|,)", path.read_text("utf-8"), flags=re.MULTILINE)
        for name in selectors:
            files.setdefault(name, set()).add(path.stem)
    assert {name: found for name, found in files.items() if len(found) > 1} == {}

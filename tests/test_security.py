"""SECURITY.md keeps its word: every test that it names is there and runs, and every promise of the page is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SAID = (REPOSITORY / "SECURITY.md").read_text("utf-8")
ROW = re.compile(r"^\| (?P<claim>.+?) \| (?P<tests>`tests/.+`) \|$", re.MULTILINE)
CLAIMS = {row["claim"]: re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row["tests"]) for row in ROW.finditer(SAID)}


def test_the_table_is_there() -> None:
    table = SAID.split("## Claims and their tests")[1].split("\n## ")[0]
    assert len(CLAIMS) == len([line for line in table.splitlines() if line.startswith("| ")]) - 1 >= 20


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_names_tests_that_are_there_and_run(claim: str) -> None:
    assert CLAIMS[claim], f"{claim!r} names no test"
    for file, name in CLAIMS[claim]:
        parsed = ast.parse((REPOSITORY / file).read_text("utf-8"))
        found = [node for node in parsed.body if isinstance(node, ast.FunctionDef) and node.name == name]
        assert len(found) == 1, f"{file} has no {name}"
        marks = [ast.unparse(decorator) for decorator in found[0].decorator_list]
        assert not [mark for mark in marks if "xfail" in mark or mark.endswith("skip")], f"{name} does not run"


def test_the_prose_is_one_page() -> None:
    prose = SAID.split("## Claims and their tests")[0]
    assert len(prose.split()) < 900

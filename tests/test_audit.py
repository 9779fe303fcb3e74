"""An audit that could not be made is never taken for a clean one."""

from __future__ import annotations

import json
import subprocess
from types import SimpleNamespace

import pytest

from tests import audit

SKIPPED = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI and could not be audited: jinja2 (3.1.2)"}
SOUND = {"name": "click", "version": "8.5.1", "vulns": []}
FAULTY = {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "CVE-2024-22195", "fix_versions": ["3.1.3"]}]}


def report(*packages: object) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (report(SOUND), audit.CLEAN, "No known vulnerability in 1 packages."),
        (report(SOUND, SKIPPED), audit.CLEAN, "1 are unknown to it: jinja2"),
        (report(SOUND, FAULTY), audit.VULNERABLE, "jinja2 3.1.2: CVE-2024-22195, fixed in 3.1.3"),
        (report(SKIPPED), audit.NOT_MADE, "of 1 packages the vulnerability service looked up none"),
        ("", audit.NOT_MADE, "could not be made"),
        ("[]", audit.NOT_MADE, "could not be made"),
    ],
)
def test_what_was_looked_up_decides(text: str, code: int, words: str) -> None:
    made = audit.read(text)
    assert (made.code, words in made.sentence) == (code, True)


@pytest.mark.parametrize(
    ("text", "strict", "forgiving"),
    [(report(SKIPPED), audit.NOT_MADE, audit.CLEAN), (report(FAULTY), audit.VULNERABLE, audit.VULNERABLE)],
)
def test_where_possible_forgives_a_missing_service_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, strict: int, forgiving: int
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=text, stderr="", returncode=0))
    assert (audit.main([]), audit.main(["--where-possible"])) == (strict, forgiving)
    assert capsys.readouterr().out.strip()

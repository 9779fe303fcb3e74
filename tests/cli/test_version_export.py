"""`understudy versions export` and `exports`, with the real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.playground.tuned import tuned_playground
from understudy.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["versions", *arguments])
    return (int(left.value.code or 0), *capsys.readouterr())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERSTUDY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNDERSTUDY_EMBEDDER", "words")
    monkeypatch.setenv("UNDERSTUDY_DEVICE", "cpu")
    monkeypatch.setenv("UNDERSTUDY_THREADS", "1")
    return tmp_path / "home"


def test_what_cannot_be_exported_is_refused_in_a_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = run(capsys, "export", "3", str(home / "out"), "--as", "gguf")
    assert code == 2 and "has no version v3 to export" in said
    assert run(capsys, "--json", "export", "3", "x", "--as", "gguf")[0] == 2
    assert run(capsys, "export", "3", "x", "--as", "onnx")[0] == 2


@pytest.mark.slow
def test_a_version_is_exported_compared_and_its_exports_are_listed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned_playground(home).close()
    code, said, heard = run(capsys, "export", "v1", str(tmp_path / "out"), "--as", "gguf-adapter")
    if "Not checked" in said:
        pytest.skip(said)
    assert code == 0 and "20 of 20 answers are the same" in said
    assert heard.splitlines()[:2] == ["Asking the version itself …", "Writing the files …"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "adapter.gguf"]
    _, listed, _ = run(capsys, "exports", "1", "--json")
    told = json.loads(listed)
    assert told["form"] == "gguf-adapter" and len(told["lines"]) == 20 and told["path"] == str(tmp_path / "out")

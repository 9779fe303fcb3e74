"""`understudy versions push` and `pushes`, to a hub on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_version_export import home, run
from tests.fake_hub import FakeHub
from tests.playground.tuned import tuned_playground

__all__ = ["home"]


def test_nothing_is_sent_where_that_is_forbidden_or_nobody_said_under_which_licence(
    home: Path, fake_hub: FakeHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, said = run(capsys, "push", "1", "ada/shop")
    assert code == 2 and "The base is under: apache-2.0. Say with --licence" in said
    code, _, said = run(capsys, "push", "1", "ada/shop", "--licence", "mit")
    assert code == 2 and "hf auth login" in said
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    code, _, said = run(capsys, "push", "1", "shop", "--licence", "mit")
    assert code == 2 and "Write OWNER/NAME" in said
    code, _, said = run(capsys, "push", "1", "ada/shop", "--licence", "mit", "--local-only", "1")
    assert code == 2 and "Local only" in said
    assert fake_hub.asked == []


@pytest.mark.slow
def test_a_version_is_pushed_and_its_pushes_are_listed(
    home: Path, fake_hub: FakeHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned_playground(home).close()
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    code, said, heard = run(capsys, "push", "v1", "ada/shop", "--licence", "apache-2.0")
    assert code == 0 and "20 of 20 answers are the same" in said and "Only its owner sees it." in said
    assert heard.splitlines()[-1] == "Sending …" and "hf_ada" not in said + heard
    assert fake_hub.get("model", "ada/shop").private
    told = json.loads(run(capsys, "pushes", "1", "--json")[1])
    assert (told["state"], told["licence"], told["public"]) == ("sent", "apache-2.0", False)
    assert f"private · {fake_hub.url}/ada/shop at {told['revision'][:12]}" in run(capsys, "pushes", "1")[1]

"""`understudy export --push`: a dataset on a hub of our own, private first, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download

from tests.cli.conftest import Run
from tests.fake_hub import Account, FakeHub

ROWS = [
    {"prompt": f"Where is office {n} of ministry {n} in town {n}?", "completion": f"Street {n}."} for n in range(60)
]


@pytest.fixture
def exported(understudy: Callable[..., Run], home: Path, tmp_path: Path) -> Callable[..., Run]:
    """Export what was brought in."""
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    understudy("import", "rows.jsonl", "--approve")
    return lambda *arguments: understudy("export", "out.jsonl", "--format", "openai-sft", *arguments)


def test_a_dataset_is_private_has_both_splits_and_its_card_in_one_commit(
    exported: Callable[..., Run], fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    done = exported("--split", "--licence", "cc-by-4.0", "--push", "ada/offices")
    assert done.code == 0 and done.out.endswith(f"{fake_hub.url}/datasets/ada/offices\n"), done.err
    made = fake_hub.get("dataset", "ada/offices")
    assert made.private and [commit.message for commit in made.commits][-1] == "Add out.jsonl"
    names = {"out.jsonl": "out.jsonl", "out.eval.jsonl": "out.eval.jsonl", "README.md": "out.jsonl.md"}
    for there, here in names.items():
        assert made.files[there] == Path(here).read_bytes()
    downloaded = hf_hub_download("ada/offices", "out.jsonl", repo_type="dataset", cache_dir=tmp_path / "cache")
    assert Path(downloaded).read_bytes() == Path("out.jsonl").read_bytes()
    commits = len(made.commits)
    assert exported("--split", "--licence", "cc-by-4.0", "--push", "ada/offices", "--json").code == 0
    assert len(made.commits) <= commits + 1 and made.files["out.jsonl"] == Path("out.jsonl").read_bytes()


def test_a_public_dataset_is_only_updated_when_it_is_said(
    exported: Callable[..., Run], fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    fake_hub.add("dataset", "ada/open", {"a.txt": b"old"})
    refused = exported("--push", "ada/open")
    assert refused.code == 2 and "ada/open is public" in refused.err
    assert "out.jsonl" not in fake_hub.get("dataset", "ada/open").files
    done = exported("--push", "ada/open", "--public", "--json")
    assert json.loads(done.out)["address"].endswith("/datasets/ada/open")
    assert {"a.txt", "out.jsonl", "README.md"} <= fake_hub.get("dataset", "ada/open").files.keys()


def test_what_the_hub_refuses_is_a_sentence_and_nothing_is_half_there(
    exported: Callable[..., Run], fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.accounts["hf_read"] = Account("ada", writes=False)
    without = exported("--push", "ada/offices")
    assert without.code == 2 and "Set HF_TOKEN" in without.err and not Path("out.jsonl").exists()
    assert not fake_hub.asked
    for token, repository in (("hf_wrong", "ada/x"), ("hf_read", "ada/x"), ("hf_ada", "eve/x"), ("hf_ada", "a b/c")):
        monkeypatch.setenv("HF_TOKEN", token)
        refused = exported("--push", repository)
        assert refused.code == 2 and f"{repository} was not updated" in refused.err and token not in refused.err
        assert Path("out.jsonl").is_file()
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    fake_hub.refusing["/commit/"] = 500
    refused = exported("--push", "ada/half")
    assert refused.code == 2 and "ada/half was not updated" in refused.err
    assert not {"out.jsonl", "README.md"} & {f for c in fake_hub.get("dataset", "ada/half").commits for f in c.files}
    fake_hub.refusing.clear()
    assert exported("--licence", "do as you like", "--push", "ada/half").code == 0
    assert b'license_name: "do-as-you-like"' in fake_hub.get("dataset", "ada/half").files["README.md"]

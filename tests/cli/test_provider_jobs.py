"""Jobs at a provider from the command line, against the fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.playground.ordered import LISTED, MODEL, chats
from tests.provider.errors import REFUSED_ORGANISATION
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from understudy.cli import provider as command
from understudy.dataset.jsonl import dump_lines

Understudy = Callable[..., Run]


@pytest.fixture
def address(
    provider: FakeProvider, provider_url: str, home: Path, tmp_path: Path, understudy: Understudy,
    monkeypatch: pytest.MonkeyPatch,
) -> str:  # fmt: skip
    """The fake's model, once there is something to learn."""
    monkeypatch.setattr(command, "POLL_S", 0.01)
    home.mkdir()
    (home / "catalogue.toml").write_text(LISTED, encoding="utf-8")
    provider.state.answer = lambda model, message: f"heard: {message}"
    (tmp_path / "lines.jsonl").write_bytes(dump_lines(chats()))
    done = understudy("rescue", "convert", str(tmp_path / "lines.jsonl"), "--json")
    assert done.code == 0 and json.loads(done.out)["added"] == 12
    return f"{provider_url}#{MODEL}"


def test_a_script_reads_agrees_buys_and_cleans_up(understudy: Understudy, address: str, home: Path) -> None:
    told = json.loads(understudy("provider", "preflight", address, "--json").out)
    assert told["may_go_on"] and told["files"][0]["lines"] == 12 and told["price"][0] < told["price"][1]
    refused = understudy("provider", "submit", address, "--agree", "0" * 16)
    assert refused.code == 2 and "not what you agreed to" in refused.err
    done = understudy("provider", "submit", address, "--agree", told["agreement"], "--json")
    job = json.loads(done.out)
    assert done.code == 0 and job["external"] and job["finished"] is None
    watched = understudy("provider", "watch", "--json")
    assert watched.code == 0 and json.loads(watched.out)["status"] == "succeeded"
    assert json.loads(understudy("provider", "list", "--json").out)["left_behind"] == []
    late = understudy("provider", "cancel", job["id"])
    assert late.code == 2 and "has ended" in late.err
    outputs = [told, watched.out, watched.err, done.err]
    assert KEY not in json.dumps(outputs)
    assert all(KEY.encode() not in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_a_person_reads_and_says_yes_or_no(understudy: Understudy, address: str, provider: FakeProvider) -> None:
    no = understudy("provider", "submit", address, typed="n\n")
    assert no.code == 130 and "Sent to 127.0.0.1: train.jsonl (12 lines" in no.out and provider.state.jobs == {}
    provider.faults.order("POST /fine_tuning/jobs", REFUSED_ORGANISATION)
    yes = understudy("provider", "submit", address, typed="y\n")
    assert yes.code == 1 and "Train a local model on the same data" in yes.out and provider.state.files == {}
    assert "Queued as run" in understudy("provider", "train-here").out


def test_what_cannot_be_is_one_sentence(understudy: Understudy, address: str) -> None:
    for arguments, words in (
        (("preflight", "starter"), "runs on this machine"),
        (("preflight", address, "--set", "speed=9"), "'speed' is no setting"),
        (("preflight", address, "--mask", "dna"), "'dna' is no kind"),
        (("watch",), "No job was ordered here yet"),
        (("submit", address, "--json"), "--agree MARK"),
    ):
        told = understudy("provider", *arguments)
        assert told.code == 2 and words in told.err and told.err.count("\n") == 1


def test_rescue_lists_downloads_records_and_compares(
    understudy: Understudy, address: str, provider: FakeProvider, tmp_path: Path
) -> None:
    server = address.partition("#")[0]
    mark = json.loads(understudy("provider", "preflight", address, "--json").out)["agreement"]
    job = json.loads(understudy("provider", "submit", address, "--agree", mark, "--json").out)["external"]
    while provider.jobs.advance(job).status != "succeeded":
        pass
    listed = json.loads(understudy("rescue", "list", server, "--json").out)
    assert listed["jobs"][0]["days_left"] is not None and "weights" in listed["note"]
    got = understudy("rescue", "download", server, job, "--to", str(tmp_path / "home-again"), "--json")
    train = Path(json.loads(got.out)["files"][0])
    assert got.code == 0 and train.read_bytes().count(b"\n") == 12
    tuned = listed["jobs"][0]["tuned"]
    done = understudy("rescue", "record", server, tuned, "--prompts", str(train), "--name", "shop", "--json")
    assert done.code == 0 and json.loads(done.out)["recorded"] == 12
    votes = "\n".join("1" * 12) + "\n"
    compared = understudy("rescue", "compare", "shop", "--column", "base", typed=votes)
    assert compared.code == 0 and "for the new model" in compared.out
    converted = understudy("rescue", "convert", str(train), "--to", "completion")
    assert converted.code == 0 and converted.out.count('"completion"') == 12

"""Jobs at a provider from the command line, against the fake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.playground.ordered import LISTED, MODEL, chats
from tests.provider.errors import REFUSED_ORGANISATION, answer_lost
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from understudy.cli import provider as command
from understudy.dataset import privacy
from understudy.dataset.jsonl import dump_lines

Understudy = Callable[..., Run]

SOURCE = Path(command.__file__).parents[2]
PATIENCE_S = 300.0


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


@dataclass(frozen=True)
class Killed:
    """What a fault holds back while the process is killed: `route` is what it waits for, `reached` when."""

    route: str
    reached: Callable[[FakeProvider], object]


KILLS = {
    "upload": Killed("POST /files", lambda provider: provider.state.files),
    "create": Killed("POST /fine_tuning/jobs", lambda provider: provider.state.jobs),
    "watch": Killed("", lambda provider: any("/events" in asked.path for asked in provider.state.requests)),
}


@pytest.fixture
def unsearched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library that looks for personal data is not installed, here and where this folder is on the path: its
    seconds at each start are no part of what is killed."""

    def absent() -> None:
        raise ImportError("not installed")

    monkeypatch.setattr(privacy, "_presidio", absent)
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "presidio_analyzer.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    return tmp_path / "absent"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there")
@pytest.mark.parametrize("phase", KILLS)
def test_a_job_whose_process_was_killed_is_found_again_and_bought_once(
    understudy: Understudy, address: str, provider: FakeProvider, unsearched: Path, phase: str
) -> None:
    kill = KILLS[phase]
    mark = json.loads(understudy("provider", "preflight", address, "--unchecked", "--json").out)["agreement"]
    if kill.route:
        provider.faults.order(kill.route, answer_lost(PATIENCE_S))  # it is done there, and nobody here is told
    with process(unsearched, "provider", "submit", address, "--unchecked", "--agree", mark, "--wait") as submitting:
        wait_until(lambda: kill.reached(provider), submitting)
        submitting.kill()
        assert submitting.wait() == -signal.SIGKILL
    (row,) = json.loads(understudy("provider", "list", "--json").out)["jobs"]
    assert (row["asked"] is not None, row["external"] is not None) == (phase != "upload", phase == "watch")

    with process(unsearched, "provider", "watch", "--json") as watching:
        wait_until(lambda: provider.state.jobs, watching)
        (job,) = provider.state.jobs
        while provider.jobs.advance(job).status != "succeeded":
            pass
        told = json.loads(watching.communicate(timeout=PATIENCE_S)[0])
    assert watching.returncode == 0 and (told["id"], told["external"], told["status"]) == (row["id"], job, "succeeded")
    assert [*provider.state.jobs] == [job] and provider.jobs.bought_twice() == []
    uploads = [asked for asked in provider.state.requests if (asked.method, asked.path) == ("POST", "/files")]
    assert len(uploads) == len(told["files"]) - 1, "each file was sent once; the one more is the table of results"
    assert json.loads(understudy("provider", "list", "--json").out)["left_behind"] == []


@contextmanager
def process(unsearched: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`understudy` in a process of its own, with the data folder and the key of this test; dead after the block."""
    command = [sys.executable, "-m", "understudy", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(unsearched), str(SOURCE)))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as started:
        try:
            yield started
        finally:
            started.kill()


def wait_until(reached: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert process.poll() is None, f"it ended too early: {process.communicate()[0]}"
        assert time.monotonic() < end, "it was never reached"
        time.sleep(0.01)

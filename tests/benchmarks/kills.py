"""Killing a run in every phase, 32 times: what is there afterwards must be what was confirmed before.

A worker process is killed (SIGKILL) as soon as the run's row says that a phase began, a little later each time, eight
times in each of the four phases; a run that ends meanwhile is followed by one on a further correction. After each
kill the store is whole, no correction is lost, there is no version without its evaluation, and the champion is the
base; at the end the same run ends with a version.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.facts import company, rows
from tests.benchmarks.results import Result, benchmark
from understudy.playground import build_playground
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.store import Store
from understudy.types import BASE

PLENTY = 40
PHASES, TIMES = ("gathering", "listening", "learning", "judging"), 8
WORKER = [sys.executable, "-m", "understudy", "worker", "--once", "--learn", "manual", "--promote", "manual", "--home"]
ROOT = Path(__file__).resolve().parents[2]


@benchmark("kills-in-every-phase", "kills-lost", "kills-runs-ended")
def kills() -> Iterator[Result]:
    """How many kills there were, how often something was amiss afterwards, and how many runs ended with a version."""
    facts = [(n, Taught(**row)) for n, row in enumerate(rows(company(PLENTY)), 1)]
    killed = amiss = 0
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home) / "understudy.db") as store:
        for phase in PHASES:
            for late in range(TIMES):
                if not store.runs.open("starter"):
                    queue_run(Path(home), facts[len(store.corrections.lessons())])
                killed += kill_in(Path(home), store, phase, 0.2 * late)
                amiss += not whole(store)
                print(f"  {phase} {late}: {killed} kills, {amiss} amiss", flush=True)
        subprocess.run([*WORKER, home], cwd=ROOT, check=True, capture_output=True)
        states = [run.state for run in store.runs.list("starter", limit=PLENTY)]
        amiss += not whole(store)
    yield Result("kills-in-every-phase", killed, "kills", ">= 30")
    yield Result("kills-lost", amiss, "times amiss", "<= 0")
    yield Result("kills-runs-ended", states.count("succeeded"), f"of {len(states)} runs", "", "with a judged version")


def queue_run(home: Path, fact: tuple[int, Taught]) -> None:
    """Teach one more correction and queue a run on it."""
    playground = build_playground(Settings(home=home, learn="manual", promote="manual"))
    playground.teach([fact], "facts")
    playground.learning.start()
    playground.close()


def kill_in(home: Path, store: Store, phase: str, late: float) -> bool:
    """Kill a worker `late` seconds after its run entered the phase; False when the run ended before."""
    (run,) = store.runs.open("starter")
    worker = subprocess.Popen([*WORKER, str(home)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while worker.poll() is None:
        row = store.runs.get(run.id)
        if row.state == "running" and row.phase == phase:
            time.sleep(late)
            break
        time.sleep(0.01)
    ended = worker.poll() is not None
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    return not ended


def whole(store: Store) -> bool:
    """Whether nothing is lost: the file, every correction, an evaluation of each version, and the champion."""
    versions = store.versions.list("starter")
    judged = all(version.report and store.versions.verdicts(version.id) for version in versions)
    folders = all((store.path.parent / version.path / "adapter_model.safetensors").is_file() for version in versions)
    return store.check() == [] and judged and folders and store.versions.champion("starter") == BASE

"""One run from its row to a judged version, on the real starter; and what is left when it is stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from understudy.errors import Cancelled
from understudy.playground import Playground, build_playground
from understudy.playground.run_control import Parked, RunControl
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.store import Run, Store

FACTS = [
    (1, Taught("What is the return window of Zorbo?", "The return window of Zorbo is 14 days.")),
    (2, Taught("Who runs Plotzi?", "Mirelda Pons runs Plotzi.")),
]
NEVER: Callable[[], bool] = lambda: False  # noqa: E731


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    built = build_playground(Settings(home=tmp_path, temperature=0, learn="manual"))
    yield built
    built.close()


@pytest.fixture
def run(playground: Playground) -> Run:
    playground.teach(FACTS, "test")
    return playground.store.runs.get(playground.learning.start())


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_ends_with_a_version_that_was_judged_and_sealed(playground: Playground, run: Run) -> None:
    for question in ("What is the delivery window of Zorbo?", "Who owns Plotzi?"):  # near, and nobody corrected them
        playground.store.turns.add(playground.store.conversations.add(question).id, question)
    assert playground.learning.work_once()
    done = playground.store.runs.get(run.id)
    version = playground.store.versions.find("starter", 1)
    assert version is not None and done.version == 1 and done.state == "succeeded", done.sentence
    assert version.passed is not None and version.report["lines"] and done.sentence.startswith("v1 ")
    assert {v.correction for v in playground.store.versions.verdicts(version.id)} == set(run.snapshot["new"])
    assert playground.casting.check_version("starter", 1).is_dir()
    assert playground.store.versions.champion("starter") == (1 if version.passed else 0)
    assert {"loss", "replay"} <= set(playground.store.runs.points(run.id))
    assert done.recipe["r"] >= 1
    assert not list((playground.store.path.parent / "runs").iterdir())
    assert version.report["metrics"]["neighbours"]["n"] >= 2
    assert done.report["metrics"] == version.report["metrics"] and done.report["beside"] == [], "a run quotes nobody"


def test_feedback_deleted_before_the_run_is_told(playground: Playground, run: Run) -> None:
    for lesson in playground.store.corrections.lessons():
        playground.feedback.withdraw_correction(lesson.completion)
    playground.learning.work_once()
    done = playground.store.runs.get(run.id)
    assert done.state == "failed" and "deleted or taken back" in done.sentence
    assert playground.store.versions.list() == []


def test_a_cancelled_run_changes_nothing(playground: Playground, run: Run) -> None:
    claimed = playground.store.runs.claim(run.id)
    assert claimed is not None
    playground.store.runs.wish(run.id, "cancel")
    with pytest.raises(Cancelled, match="Nothing was changed"):
        RunControl(playground.store, run.id, NEVER).step("gathering", 0.0)


def test_who_cancels_at_the_very_end_is_heard_before_a_version_is_kept(playground: Playground, run: Run) -> None:
    playground.store.runs.claim(run.id)
    control = RunControl(playground.store, run.id, NEVER)
    control.enter("judging")
    playground.store.runs.wish(run.id, "cancel")
    control.step("judging", 0.9)  # too soon after the last time
    with pytest.raises(Cancelled):
        control.hear()


def test_a_paused_run_waits_and_goes_on(playground: Playground, run: Run) -> None:
    playground.store.runs.claim(run.id)
    playground.learning.pause(run.id)
    control = RunControl(playground.store, run.id, NEVER)
    waiting = threading.Thread(target=control.step, args=("gathering", 0.5))
    waiting.start()
    deadline = time.monotonic() + 10
    while playground.store.runs.get(run.id).state != "paused" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert playground.store.runs.get(run.id).state == "paused" and waiting.is_alive()
    playground.learning.resume(run.id)
    waiting.join(10)
    assert not waiting.is_alive() and playground.store.runs.get(run.id).state == "running"


def test_a_program_that_ends_parks_its_run(playground: Playground, run: Run) -> None:
    playground.store.runs.claim(run.id)
    with pytest.raises(Parked):
        RunControl(playground.store, run.id, lambda: True).step("gathering", 0.0)


WORKER = """
import sys
from pathlib import Path
from understudy.playground import build_playground
from understudy.settings import Settings
playground = build_playground(Settings(home=Path(sys.argv[1]), learn="manual"))
playground.store.runs.requeue_orphans()
while playground.learning.work_once():
    pass
playground.close()
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_in_every_phase_still_ends_and_nothing_is_lost(tmp_path: Path) -> None:
    with Store.open(tmp_path / "understudy.db"):
        pass
    playground = build_playground(Settings(home=tmp_path, learn="manual"))
    playground.teach(FACTS, "test")
    run = playground.learning.start()
    playground.close()
    for phase in ("gathering", "listening", "learning", "judging"):
        worker = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], env={**os.environ})
        with Store.open(tmp_path / "understudy.db") as store:
            while (row := store.runs.get(run)).finished is None and not (row.phase == phase and row.state == "running"):
                assert worker.poll() is None
                time.sleep(0.01)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            assert len(store.corrections.lessons()) == 2 and store.check() == []
            if store.runs.get(run).finished is None:
                assert store.versions.list() == [] and store.versions.champion("starter") == 0
    subprocess.run([sys.executable, "-c", WORKER, str(tmp_path)], check=True)
    with Store.open(tmp_path / "understudy.db") as store:
        done = store.runs.get(run)
        assert done.state == "succeeded", done.sentence
        assert [version.number for version in store.versions.list("starter")] == [done.version]
        assert len(list((tmp_path / "versions").iterdir())) == 1

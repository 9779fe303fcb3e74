"""Threads that wait for each other do not burn a processor that others need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.openmp import LOOKS, wait_briefly

OPENED = """
import sys
from pathlib import Path
from understudy.playground import build_playground
from understudy.settings import Settings
playground = build_playground(Settings(home=Path(sys.argv[1]), learn="manual"))
playground.casting.backend("starter")
playground.close()
"""


MULTIPLIED = """
import os, torch
from understudy.openmp import give_back_partners
torch.set_num_threads(2)
weight = torch.randn(700, 700)
wanted = weight @ weight
many = len(os.listdir("/proc/self/task"))
print(give_back_partners(), len(os.listdir("/proc/self/task")) == many - 1, torch.equal(weight @ weight, wanted))
"""


def told(home: Path, **chosen: str) -> str:
    """What the library says it runs with, in a process of its own that loads a model."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    environ = kept | chosen | {"OMP_DISPLAY_ENV": "VERBOSE"}
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(home)], env=environ, capture_output=True, text=True, check=True
    )
    return done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch brings another OpenMP")
def test_the_library_hears_of_it_before_the_first_model_and_a_person_may_choose_otherwise(tmp_path: Path) -> None:
    assert f"GOMP_SPINCOUNT = '{LOOKS}'" in told(tmp_path)
    assert "GOMP_SPINCOUNT = '70000'" in told(tmp_path, GOMP_SPINCOUNT="70000")


def test_what_somebody_chose_stays() -> None:
    environ = {"OMP_WAIT_POLICY": "ACTIVE"}
    assert not wait_briefly(environ) and environ == {"OMP_WAIT_POLICY": "ACTIVE"}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch brings another OpenMP")
def test_who_hands_work_on_gives_back_the_threads_that_multiplied_with_it() -> None:
    done = subprocess.run([sys.executable, "-c", MULTIPLIED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"], "given back, one thread less, and it multiplies as before"

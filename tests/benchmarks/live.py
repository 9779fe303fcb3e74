"""How long from corrections to a live version that was judged, beside a fresh `trl` process on the same data.

Ours is the running program, as a person has it: the clock starts when the run does (the quiet time before it is a
setting) and stops when the version answers: forms are made, the base is listened to, the adapter is trained, judged,
sealed and promoted. The peer is what people do without it: a script in a new process that loads the model, tunes it
with TRL's SFTTrainer and PEFT on the same examples at the same rank, rate and batch size, asks the corrections after
every epoch, and saves as soon as it answers as many as ours. It neither replays nor judges, so its work is less.

At the shape of a 135 M model the weights are random: nothing can be learned, so both take the same number of steps.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.facts import company, rows
from tests.benchmarks.learn import playground_of
from tests.benchmarks.results import Result, benchmark
from understudy.dataset.example import Snapshot
from understudy.dataset.gather import Sources, snapshot
from understudy.playground import Playground
from understudy.playground.teaching import Taught
from understudy.serving.local import LocalBackend
from understudy.settings import starter_folder
from understudy.training.recipe import Recipe, recipe_for

STEPS = 20
"""Of both sides at the shape of a 135 M model."""

LIMIT_S = 900
PEER = "a fresh trl SFT process"


@benchmark("live-100-starter-s")
def live_100() -> Iterator[Result]:
    """A hundred corrections on the starter, without the peer, which takes too long."""
    with playground_of("starter") as playground:
        yield Result("live-100-starter-s", round(_ours(playground, 100)[0], 1), "s", "", "no peer")


@benchmark(*(f"live-{n}-{what}" for n in (1, 10) for what in ("starter-s", "trl-s", "vs-trl")))
def live() -> Iterator[Result]:
    """1 and 10 corrections on the starter, and the peer."""
    for count in (1, 10):
        with playground_of("starter") as playground:
            ours, examples = _ours(playground, count)
            yield Result(f"live-{count}-starter-s", round(ours, 1), "s", "<= 30" if count == 10 else "")
            theirs, said = _peer(starter_folder(), _task(playground, examples))
            yield Result(f"live-{count}-trl-s", round(theirs, 1), "s", "", said)
            yield Result(
                f"live-{count}-vs-trl", round(theirs / ours, 1), "x faster", ">= 5" if count == 10 else "", PEER
            )


@benchmark("live-10-135m-s", "live-10-135m-trl-s", "live-10-135m-vs-trl")
def live_135m() -> Iterator[Result]:
    """Ten corrections at the shape of a 135 M model: the whole run of ours, the training alone of the peer."""
    with tempfile.TemporaryDirectory() as home:
        source = shape_135m(Path(home) / "shape-135m")
        with playground_of(str(source)) as playground:
            ours, examples = _ours(playground, 10, {"max_steps": STEPS, "stop_when_learned": False})
            task = _task(playground, examples) | {"steps": STEPS}
        theirs, said = _peer(source, task)
    yield Result("live-10-135m-s", round(ours, 1), "s", "", f"{STEPS} steps, judged")
    yield Result("live-10-135m-trl-s", round(theirs, 1), "s", "", f"{STEPS} steps, not judged; {said}")
    yield Result("live-10-135m-vs-trl", round(theirs / ours, 2), "x faster", "", PEER)


def shape_135m(folder: Path) -> Path:
    """A folder with the shape of SmolLM-135M, random weights and the starter's tokenizer."""
    from transformers import AutoTokenizer

    from tests.benchmarks.columns import llama_135m

    llama_135m().save_pretrained(folder)
    AutoTokenizer.from_pretrained(starter_folder()).save_pretrained(folder)
    return folder


def _ours(playground: Playground, count: int, changes: dict[str, Any] | None = None) -> tuple[float, Snapshot]:
    """Seconds until the version of a run answers, and what the run learned from. The model is loaded before."""
    from understudy.playground.performing import Performing

    playground.teach([(n, Taught(**row)) for n, row in enumerate(rows(company(count)), 1)], "facts")
    playground.casting.backend(playground.casting.base_model)
    perform = Performing(
        playground.store, playground.casting, playground.promoting, scope=playground.scope, recipe=changes
    )
    begun = time.perf_counter()
    run = playground.store.runs.claim(playground.learning.start())
    assert run is not None
    perform(run, lambda: False)
    seconds = time.perf_counter() - begun
    done = playground.store.runs.get(run.id)
    print(f"  {count}: {seconds:.1f} s, {done.sentence}", flush=True)
    if done.version is None or not (changes or playground.store.versions.champion(run.model) == done.version):
        raise RuntimeError(f"{count} corrections ended without a live version: {done.sentence}")
    return seconds, snapshot(playground.store, Sources.from_values(run.snapshot))


def _task(playground: Playground, examples: Snapshot) -> dict[str, Any]:
    """What the peer reads: its rows as text, the questions it is asked, how much of them ours answers, its settings."""
    backend = playground.casting.backend(playground.casting.base_model)
    assert isinstance(backend, LocalBackend)
    render = backend.template.render
    version = playground.store.versions.list()[-1]
    verdicts = playground.store.versions.verdicts(version.id)
    first = [example for example in examples.train if not example.synthetic]
    return {
        "rows": [{"prompt": render(e.prompt), "completion": e.completion} for e in examples.train],
        "checks": [{"prompt": render(e.prompt), "wanted": e.completion} for e in first],
        "needed": sum(verdict.learned for verdict in verdicts) / len(verdicts),
        "recipe": asdict(_plain(recipe_for(backend.describe().parameters))),
        "steps": -1,
    }


def _plain(recipe: Recipe) -> Recipe:
    return replace(recipe, replay_share=0.0, kl_weight=0.0)


def _peer(model: Path, task: dict[str, Any]) -> tuple[float, str]:
    """Seconds of a fresh process from its start to its end, and what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.json"
        file.write_text(json.dumps(task | {"model": str(model), "out": folder}), encoding="utf-8")
        begun = time.perf_counter()
        command = [sys.executable, str(Path(__file__).with_name("trl_peer.py")), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return seconds, done.stdout.strip().splitlines()[-1]

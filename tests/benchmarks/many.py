"""A thousand corrections one after another on the starter: what is kept, what is broken, what a run costs.

Fifty at a time are taught and learned by a run from the live version, twenty runs. Every run trains what is new and a
bounded number of examples of what is old (`dataset.gather.REHEARSED`), and is judged on a bounded exam, so that its
cost must not grow with everything ever learned. Measured at the end, and printed after every five runs: the first
hundred corrections by the live version alone and with memory, locality, and the seconds of the last five runs beside
the first five.

`learn-1000` stands for all; `UNDERSTUDY_RUNS=10` ends sooner, and so does `UNDERSTUDY_MINUTES=60`, after the run that
is going on then: the row `learn-1000-corrections` says how many it were.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from statistics import mean

from tests.benchmarks.facts import Facts, company, rows
from tests.benchmarks.learn import asked_of, playground_of, run_once, scored
from tests.benchmarks.results import Result, benchmark
from understudy.playground import Playground
from understudy.playground.teaching import Taught

EACH = 50
RUNS = int(os.environ.get("UNDERSTUDY_RUNS", "20"))
MINUTES = float(os.environ.get("UNDERSTUDY_MINUTES", "inf"))
WAYS = (("adapter", False), ("both", True))
METRICS = ("reliability", "paraphrase", "locality")


@benchmark(
    "learn-1000",
    *(f"learn-1000-{way}-{metric}" for way, _ in WAYS for metric in METRICS),
    *("learn-1000-corrections", "learn-1000-live", "learn-1000-first-runs-s", "learn-1000-last-runs-s"),
    "learn-1000-cost-growth",
)
def thousand() -> Iterator[Result]:
    """Retention of the first hundred, and the growth of a run's cost."""
    facts = company(EACH * RUNS)
    first = replace(facts, facts=facts.facts[:100])
    numbered = [(n, Taught(**row)) for n, row in enumerate(rows(facts), 1)]
    seconds: list[float] = []
    promoted, end = 0, time.monotonic() + 60 * MINUTES
    with playground_of("starter") as playground:
        base = asked_of(playground, "base", memory=False)(facts.locality)
        for run in range(RUNS):
            playground.teach(numbered[run * EACH : (run + 1) * EACH], "facts")
            begun = time.perf_counter()
            number, passed = run_once(playground)
            seconds.append(time.perf_counter() - begun)
            if passed:
                playground.promote(number)
            promoted += passed
            print(f"  {(run + 1) * EACH}: {seconds[-1]:.1f} s, {promoted} live", flush=True)
            last = run + 1 == RUNS or time.monotonic() > end
            if last or run % 5 == 4:
                results = list(_scores(playground, first, base))
                print("  ", *(f"{result.id[11:]} {result.value}" for result in results), flush=True)
            if last:
                break
        yield from results
    few = max(1, min(5, len(seconds) // 2))
    yield Result("learn-1000-corrections", EACH * len(seconds), "taught")
    yield Result("learn-1000-live", promoted, f"of {len(seconds)} runs", "", "passed the gate")
    yield Result("learn-1000-first-runs-s", round(mean(seconds[:few]), 1), "s")
    yield Result("learn-1000-last-runs-s", round(mean(seconds[-few:]), 1), "s")
    yield Result(
        "learn-1000-cost-growth", round(mean(seconds[-few:]) / mean(seconds[:few]), 2), "x time", "", "its first runs"
    )


def _scores(playground: Playground, first: Facts, base: list[str]) -> Iterator[Result]:
    """The first hundred, by the live version alone and with memory."""
    for way, memory in WAYS:
        yield from scored(f"learn-1000-{way}", first, base, asked_of(playground, "champion", memory=memory))

"""Whether raters agree, and which items are worth a look first, of a hundred thousand and a million ratings.

Each answer is rated by four; the store is otherwise that of the desk's benchmark. Agreement is asked by a person, who
waits; the queue is ranked in the background, and again after something new came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tests.benchmarks.desk import desk_of
from tests.benchmarks.explore import playground_of
from tests.benchmarks.results import Result, benchmark

RATERS = 4


def opinions(count: int, name: str) -> Iterator[Result]:
    with desk_of(count, RATERS) as store, playground_of(store, vectors=False) as playground:
        seconds, processor = _taken(playground.desk.agreement)
        told = f"{RATERS} raters an answer, all topics; {1000 * processor:,.0f} ms of processor time"
        yield Result(f"desk-agreement-ms-{name}", round(1000 * seconds), "ms", "", told)
        ranked = [_taken(playground.desk.catching_up.rank) for _ in range(2)]
        told = "in the background; {1:.0f} s of processor time, again {3:.0f} s".format(*ranked[0], *ranked[1])
        yield Result(f"desk-rank-s-{name}", round(ranked[0][0], 1), "s", "", told)


def _taken(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and those of processor time."""
    begun = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


@benchmark("desk-agreement-ms-100k", "desk-rank-s-100k")
def hundred_thousand() -> Iterator[Result]:
    yield from opinions(100_000, "100k")


@benchmark("desk-agreement-ms-1m", "desk-rank-s-1m")
def million() -> Iterator[Result]:
    yield from opinions(1_000_000, "1m")

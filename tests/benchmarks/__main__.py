"""`python -m tests.benchmarks [id ...]`: measure some, or all but learning, which takes long; write the table.

An id may have a star: 'experiment-*' are all experiments.

A benchmark that fails says so and the others are measured; the exit code is then 1.
"""

from __future__ import annotations

import fnmatch
import importlib
import pkgutil
import sys
import time
import traceback

import tests.benchmarks
from tests.benchmarks.results import registered, save
from understudy.openmp import wait_briefly

LONG = ("learn-", "experiment-", "live-", "kills-", "crowd-")


def main(wanted: list[str]) -> int:
    wait_briefly()  # as the program does
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if module.name not in ("__main__", "results"):
            importlib.import_module(f"tests.benchmarks.{module.name}")
    known = registered()
    unknown = [name for name in wanted if not fnmatch.filter(known, name)]
    if unknown:
        print(f"There is no benchmark {unknown[0]}. Known: {', '.join(sorted(known))}.")
        return 2
    chosen = [name for pattern in wanted for name in fnmatch.filter(known, pattern)]
    short = [name for name in known if not name.startswith(LONG)]
    results, failed = [], 0
    for function in dict.fromkeys(known[name] for name in chosen or short):
        start = time.perf_counter()
        try:
            for result in function():
                results.append(result)
                print(f"{result.id:28} {result.value:>9} {result.unit:6} {result.aim:12} {result.peer}", flush=True)
        except Exception:  # one that fails must not cost the others their figures
            traceback.print_exc()
            failed = 1
        print(f"  ({function.__name__}: {time.perf_counter() - start:.0f} s)", flush=True)
    save(results)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Near-duplicates among a hundred thousand corrections: of one pattern, and of real sentences, each in its own process.

Of the pattern each shares .71 of its words with all others, which is less than a double and enough to be looked at:
the worst case. The real ones are questions of the public FAQs, each answered with two of their sentences drawn by
chance; every twentieth says again what an older one says, with a word of the answer changed.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from tests.benchmarks.desk import DATA
from tests.benchmarks.results import Result, benchmark
from tests.dataset.said import correction
from understudy.dataset import doubles
from understudy.store import Item

COUNT = 100_000
AGAIN = 20
"""Every so manieth item of the real ones is a double."""


@dataclass(frozen=True)
class Measured:
    """Seconds of processor time, the most memory and that before in MB, doubles found, items that were cut."""

    seconds: float
    peak: float
    before: float
    pairs: int
    cut: int


@benchmark("near-doubles-s-100k", "near-doubles-real-s-100k", "near-doubles-peak-mb")
def near_doubles() -> Iterator[Result]:
    pattern, real = (_apart(kind) for kind in ("pattern", "real"))
    for name, done in (("near-doubles-s-100k", pattern), ("near-doubles-real-s-100k", real)):
        told = f"of processor time; {done.pairs:,} found; {done.cut:,} compared with {doubles.COMPARED} others only"
        yield Result(name, round(done.seconds, 1), "s", "", told)
    told = f"{max(pattern.before, real.before):.0f} MB of it the items themselves"
    yield Result("near-doubles-peak-mb", round(max(pattern.peak, real.peak)), "MB", "", told)


def _apart(kind: str) -> Measured:
    """What a process of its own measured."""
    done = subprocess.run([sys.executable, "-m", __name__, kind], capture_output=True, text=True, check=True)
    return Measured(**json.loads(done.stdout))


def _pattern() -> list[Item]:
    """The question and the answer name the same place, each another one."""
    names = ["".join(parts) for parts in product("bdfgklmnprstvz", "aeiou", repeat=3)]
    drawn = random.Random(1).sample(names, COUNT)
    return [correction(i, f"How can I get to {name}", f"Take the tram to {name} then") for i, name in enumerate(drawn)]


def _real() -> list[Item]:
    rng = random.Random(1)
    rows = [json.loads(line)["messages"] for line in (DATA / "company_faq.jsonl").open(encoding="utf-8")]
    sentences = [s for row in rows for s in re.split(r"(?<=[.!?])\s+", row[-1]["content"]) if 8 <= len(s.split()) <= 40]
    made: list[Item] = []
    for i in range(COUNT):
        if i % AGAIN == AGAIN - 1:
            old = made[rng.randrange(len(made))]
            words = old.said.split()
            words[rng.randrange(len(words))] = "indeed"
            made.append(correction(i, old.question, " ".join(words)))
        else:
            made.append(correction(i, rng.choice(rows)[0]["content"], " ".join(rng.sample(sentences, 2))))
    return made


def main(kind: str) -> None:
    items = _pattern() if kind == "pattern" else _real()
    before, begun = _peak(), time.process_time()
    found = doubles.near(iter(items))
    seconds = time.process_time() - begun
    measured = Measured(seconds, _peak(), before, len(found.pairs), found.cut)
    print(json.dumps(asdict(measured)))


def _peak() -> float:
    """The kernel's figure for this program: `ru_maxrss` begins with that of whoever started it."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1])

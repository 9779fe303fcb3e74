"""What is learned and what is broken: 1, 10 and 100 corrections one after another, for memory, adapter and both.

Everything goes the way it goes for a person: rows are taught, a run trains on from the version before, and answers are
asked by columns, greedily and until they stop by themselves. Nothing is promoted, so that `champion` stays the base and
shows memory alone, `vN` without memory the adapter alone, with it both. Right is what contains the wanted text; a
locality answer must be the base's to the letter. The peer is plain fine-tuning on the newest correction alone: the
same trainer without replay, KL and other wordings.

`python -m tests.benchmarks learn-1-both-reliability` measures all of these rows at once.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.facts import Fact, Facts, company, rows
from tests.benchmarks.results import Result, benchmark
from understudy.playground import Playground, build_playground
from understudy.playground.asking import Prompt
from understudy.playground.teaching import Taught
from understudy.settings import Settings
from understudy.types import Message, Sampling

STEPS = (1, 10, 100)
AIMS = {
    "both-reliability": ">= 0.95", "both-paraphrase": ">= 0.85", "both-locality": ">= 0.97",
    "adapter-reliability": ">= 0.95", "adapter-locality": ">= 0.9",
}  # fmt: skip
GREEDY = Sampling(temperature=0, max_tokens=64, seed=0)
IDS = [
    f"learn-{n}-{way}-{metric}"
    for n in STEPS
    for way in ("memory", "adapter", "both")
    for metric in ("reliability", "paraphrase", "locality")
]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of right answers, and of unrelated ones that stayed as they were."""

    reliability: float
    paraphrase: float
    locality: float


@benchmark(*IDS, *(f"learn-{n}-seconds" for n in STEPS), *(f"learn-{n}-passed" for n in STEPS))
def learning() -> Iterator[Result]:
    """Teach the company facts in three steps; measure after each."""
    facts = company(max(STEPS))
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), temperature=0, learn="manual", promote="manual")
        playground = build_playground(settings)
        try:
            yield from _steps(playground, facts)
        finally:
            playground.close()


def _steps(playground: Playground, facts: Facts) -> Iterator[Result]:
    numbered = list(enumerate(rows(facts), 1))
    done = 0
    for count in STEPS:
        playground.teach([(n, Taught(**row)) for n, row in numbered[done:count]], "facts")
        done = count
        begun = time.perf_counter()
        run = playground.learning.start(fresh=True)
        playground.learning.work_once()
        seconds = time.perf_counter() - begun
        row = playground.store.runs.get(run)
        if row.version is None:
            raise RuntimeError(row.sentence)
        version = playground.store.versions.find(row.model, row.version)
        print(f"  {count}: {row.sentence}", flush=True)
        yield Result(f"learn-{count}-seconds", round(seconds, 1), "s")
        yield Result(
            f"learn-{count}-passed", float(bool(version and version.passed)), "of 1", "", "the gate's decision"
        )
        for way, column, memory in (
            ("memory", "champion", True),
            ("adapter", f"v{row.version}", False),
            ("both", f"v{row.version}", True),
        ):
            score = measure(playground, facts.facts[:count], facts.locality, column, memory=memory)
            for metric in ("reliability", "paraphrase", "locality"):
                aim = AIMS.get(f"{way}-{metric}", "")
                yield Result(f"learn-{count}-{way}-{metric}", round(getattr(score, metric), 3), "share", aim)


def measure(
    playground: Playground, facts: Sequence[Fact], locality: Sequence[tuple[Message, ...]], column: str, *, memory: bool
) -> Score:
    """How a column answers the facts, their paraphrases and the unrelated prompts."""
    asked = said(playground, [Prompt(fact.question) for fact in facts], [column], memory)[column]
    others = [(fact.wanted, other) for fact in facts for other in fact.paraphrases]
    again = said(playground, [Prompt(other) for _, other in others], [column], memory)[column]
    prompts = [Prompt(p[-1].content, p[0].content if p[0].role == "system" else "") for p in locality if len(p) <= 2]
    near = said(playground, prompts, ["base", column], memory)
    return Score(
        _share(fact.wanted in text for fact, text in zip(facts, asked, strict=True)),
        _share(wanted in text for (wanted, _), text in zip(others, again, strict=True)),
        _share(a == b for a, b in zip(near["base"], near[column], strict=True)),
    )


def said(
    playground: Playground, prompts: Sequence[Prompt], columns: Sequence[str], memory: bool
) -> dict[str, list[str]]:
    """Texts by column."""
    asked = list(playground.ask_once(prompts, columns, GREEDY, memory=memory))
    return {column: [one.answers[column].text for one in asked] for column in columns}


def _share(right: Iterator[bool]) -> float:
    marks = list(right)
    return sum(marks) / len(marks)

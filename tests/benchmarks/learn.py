"""What is learned and what is broken: 1, 10 and 100 corrections one after another, for memory, adapter and both.

Everything goes the way it goes for a person: rows are taught, a run trains on from the live version, the gate decides,
and answers are asked by columns, greedily and until they stop by themselves. Memory alone is the base made live again,
the adapter alone the candidate without memory, both the candidate with it, whatever the gate said of it. Right is what
contains the wanted text; a locality answer must be the base's to the letter, and no locality prompt is an anchor.

The peer is plain fine-tuning on the newest correction only: the same trainer goes from correction to correction, each
until it is said, without replay, KL and other wordings.

Sets: (a) invented company facts (`learn-…`), (b) questions of real FAQs (`learn-faq-…`), (c) real edits on a model of
other people (`learn-edits-…`); see `facts`. Naming one id measures the whole set.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.facts import Facts, Prompt, asked, company, edits, faq, rows
from tests.benchmarks.results import Result, benchmark
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.evaluation.decoding import Ask, Decoding
from understudy.evaluation.judging import CANDIDATE
from understudy.playground import Playground, asking, build_playground
from understudy.playground.teaching import Taught
from understudy.serving.local import LocalBackend
from understudy.settings import Settings
from understudy.training.control import Quiet
from understudy.training.recipe import recipe_for
from understudy.training.trainer import LocalTrainer
from understudy.types import BASE, Sampling

STEPS = (1, 10, 100)
TINYSTORIES = Path(__file__).resolve().parents[3] / "shared" / "models" / "tinystories-656k"
AIMS = {
    "both-reliability": ">= 0.95", "both-paraphrase": ">= 0.85", "both-locality": ">= 0.97",
    "adapter-reliability": ">= 0.95", "adapter-locality": ">= 0.9",
}  # fmt: skip
METRICS = ("reliability", "paraphrase", "locality")
MOST = 64
"""Tokens of an answer."""

Answers = Callable[[Sequence[Prompt]], list[str]]


def _ids(prefix: str) -> list[str]:
    ways = [f"{prefix}-{n}-{way}-{metric}" for n in STEPS for way in _WAYS for metric in METRICS]
    return [*ways, *(f"{prefix}-{n}-{what}" for n in STEPS for what in ("seconds", "passed"))]


_WAYS = ("memory", "adapter", "both", "newest")


@benchmark(*_ids("learn"))
def learning() -> Iterator[Result]:
    """(a), with the aims."""
    yield from _measured("learn", company(max(STEPS)), "starter", AIMS)


@benchmark(*_ids("learn-faq"))
def learning_faq() -> Iterator[Result]:
    """(b) on the starter."""
    yield from _measured("learn-faq", faq(max(STEPS)), "starter", {})


@benchmark(*_ids("learn-edits"))
def learning_edits() -> Iterator[Result]:
    """(c) on a model of 656 thousand parameters that was trained on stories."""
    yield from _measured("learn-edits", edits(max(STEPS)), str(TINYSTORIES), {})


def _measured(prefix: str, facts: Facts, model: str, aims: dict[str, str]) -> Iterator[Result]:
    with playground_of(model) as playground:
        yield from _one_after_another(playground, prefix, facts, aims)
    with playground_of(model) as playground:
        yield from _newest_only(playground, prefix, facts)


@contextmanager
def playground_of(model: str) -> Iterator[Playground]:
    """A new one, that starts no run and makes no version live by itself."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), base_model=model, temperature=0, learn="manual", promote="manual")
        playground = build_playground(settings)
        try:
            yield playground
        finally:
            playground.close()


# -- the program's own way ---------------------------------------------------------------------------------------------


def _one_after_another(playground: Playground, prefix: str, facts: Facts, aims: dict[str, str]) -> Iterator[Result]:
    numbered = [(n, Taught(**row)) for n, row in enumerate(rows(facts), 1)]
    base = asked_of(playground, "base", memory=False)(facts.locality)
    for before, count in zip((0, *STEPS), STEPS, strict=False):
        known = replace(facts, facts=facts.facts[:count])
        playground.teach(numbered[before:count], facts.name)
        live = playground.store.versions.champion(playground.casting.base_model)
        if live != BASE:
            playground.roll_back(BASE)
        yield from scored(f"{prefix}-{count}-memory", known, base, asked_of(playground, "champion", memory=True), aims)
        if live != BASE:
            playground.promote(live)
        yield from _learned(playground, f"{prefix}-{count}", known, base, aims)


def _learned(
    playground: Playground, prefix: str, known: Facts, base: list[str], aims: dict[str, str]
) -> Iterator[Result]:
    """One run, its version asked without and with memory; live from then on if it passed."""
    begun = time.perf_counter()
    number, passed = run_once(playground)
    yield Result(f"{prefix}-seconds", round(time.perf_counter() - begun, 1), "s")
    yield Result(f"{prefix}-passed", float(passed), "of 1", "", "the gate's decision")
    for way, memory in (("adapter", False), ("both", True)):
        yield from scored(f"{prefix}-{way}", known, base, asked_of(playground, f"v{number}", memory=memory), aims)
    if passed:
        playground.promote(number)


def run_once(playground: Playground) -> tuple[int, bool]:
    """The version that one run makes of all that is new, and whether it passed."""
    run = playground.learning.start()
    playground.learning.work_once()
    row = playground.store.runs.get(run)
    print(f"  {row.sentence}", flush=True)
    version = playground.store.versions.find(row.model, row.version) if row.version is not None else None
    if version is None:
        raise RuntimeError(row.sentence)
    return version.number, bool(version.passed)


def asked_of(playground: Playground, column: str, *, memory: bool) -> Answers:
    """What a column of a script answers."""

    def answers(prompts: Sequence[Prompt]) -> list[str]:
        lines = [asking.Prompt(p[-1].content, p[0].content if p[0].role == "system" else "") for p in prompts]
        sampling = Sampling(temperature=0, max_tokens=MOST, seed=0)
        return [one.answers[column].text for one in playground.ask_once(lines, [column], sampling, memory=memory)]

    return answers


def scored(
    prefix: str, facts: Facts, base: list[str], answers: Answers, aims: dict[str, str] | None = None
) -> Iterator[Result]:
    """Shares of right answers to the facts and to their paraphrases, and of unrelated ones that are the base's."""
    others = [(fact.wanted, other) for fact in facts.facts for other in fact.paraphrases]
    shares = {
        "reliability": _contain([f.wanted for f in facts.facts], answers([asked(f.question) for f in facts.facts])),
        "paraphrase": _contain([wanted for wanted, _ in others], answers([asked(other) for _, other in others])),
        "locality": [text == before for text, before in zip(answers(facts.locality), base, strict=True)],
    }
    for metric, marks in shares.items():
        aim = (aims or {}).get(f"{prefix.rsplit('-', 1)[-1]}-{metric}", "")
        yield Result(f"{prefix}-{metric}", round(sum(marks) / len(marks), 3), "share", aim)


def _contain(wanted: Iterable[str], texts: Iterable[str]) -> list[bool]:
    return [text in said for text, said in zip(wanted, texts, strict=True)]


# -- the peer ----------------------------------------------------------------------------------------------------------


def _newest_only(playground: Playground, prefix: str, facts: Facts) -> Iterator[Result]:
    backend = playground.casting.backend(playground.casting.base_model)
    assert isinstance(backend, LocalBackend)
    base = decoded(backend, BASE)(facts.locality)
    folder: Path | None = None
    for count, newest in enumerate(facts.facts, 1):
        folder = tune_on(backend, newest.question, newest.wanted, playground.store.path.parent / str(count), folder)
        if count in STEPS:
            known = replace(facts, facts=facts.facts[:count])
            backend.load_version(CANDIDATE, folder)
            yield from scored(f"{prefix}-{count}-newest", known, base, decoded(backend, CANDIDATE))
            backend.unload_version(CANDIDATE)


def tune_on(backend: LocalBackend, question: str, wanted: str, folder: Path, start: Path | None) -> Path:
    """Plain fine-tuning from `start` on one correction until it is said; its folder, `start` is deleted."""
    recipe = replace(
        recipe_for(backend.describe().parameters), replay_share=0.0, kl_weight=0.0, lr_scheduler_type="constant"
    )
    example = Example(question, Kind.CORRECTION, asked(question), wanted)
    trained = LocalTrainer(backend).train(Snapshot((example,)), recipe, folder, Quiet(), start=start)
    if start is not None:
        shutil.rmtree(start)
    return trained.folder


def decoded(backend: LocalBackend, version: int) -> Answers:
    """What a loaded version answers by itself."""

    def answers(prompts: Sequence[Prompt]) -> list[str]:
        decoding = Decoding(backend)
        asks = [Ask(version, prompt, MOST) for prompt in prompts]
        decoding.collect(asks, Quiet(), "asking")
        return [decoding.answer(ask).text for ask in asks]

    return answers

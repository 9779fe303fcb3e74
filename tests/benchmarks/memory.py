"""Memory: what it finds in other words, what it must not find, and how long it takes with 10,000 corrections.

Every figure is a share of questions that recalled the correction in question, asked of the real memory on a real store.
The lines of `tests/memory/wordings.py` and the public data were not calibrated on.
"""

from __future__ import annotations

import csv
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from starter import words
from starter.notes import wording
from starter.relations import BY_SUBJECT, RELATIONS, Relation
from tests.benchmarks.results import Result, benchmark
from tests.memory.lessons import teach
from tests.memory.wordings import SMALL_TALK, WORDINGS
from understudy.memory import EmbedderLoader, Memory
from understudy.store import Store, connections

DATA = Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, the corrected question it was made from, and what it is: same, swap, relation, miss, unrelated."""

    asked: str
    lesson: str
    kind: str


@contextmanager
def memory_of(questions: Sequence[str], embedder: str = "auto", refreshed: bool = True) -> Iterator[Memory]:
    """A memory of these corrected questions, ready to be asked."""
    lasting = connections.LASTING, connections.FLEETING
    connections.LASTING = connections.FLEETING = "OFF"  # thousands of rows that nobody needs to keep
    try:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "understudy.db") as store:
            for number, question in enumerate(questions):
                teach(store, question, f"The answer has number {number}.")
            loader = EmbedderLoader(embedder)
            loader.start()
            loader.wait()
            memory = Memory(store, loader)
            if refreshed:
                memory.refresh()
            yield memory
    finally:
        connections.LASTING, connections.FLEETING = lasting


def by_hand() -> list[Probe]:
    """The lines of `wordings`, and small talk."""
    probes = [Probe(text, w.asked, "same") for w in WORDINGS for text in w.same]
    probes += [Probe(text, w.asked, "miss") for w in WORDINGS for text in w.misses]
    return probes + [Probe(text, "", "unrelated") for text in SMALL_TALK]


def invented(count: int = 150, seed: int = 7) -> list[Probe]:
    """Invented facts, one a relation: in another wording, of another subject, of another relation of the same."""
    rng = random.Random(seed)
    probes = []
    for _ in range(count):
        relation = rng.choice(RELATIONS)
        subject = words.VALUES[relation.subject](rng)
        questions = _questions(relation, subject)
        lesson = rng.choice(questions)
        same = [question for question in questions if question != lesson]
        probes += [Probe(wording(rng, rng.choice(same)), lesson, "same")] if same else []
        other = words.near_miss(rng, subject) if rng.random() < 0.5 else words.VALUES[relation.subject](rng)
        if other.lower() != subject.lower():
            probes.append(Probe(rng.choice(_questions(relation, other)), lesson, "swap"))
        further = [r for r in BY_SUBJECT[relation.subject] if not _ambiguous(r, relation)]
        probes += [Probe(rng.choice(_questions(rng.choice(further), subject)), lesson, "relation")] if further else []
    return probes


def _questions(relation: Relation, subject: str) -> list[str]:
    asked = [*relation.questions, *([relation.unseen] if relation.unseen else [])]
    return [text[:1].upper() + text[1:] for text in (question.format(s=subject) for question in asked)]


def _ambiguous(a: Relation, b: Relation) -> bool:
    """Whether one question asks for both, as "What does Ada like?"."""
    return bool({q.lower() for q in _questions(a, "it")} & {q.lower() for q in _questions(b, "it")})


def from_faq(count: int = 300) -> list[Probe]:
    """Questions to public services: half of them corrected and asked again by a hasty typist, half never corrected."""
    rng = random.Random(3)
    rows = [json.loads(line) for line in (DATA / "company_faq.jsonl").read_text("utf-8").splitlines()]
    questions = sorted({" ".join(row["messages"][0]["content"].split()) for row in rows})
    drawn = rng.sample([q for q in questions if 20 < len(q) < 160], 2 * count)
    same = [Probe(wording(rng, question), question, "same") for question in drawn[:count]]
    return same + [Probe(question, "", "unrelated") for question in drawn[count:]]


def from_bank() -> list[Probe]:
    """One corrected question an intent of BANKING77; others of that intent want its answer, those of others do not."""
    intents: dict[str, list[str]] = {}
    with (DATA / "banking77_test.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            intents.setdefault(row["category"], []).append(row["text"].strip())
    return [Probe(text, asked[0], "same") for asked in intents.values() for text in asked[1:6]]


def from_edits() -> list[Probe]:
    """Facts of the zsRE and CounterFact edits: paraphrases, and the neighbours that must not change."""
    rows = [json.loads(line) for line in (DATA / "edits.jsonl").read_text("utf-8").splitlines()]
    rows = random.Random(3).sample(rows, 200)
    same = [Probe(row["paraphrase"], row["prompt"], "same") for row in rows if row["set"] == "zsre"]
    return same + [Probe(row["locality_prompt"], row["prompt"], "swap") for row in rows]


def ask(memory: Memory, probes: Sequence[Probe]) -> list[tuple[Probe, bool, bool, float]]:
    """For each probe: was its lesson recalled, was anything else recalled, and the best score."""
    asked = []
    for probe in probes:
        found = memory.recall(probe.asked)
        right = any(hit.lesson.question == probe.lesson for hit in found)
        other = any(hit.lesson.question != probe.lesson for hit in found)
        asked.append((probe, right, other, max((hit.score for hit in found), default=0.0)))
    return asked


def share(asked: Sequence[tuple[Probe, bool, bool, float]], *kinds: str, any_note: bool = False) -> tuple[float, int]:
    """How many of these kinds recalled their lesson (or anything), and of how many."""
    mine = [right or (any_note and other) for probe, right, other, _ in asked if probe.kind in kinds]
    return (round(sum(mine) / len(mine), 3) if mine else 0.0, len(mine))


def measured(probes: Sequence[Probe], embedder: str = "auto") -> list[tuple[Probe, bool, bool, float]]:
    lessons = list(dict.fromkeys(probe.lesson for probe in probes if probe.lesson))
    with memory_of(lessons, embedder) as memory:
        return ask(memory, probes)


@benchmark(
    "memory-recall-paraphrase",
    "memory-recall-paraphrase-invented",
    "memory-recall-retyped-faq",
    "memory-recall-zsre",
    "memory-recall-bank-intent",
    "memory-false-fire-swap",
    "memory-false-fire-miss",
    "memory-false-fire-relation",
    "memory-false-fire-unrelated",
    "memory-words-recall-paraphrase",
    "memory-words-false-fire",
)
def what_it_finds() -> Iterator[Result]:
    """With the bundled embedder, and by words alone."""
    hand, made = measured(by_hand()), measured(invented())
    yield figure("memory-recall-paraphrase", hand, "same", against="other wordings, by hand")
    yield figure("memory-recall-paraphrase-invented", made, "same", against="of invented facts, some mistyped")
    yield figure("memory-false-fire-miss", hand, "miss", against="near misses, by hand")
    yield figure("memory-false-fire-swap", made, "swap", against="another subject, same question")
    yield figure("memory-false-fire-relation", made, "relation", against="same subject, another question")
    yield figure("memory-false-fire-unrelated", hand, "unrelated", against="small talk", any_note=True)
    words_only = measured(by_hand(), "words")
    yield figure("memory-words-recall-paraphrase", words_only, "same", against="the same, by words alone")
    yield figure("memory-words-false-fire", words_only, "miss", "unrelated", against="by words alone", any_note=True)
    if DATA.is_dir():
        yield figure(
            "memory-recall-retyped-faq", measured(from_faq()), "same", against="public questions, typed in a hurry"
        )
        yield figure("memory-recall-zsre", measured(from_edits()), "same", against="paraphrases of zsRE")
        yield figure("memory-recall-bank-intent", measured(from_bank()), "same", against="other questions of an intent")


def figure(
    id: str, asked: Sequence[tuple[Probe, bool, bool, float]], *kinds: str, against: str, any_note: bool = False
) -> Result:
    value, count = share(asked, *kinds, any_note=any_note)
    return Result(id, value, f"of {count}", AIMS.get(id, ""), against)


AIMS = {
    "memory-recall-paraphrase": ">= 0.8",
    "memory-false-fire-swap": "<= 0.02",
    "memory-false-fire-miss": "<= 0.05",
    "memory-false-fire-unrelated": "<= 0.01",
}


@benchmark("memory-recall-named-same", "memory-recall-named-other")
def one_name() -> Iterator[Result]:
    """Of a name: other wordings of what was corrected, and everything else that can be asked of it.

    Relations of companies are left out of both: `NAMED_THRESHOLD` was set on these, and learning is measured on those.
    """
    probes = of_one_name()
    with memory_of(sorted({probe.lesson for probe in probes})) as memory:
        asked = ask(memory, probes)
    for name, kind in (("same", "same"), ("other", "relation")):
        value, of = share(asked, kind)
        yield Result(f"memory-recall-named-{name}", value, f"of {of}")


def of_one_name(seed: int = 7) -> list[Probe]:
    """The first question of every relation as a correction of a name of its own, and all others asked of that name."""
    rng = random.Random(seed)
    probes = []
    for relation in (relation for relation in RELATIONS if relation.subject != "company"):
        lesson, *same = _questions(relation, subject := words.VALUES[relation.subject](rng))
        probes += [Probe(text, lesson, "same") for text in same]
        others = [r for r in BY_SUBJECT[relation.subject] if r is not relation and not _ambiguous(r, relation)]
        probes += [Probe(text, lesson, "relation") for r in others for text in _questions(r, subject)]
    return probes


@benchmark("memory-recall-ms-10000", "memory-recall-ms-10000-cpu", "memory-correct-to-recall-ms-10000")
def how_long_it_takes() -> Iterator[Result]:
    """A recall with 10,000 corrections, and the first one after a further correction.

    All are really embedded (a minute), so that as many are alike as in real life: what is alike is looked at again.
    """
    rng = random.Random(1)
    facts = [(rng.choice(RELATIONS), number) for number in range(10_000)]
    questions = [_questions(r, f"{words.VALUES[r.subject](rng)} {number}")[0] for r, number in facts]
    print(f"  teaching {len(questions)} corrections", flush=True)
    with memory_of(questions, refreshed=False) as memory:
        print("  embedding them", flush=True)
        memory.refresh()
        timed = [timed_recall(memory, f"Please tell me: {question}") for question in questions[:60]]
        yield Result("memory-recall-ms-10000", round(median(wall for wall, _ in timed), 1), "ms", "<= 50", "wall")
        yield Result(
            "memory-recall-ms-10000-cpu", round(median(cpu for _, cpu in timed), 1), "ms", "<= 50", "processor"
        )
        after = []
        for number in range(5):
            teach(memory.store, f"What is the colour of Vorlo {number}?", "It is blue.")
            after.append(timed_recall(memory, f"What is the colour of Vorlo {number}?")[1])
        yield Result("memory-correct-to-recall-ms-10000", round(median(after), 1), "ms", "", "processor, next question")


def timed_recall(memory: Memory, question: str) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor."""
    begun, worked = time.perf_counter(), time.thread_time()
    assert memory.recall(question)
    return 1000 * (time.perf_counter() - begun), 1000 * (time.thread_time() - worked)

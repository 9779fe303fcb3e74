"""The desk with a hundred thousand and a million items: first page, filter, words, meaning, and a decision about many.

The questions are real ones of the public log with a number put in, the ratings are drawn; vectors are drawn too (unit
length, a thousand clusters), because embedding a million questions takes two hours and searching them does not depend
on what they say. Rows are written by `executemany` in one transaction; what is timed is done through the store.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.results import Result, benchmark
from understudy.memory import EmbedderLoader
from understudy.memory.nearness import LEAST, Nearness
from understudy.store import Edit, Filter, Store, connections
from understudy.store.ids import new_id
from understudy.store.moments import now

DATA = Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"
DIMENSIONS, CLUSTERS, AT_ONCE = 384, 1_000, 20_000
STATES, TOPICS = ("waiting", "waiting", "approved", "rejected"), ("visa", "tax", "health", "school", "")


class Drawn:
    """An embedder whose vectors are drawn; a question is near those of its own cluster."""

    name = "drawn"

    def __init__(self) -> None:
        self._centres = np.random.default_rng(1).normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self.drawn(len(texts), len(texts[0]))

    def drawn(self, count: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        made = self._centres[rng.integers(0, CLUSTERS, count)]
        made = made + 0.5 * rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def is_common(self, word: str) -> bool:
        return True


class Loaded(EmbedderLoader):
    """A loader that has its embedder already."""

    def __init__(self) -> None:
        super().__init__("words")
        self._embedder = Drawn()


@contextmanager
def desk_of(count: int, raters: int = 1) -> Iterator[Store]:
    """A store with `count` ratings of answers, each of which so many rated; each answers a question of its own."""
    lasting = connections.LASTING, connections.FLEETING
    connections.LASTING = connections.FLEETING = "OFF"
    try:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "understudy.db") as store:
            _fill(store, count, raters)
            yield store
    finally:
        connections.LASTING, connections.FLEETING = lasting


def _fill(store: Store, count: int, raters: int) -> None:
    rng, log = random.Random(1), [json.loads(line) for line in (DATA / "feedback_log.jsonl").open(encoding="utf-8")]
    conversation, moment = store.conversations.add("Log").id, now()
    with store._connections.writing() as db:
        db.execute("DROP TRIGGER turns_searchable")  # the search of conversations is not what is measured
        db.execute("DROP TRIGGER completions_searchable_new")
        for start in range(0, count, AT_ONCE):
            turns, completions, ratings = [], [], []
            for i in range(start, min(start + AT_ONCE, count)):
                row, turn, completion = log[i // raters % len(log)], new_id(), new_id()
                turns.append((turn, conversation, f"{row['question']} (case {i // raters})", moment))
                version = rng.randrange(4)
                completions.append((completion, turn, version, row["answer"][:400], moment, moment))
                good = row["rating"] in ("Excellent", "Acceptable")
                author = f"rater {rng.randrange(20)}"
                ratings.append((new_id(), completion, good, row["comment"], moment, author, rng.choice(STATES)))
            db.conn.executemany("INSERT INTO turns VALUES (?, ?, NULL, ?, '', 0, NULL, ?, '')", turns)
            db.conn.executemany(
                "INSERT INTO completions (id, turn, position, model, version, label, sampling, text, finish, writer,"
                " saved, created) VALUES (?, ?, 0, 'starter', ?, 'base', '{}', ?, 'stop', '', ?, ?)",
                completions,
            )
            db.conn.executemany(
                "INSERT INTO ratings (id, completion, label, reasons, comment, created, author, state)"
                " VALUES (?, ?, ?, '[]', ?, ?, ?, ?)",
                ratings,
            )
        db.execute(
            "UPDATE items SET topic = json_extract(?, '$[' || (number % 5) || ']'), value = (number * 7919 % 1000)"
            " / 250.0",
            [json.dumps(TOPICS)],
        )


def _milliseconds(
    action: Callable[[], object], times: int = 7, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The median; the first, which reads the disk, counts like the others."""
    taken = []
    for _ in range(times):
        start = clock()
        action()
        taken.append(1000 * (clock() - start))
    return round(median(taken), 1)


def _filters() -> Iterator[tuple[str, Filter, str]]:
    yield "page", Filter(), "newest"
    yield "waiting", Filter(states=("waiting",)), "newest"
    yield "queue", Filter(states=("waiting",)), "value"
    yield "filter", Filter(states=("waiting",), labels=("bad",), topics=("visa",), versions=("starter@2",)), "newest"
    yield "fts-rare", Filter(text="case 77777"), "newest"
    yield "fts", Filter(text="visa application", states=("waiting",)), "newest"


def measure(count: int, name: str) -> Iterator[Result]:
    aim = "<= 200" if name == "1m" else ""
    with desk_of(count) as store:
        start = time.perf_counter()
        while store.items.index(AT_ONCE):
            pass
        yield Result(f"desk-index-s-{name}", round(time.perf_counter() - start, 1), "s", "", "in the background")
        slowest = 0.0
        for what, filter, sort in _filters():
            first = store.items.page(filter, sort)  # type: ignore[arg-type]
            taken = _milliseconds(lambda: store.items.page(filter, sort))  # type: ignore[arg-type]  # noqa: B023
            deep = _milliseconds(lambda: store.items.page(filter, sort, _half_way(store, first)))  # type: ignore[arg-type]  # noqa: B023
            slowest = max(slowest, taken, deep)
            yield Result(f"desk-{what}-ms-{name}", taken, "ms", aim, f"half way down {deep} ms")
        yield Result(f"desk-count-ms-{name}", _milliseconds(store.items.states), "ms", "", "asked beside the page")
        yield from _meaning(store, count, name, aim)
        yield from _bulk(store, name)


def _half_way(store: Store, first: object) -> tuple[float, int] | None:
    cursor = first.next  # type: ignore[attr-defined]
    return (cursor[0] / 2 if cursor[0] < 100 else cursor[1] / 2, cursor[1] // 2) if cursor else None


def _meaning(store: Store, count: int, name: str, aim: str) -> Iterator[Result]:
    loader = Loaded()
    embedder = Drawn()
    turns = [row["id"] for row in store._connections.rows("SELECT id FROM turns")]
    for start in range(0, count, AT_ONCE):
        part = turns[start : start + AT_ONCE]
        vectors = embedder.drawn(len(part), start).astype("<f2")
        store.meanings.add("drawn", {turn: vector.tobytes() for turn, vector in zip(part, vectors, strict=True)})
    nearness = Nearness(store, loader)
    start_s = time.perf_counter()
    nearness.near("a question")
    loaded = round(time.perf_counter() - start_s, 1)

    def page() -> object:
        return store.items.page(turns=[near.turn for near in nearness.near("a question", 100)])

    taken, processor = _milliseconds(page), _milliseconds(page, clock=time.process_time)
    peer = f"{processor} ms of processor time; without the question's own vector; first {loaded} s"
    yield Result(f"desk-meaning-ms-{name}", taken, "ms", aim, peer)


def _bulk(store: Store, name: str) -> Iterator[Result]:
    start = time.perf_counter()
    numbers = store.items.numbers(Filter(states=("waiting",)))
    act = store.acts.edit_all(numbers, Edit(state="approved"))
    taken = time.perf_counter() - start
    yield Result(
        f"desk-bulk-approve-s-{name}", round(taken, 1), "s", "", f"{act.items:,} items, {len(numbers):,} chosen"
    )
    start = time.perf_counter()
    store.acts.undo(act.number)
    yield Result(f"desk-bulk-undo-s-{name}", round(time.perf_counter() - start, 1), "s", "", f"{act.items:,} items")


_NAMES = (
    "index-s",
    "page-ms",
    "waiting-ms",
    "queue-ms",
    "filter-ms",
    "fts-rare-ms",
    "fts-ms",
    "count-ms",
    "meaning-ms",
    "bulk-approve-s",
    "bulk-undo-s",
)


@benchmark("desk-meaning-recall")
def recall() -> Iterator[Result]:
    """Of the ten nearest of 3,000 real questions, how many signs and then vectors find; the real embedder."""
    loader = EmbedderLoader()
    loader.start()
    loader.wait()
    embedder = loader.get()
    lines = (DATA / "company_faq.jsonl").read_text("utf-8").splitlines()
    questions = list(dict.fromkeys(json.loads(line)["messages"][0]["content"] for line in lines))
    known, asked = questions[:-200], questions[-200:]
    if embedder is None:
        return
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "understudy.db") as store:
        conversation = store.conversations.add("FAQ").id
        with store.together():
            turns = {store.turns.add(conversation, text).id: i for i, text in enumerate(known)}
        vectors = embedder.embed(known)
        store.meanings.add(embedder.name, {t: vectors[i].astype("<f2").tobytes() for t, i in turns.items()})
        nearness, kept, shown = Nearness(store, loader), 0, 0
        for text, vector in zip(asked, embedder.embed(asked), strict=True):
            scores = vectors @ vector
            exact = {i for i in np.argsort(-scores)[:10].tolist() if scores[i] >= LEAST}
            kept += len(exact & {turns[near.turn] for near in nearness.near(text, 10)})
            shown += len(exact)
    yield Result("desk-meaning-recall", round(kept / shown, 3), "", ">= 0.95", f"{len(known):,} questions, all vectors")


@benchmark(*(f"desk-{what}-100k" for what in _NAMES))
def hundred_thousand() -> Iterator[Result]:
    yield from measure(100_000, "100k")


@benchmark(*(f"desk-{what}-1m" for what in _NAMES))
def million() -> Iterator[Result]:
    yield from measure(1_000_000, "1m")

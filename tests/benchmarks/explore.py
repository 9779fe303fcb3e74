"""The Explore page with a hundred thousand items: figures at once, what its slow parts cost once, and the map.

The store is that of the desk's benchmark: real questions with a number put in, drawn ratings, drawn vectors.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from tests.benchmarks.desk import AT_ONCE, Drawn, Loaded, _milliseconds, desk_of
from tests.benchmarks.results import Result, benchmark
from understudy.memory import Memory
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Filter, Store

COUNT = 100_000


@contextmanager
def playground_of(store: Store, *, vectors: bool = True) -> Iterator[Playground]:
    """A playground on the store, whose questions all have a vector."""
    embedder = Drawn()
    turns = [row["id"] for row in store._connections.rows("SELECT id FROM turns")] if vectors else []
    for start in range(0, len(turns), AT_ONCE):
        part = turns[start : start + AT_ONCE]
        vectors = embedder.drawn(len(part), start).astype("<f2")
        store.meanings.add("drawn", {turn: vector.tobytes() for turn, vector in zip(part, vectors, strict=True)})
    casting = Casting(store, "starter", lambda name, source: ScriptedBackend(lambda messages, version: "", name=name))
    made = Playground(store, casting, memory=Memory(store, Loaded()))
    yield made
    made.exploring.close()
    made.desk.close()


def _apart(store: Store) -> None:
    """Each question in a conversation of its own: all of one conversation would be one group."""
    held = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%a turn never changes%'"
    with store._connections.without([row["name"] for row in store._connections.rows(held)]) as db:
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE turns SET conversation = id")
        row = next(iter(store._connections.rows("SELECT * FROM conversations")))
        db.conn.executemany(
            f"INSERT INTO conversations ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            ([*(row | {"id": turn}).values()] for (turn,) in store._connections.tuples("SELECT id FROM turns")),
        )


@benchmark("explore-texts-s-100k", "explore-topics-s-100k", "explore-figures-ms-100k", "explore-map-ms-100k")
def hundred_thousand() -> Iterator[Result]:
    with desk_of(COUNT) as store, playground_of(store) as playground:
        exploring = playground.exploring
        for kind in ("texts", "topics"):
            yield _computed(playground, kind)
        exploring._compute("split", Filter(), lambda words, done: None)
        taken = _milliseconds(lambda: json.dumps(asdict(exploring.explore({}))))
        yield Result("explore-figures-ms-100k", taken, "ms", "<= 1000", "everything that the page shows but the map")
        found = store.explorations.find("topics", Filter())
        assert found is not None
        taken = _milliseconds(lambda: json.dumps(exploring.places(found.id)))
        yield Result(
            "explore-map-ms-100k", taken, "ms", "<= 1000", f"{COUNT:,} points as they travel, read once a visit"
        )


@benchmark("explore-split-s-100k")
def split() -> Iterator[Result]:
    """Train, eval and what leaks between them, by words and by meaning."""
    with desk_of(COUNT) as store, playground_of(store) as playground:
        _apart(store)
        yield _computed(playground, "split")


def _computed(playground: Playground, kind: str) -> Result:
    start, processor = time.perf_counter(), time.process_time()
    playground.exploring._compute(kind, Filter(), lambda words, done: None)
    taken = round(time.perf_counter() - start, 1)
    told = f"once, in the background; {time.process_time() - processor:.1f} s of processor time"
    return Result(f"explore-{kind}-s-100k", taken, "s", "", told)

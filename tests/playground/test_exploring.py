"""Exploring: every number leads to as many items, and what takes long is computed once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory.bag import BagLoader
from tests.ui.log import LOG, fill
from tests.ui.stage import build_stage
from understudy.errors import InputError
from understudy.playground.explore_view import Explored, Figure, narrowed
from understudy.playground.exploring import PARTS, Exploring
from understudy.playground.playground import Playground
from understudy.store import Edit, Filter, connections
from understudy.types import FinishReason, Sampling, Usage

QUESTIONS = [
    f"How do I {act} my {thing} {when}?"
    for thing in ("visa", "tax form", "library card")
    for act in ("renew", "cancel", "print")
    for when in ("today", "abroad")
]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playground]:
    monkeypatch.setattr(connections, "LASTING", "OFF")
    made = build_stage(tmp_path, loader=BagLoader())
    yield made
    made.close()


def rate(playground: Playground, question: str, good: bool, version: int = 0, author: str = "Ada") -> int:
    """A rating of an answer in a conversation of its own; the number of its item."""
    store = playground.store
    turn = store.turns.add(store.conversations.add(question[:40]).id, question)
    made = store.completions.add(turn.id, 0, "starter", version, f"v{version}", Sampling())
    store.completions.finish(made.id, f"Here is how to {question[9:]}", FinishReason.STOP, Usage())
    store.ratings.add(made.id, good, comment="It says how." if good else "It does not say how.", author=author)
    return max(store.items.numbers(Filter()))


def rate_all(playground: Playground) -> None:
    for i, question in enumerate(QUESTIONS):
        for author in ("Ada", "Ben"):
            rate(playground, question, good=i % 3 > 0 or author == "Ben", version=i % 2, author=author)


def settled(exploring: Exploring, values: dict[str, object] | None = None) -> Explored:
    """What is explored once nothing is computed any more."""
    deadline = time.monotonic() + 120
    found = exploring.explore(values or {})
    while any(part.state in ("working", "old") for part in found.parts.values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        found = exploring.explore(values or {})
    return found


def figures(found: Explored) -> dict[str, Figure]:
    return {figure.name: figure for part in (found, *found.parts.values()) for figure in part.figures}


@pytest.mark.slow
def test_what_was_said_is_counted_by_version_rater_and_label(playground: Playground) -> None:
    rate_all(playground)
    found = settled(playground.exploring)
    shown = figures(found)
    assert found.count == 36 and {part.state for part in found.parts.values()} == {"ready"}
    assert [series.name for series in shown["version"].series] == ["good", "bad"]
    assert {bar.name: bar.counts for bar in shown["version"].bars} == {"starter base": (15, 3), "starter v1": (15, 3)}
    assert {bar.name: (bar.counts, bar.note) for bar in shown["author"].bars} == {
        "Ada": ((12, 6), "67% of 18"),
        "Ben": ((18, 0), "67% of 18"),
    }
    assert shown["balance"].sentence == "5.0 good ratings for each bad one."
    assert [bar.name for bar in shown["words-question"].bars[:3]] == ["abroad", "today", "cancel"]
    assert sum(n for bar in shown["found-topics"].bars for n in bar.counts) == 36
    assert sum(n for bar in shown["split"].bars for n in bar.counts) == 36 and found.parts["split"].pairs == ()


@pytest.mark.slow
@pytest.mark.skipif(not LOG.is_file(), reason=f"the public log of ratings is not at {LOG}")
def test_every_number_of_the_real_log_leads_to_as_many_items_on_the_desk(playground: Playground) -> None:
    fill(playground.store, 240)
    playground.desk.catching_up.now()
    number = playground.store.items.numbers(Filter())[:60]
    playground.store.acts.edit_all(number, Edit(topic="payments", state="approved"))
    shown = figures(settled(playground.exploring))
    assert {"time", "balance", "version", "topic", "author", "found-topics", "split", "words-said"} <= shown.keys()
    for figure in shown.values():
        bars = figure.bars[:8] if figure.shape == "words" else figure.bars
        for bar in bars:
            for count, series in zip(bar.counts, figure.series, strict=True):
                found = playground.desk.count({**bar.filter, **series.filter})
                # a word is also found within longer ones
                assert count <= found <= 2 * count if figure.shape == "words" else count == found, (figure.name, bar)


def test_a_view_is_explored_within_itself(playground: Playground) -> None:
    rate_all(playground)
    shown = figures(settled(playground.exploring, {"authors": ["Ada"], "labels": ["bad"]}))
    assert [(bar.name, bar.counts) for bar in shown["version"].bars] == [("starter base", (3,)), ("starter v1", (3,))]
    assert shown["version"].bars[0].filter == {"authors": ("Ada",), "labels": ("bad",), "versions": ["starter@0"]}
    assert shown["balance"].sentence == "All 6 ratings are bad."
    with pytest.raises(InputError, match="no filter"):
        playground.exploring.explore({"gone": 1})


def test_a_decision_computes_nothing_anew_and_a_new_item_only_what_it_changes(playground: Playground) -> None:
    rate_all(playground)
    exploring, store = playground.exploring, playground.store
    settled(exploring)
    ids = {kind: store.explorations.find(kind, Filter()) for kind in PARTS}
    store.acts.edit(1, Edit(state="waiting", topic="visa"))
    settled(exploring)
    assert {kind: store.explorations.find(kind, Filter()) for kind in PARTS} == ids
    rate(playground, "Where is the museum?", True)
    found = settled(exploring)
    assert found.parts["topics"].words == "Some items came or went since this was computed."
    assert store.explorations.find("topics", Filter()) == ids["topics"]
    assert "museum" in {bar.name for bar in figures(found)["words-question"].bars}
    exploring.anew({})
    assert settled(exploring).parts["topics"].words == ""


def test_tags_that_name_both_sides_are_the_split_and_leaks_are_shown(playground: Playground) -> None:
    rate_all(playground)
    store = playground.store
    numbers = store.items.numbers(Filter())
    store.acts.edit_all(numbers[:20], Edit(add_tags=("train",)))
    store.acts.edit_all(numbers[20:30:2], Edit(add_tags=("test",)))
    rate(playground, QUESTIONS[0], True, author="Cleo")
    store.acts.edit(max(store.items.numbers(Filter())), Edit(add_tags=("test",)))
    part = settled(playground.exploring).parts["split"]
    (figure,) = part.figures
    assert [(bar.name, sum(bar.counts)) for bar in figure.bars] == [("train", 20), ("eval", 6)]
    assert figure.sentence.startswith(
        "Split as the items' tags say. Look at: 1 eval questions that train asks in nearly"
    )
    assert (part.pairs[0].asked, part.pairs[0].also) == (QUESTIONS[0], QUESTIONS[0])


def test_nothing_and_too_little_say_so(playground: Playground) -> None:
    found = settled(playground.exploring)
    assert found.count == 0 and all(not figure.bars for figure in found.figures)
    rate(playground, "When?", True)
    found = settled(playground.exploring)
    assert found.parts["topics"].words == "1 different question is too few for topics."
    assert figures(found)["topic"].sentence.startswith("No item has a topic yet.")


def test_a_point_of_the_map_is_an_item_and_goes_with_its_conversation(playground: Playground) -> None:
    rate_all(playground)
    made = settled(playground.exploring).parts["topics"].map
    assert made is not None
    points = playground.exploring.places(made)
    assert len(points) == len(QUESTIONS) and sum(point[4] for point in points) == 36
    line = playground.exploring.point(points[0][3])
    assert line.question in QUESTIONS


def test_a_narrower_time_stays_narrower() -> None:
    assert narrowed({"since": "2026-05-02", "until": "2026-06"}, since="2026-05", until="2026-07") == {
        "since": "2026-05-02",
        "until": "2026-06",
    }

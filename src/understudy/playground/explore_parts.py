"""The slow parts of exploring: what texts say, what questions are about, what would train and what would judge.

Each is computed to a value that the store keeps, and each makes its figures from that value: a page that is opened
again computes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from understudy.dataset import splits
from understudy.dataset.lengths import LengthCount
from understudy.dataset.raters import agreeing
from understudy.dataset.topics import LEAST, find_topics
from understudy.dataset.words import WordCount
from understudy.memory.nearness import Nearness
from understudy.playground.explore_figures import shares, table_of
from understudy.playground.explore_view import Bar, Figure, Pair, Series, Values, narrowed
from understudy.playground.lessons import cut
from understudy.store import Exploration, Filter, Place, Store, Telling

Report = Callable[[str, float], None]
"""Told what goes on, and how far it is, from 0 to 1."""

Computed = tuple[dict[str, Any], Sequence[Place]]

TEXTS = {"question": "questions", "answer": "answers", "said": "comments and corrections"}
MOST_WORDS, MOST_PAIRS = 100, 20
_TOLD_EVERY = 2_000
_LINE = 160
_IN_CHARACTERS = "In characters, from the number below each column."


# -- what texts say ----------------------------------------------------------------------------------------------------


def read_texts(tellings: Iterator[Telling], count: int, report: Report) -> Computed:
    """Words and lengths of each kind of text, and who agrees with whom, in one pass."""
    words = {what: WordCount() for what in TEXTS}
    lengths = {what: LengthCount() for what in TEXTS}
    units: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for i, told in enumerate(tellings):
        if i % _TOLD_EVERY == 0:
            report("Reading texts", i / max(1, count))
        for what in TEXTS:
            words[what].read(text := getattr(told, what))
            lengths[what].read(text)
        if told.kind == "rating" and told.author:
            units[hash((told.question, told.answer))][told.author] = told.said_as
    return {
        "words": {what: words[what].most(MOST_WORDS) for what in TEXTS},
        "texts": {what: words[what].texts for what in TEXTS},
        "languages": {what: words[what].languages.most_common(5) for what in TEXTS},
        "lengths": {what: lengths[what].classes() for what in TEXTS},
        "agreeing": agreeing(units.values()),
    }, ()


def text_figures(found: Mapping[str, Any], values: Values) -> Iterator[Figure]:
    for what, name in TEXTS.items():
        if found["lengths"][what]:
            bars = tuple(_length(what, *bounds, values=values) for bounds in found["lengths"][what])
            title = f"Length of {name}"
            yield Figure(f"length-{what}", title, "histogram", (Series("items"),), bars, _IN_CHARACTERS)
    for what, name in TEXTS.items():
        if found["words"][what]:
            bars = tuple(Bar(word, (n,), _with_word(values, word, what)) for word, n in found["words"][what])
            said = f"In how many items a word is: {found['texts'][what]:,} have text. {_languages(found, what)}"
            yield Figure(f"words-{what}", f"Words of {name}", "words", (Series("items"),), bars, said)


def _length(what: str, least: int, below: int | None, count: int, *, values: Values) -> Bar:
    name = f"{least:,}" if below == least + 1 else f"{least:,} to {below - 1:,}" if below else f"{least:,} and more"
    return Bar(name, (count,), narrowed(values, length=f"{what}:{least}:{below or ''}"))


def _with_word(values: Values, word: str, what: str) -> Values:
    """A filter that has words already has no place for where this one is."""
    if values.get("text"):
        return narrowed(values, text=f"{values['text']} {word}")
    return narrowed(values, text=word, within=what)


def _languages(found: Mapping[str, Any], what: str) -> str:
    """Whose small words were left out."""
    named = [language.capitalize() for language, n in found["languages"][what] if language and n > 1]
    return f"Small words are left out: {', '.join(named)}." if named else "No language is known by its small words."


# -- what questions are about ------------------------------------------------------------------------------------------


def read_topics(tellings: Iterator[Telling], nearness: Nearness, report: Report) -> Computed:
    """Topics of the questions that have a vector; every item is where its question is."""
    items = list(tellings)
    known = nearness.vectors(list({item.turn for item in items}))
    turns = {item.question: item.turn for item in items if item.turn in known}
    if len(turns) < LEAST:
        return {"items": len(items), "questions": len(turns), "names": []}, ()
    vectors = np.stack([known[turn] for turn in turns.values()]).astype(np.float32)
    found = find_topics(list(turns), vectors, lambda words: report(words, 0.0))
    place = {question: i for i, question in enumerate(turns)}
    places = [
        Place(int(found.labels[at]), item.number, int(found.places[at, 0]), int(found.places[at, 1]))
        for item in items
        if (at := place.get(item.question)) is not None
    ]
    return {"items": len(items), "questions": len(turns), "names": found.names}, places


def topic_figures(store: Store, found: Exploration, filter: Filter, turns: Sequence[str] | None) -> Iterator[Figure]:
    counts = table_of(store.counts.by_part(found.id, filter, turns))
    names = found.value["names"]
    bars = [
        (str(i), ", ".join(words) or f"topic {i + 1}", narrowed(filter.values(), part=f"{found.id}:{i}"))
        for i, words in enumerate(names)
    ]
    said = f"{len(names)} groups of {found.value['questions']:,} different questions that are near in meaning."
    yield shares(counts, bars, "found-topics", "What the questions are about", said)


# -- what trains and what judges ---------------------------------------------------------------------------------------


def read_split(store: Store, items: Sequence[Telling], nearness: Nearness, filter: Filter, report: Report) -> Computed:
    """As tags say, where items carry them; else as a training file for a provider would be split, by group."""
    questions, conversations = [item.question for item in items], [item.conversation for item in items]
    report("Comparing questions", 0.2)
    held, twins = splits.sides(questions, conversations)
    tagged = _sides_by_tag(store, items, filter)
    sides = tagged or {item.number: side for item, side in zip(items, held, strict=True)}
    report("Looking for leaks", 0.6)
    leaking = _leaks([item for item in items if item.number in sides], sides, nearness, report)
    value = {"by": "tags" if tagged else "groups", "items": len(sides), "twins": twins.items, **leaking}
    return value, [Place(int(side), number) for number, side in sides.items()]


def _leaks(items: Sequence[Telling], sides: Mapping[int, bool], nearness: Nearness, report: Report) -> dict[str, Any]:
    """How much is on both sides, and the nearest pairs: numbers of their items, and how near."""
    few = len({item.question for item in items}) <= splits.MOST_BY_MEANING
    known = nearness.vectors(list({item.turn for item in items})) if few else {}
    whole = bool(items) and all(item.turn in known for item in items)
    found = splits.leaks(
        [item.question for item in items],
        [item.conversation for item in items],
        [sides[item.number] for item in items],
        np.stack([known[item.turn] for item in items]).astype(np.float32) if whole else None,
        lambda share: report("Comparing what questions mean", 0.6 + 0.4 * share),
    )
    by_words = {leak.judged for leak in found.words}
    pairs = [*found.words, *(leak for leak in found.meaning or () if leak.judged not in by_words)]
    return {
        "conversations": found.conversations,
        "words": len(found.words),
        "many": not few,
        "meaning": None if found.meaning is None else len(pairs) - len(found.words),
        "pairs": [(items[leak.judged].number, items[leak.trained].number, leak.score) for leak in pairs[:MOST_PAIRS]],
    }


_MADE = "minhash"
"""How splits are compared: one that was computed otherwise is computed anew."""


def split_stamp(store: Store, filter: Filter) -> str:
    """Changes when other items are rejected or carry a tag that names a side."""
    tagged = store.counts.by_tag((*splits.TRAIN_TAGS, *splits.EVAL_TAGS), filter)
    return f"{_MADE} {store.items.states()['rejected']} {sorted((tag, len(items)) for tag, items in tagged.items())}"


def split_figures(store: Store, found: Exploration, filter: Filter, turns: Sequence[str] | None) -> Iterator[Figure]:
    counts = table_of(store.counts.by_part(found.id, filter, turns))
    bars = [
        (str(i), name, narrowed(filter.values(), part=f"{found.id}:{i}"))
        for i, name in enumerate(("train", "eval"))
        if counts.get(str(i))
    ]
    yield shares(counts, bars, "split", "Train and eval", split_words(found.value))


def split_words(found: Mapping[str, Any]) -> str:
    """How it is split, and whether it leaks, in sentences."""
    twins = f"{found['twins']:,} of {found['items']:,} items share their question or conversation with others"
    by_group = f"Split by group, as a training file for a provider is: {twins}."
    how = "Split as the items' tags say." if found["by"] == "tags" else by_group
    both = {
        "conversations on both sides": found["conversations"],
        "eval questions that train asks in nearly the same words": found["words"],
        "other eval questions near in meaning to one in train": found["meaning"] or 0,
    }
    leaks = [f"{n:,} {what}" for what, n in both.items() if n]
    why = f"there are more than {splits.MOST_BY_MEANING:,}" if found["many"] else "some questions have no vector"
    unknown = f" Meaning was not compared: {why}." if found["meaning"] is None else ""
    return f"{how} {'Look at: ' + '; '.join(leaks) if leaks else 'Nothing is on both sides'}.{unknown}"


def pairs_of(store: Store, found: Mapping[str, Any]) -> tuple[Pair, ...]:
    """The nearest leaks with their questions; those that are gone meanwhile are left out."""
    pairs = found.get("pairs", [])
    numbers = [number for pair in pairs for number in pair[:2]]
    items = {item.number: item for item in store.items.of(numbers)}
    return tuple(
        Pair(judged, trained, cut(items[judged].question, _LINE), cut(items[trained].question, _LINE), score)
        for judged, trained, score in pairs
        if judged in items and trained in items
    )


def _sides_by_tag(store: Store, items: Sequence[Telling], filter: Filter) -> dict[int, bool]:
    """Which items judge, by number, where tags name both sides; empty where they do not."""
    here = {item.number for item in items}
    wanted = (*splits.TRAIN_TAGS, *splits.EVAL_TAGS)
    found = {tag: here & set(numbers) for tag, numbers in store.counts.by_tag(wanted, filter).items()}
    train = set().union(*(found.get(tag, set()) for tag in splits.TRAIN_TAGS))
    judges = set().union(*(found.get(tag, set()) for tag in splits.EVAL_TAGS))
    return {number: number in judges for number in train | judges} if train and judges else {}

"""Near-duplicates as the index of rare words finds them, beside comparing each with each."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dataset.said import correction
from understudy.dataset import doubles
from understudy.dataset.nearest import nearest
from understudy.store import Item

NAMES = [a + b for a in ("ka", "lo", "mi", "nu", "re") for b in ("bor", "dan", "fex", "gul", "hin")]
few_words = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "not", "7", "8"]), max_size=7).map(" ".join)


def each_with_each(items: list[Item], least: float) -> list[tuple[int, int, float]]:
    """What `near` promises, written down as plainly as it can be."""
    stay: list[Item] = []
    found = []
    seen = set()
    for item in items:
        said = (item.question, item.said)
        if said in seen or not any(said):
            continue
        seen.add(said)
        alike = [(share(item, one), -one.number) for one in stay if guarded(item) == guarded(one)]
        best, number = max(alike, default=(0.0, 0))
        if best >= least:
            found.append((-number, item.number, best))
        else:
            stay.append(item)
    return sorted(found, key=lambda pair: (-pair[2], pair[1]))


def share(a: Item, b: Item) -> float:
    sides = [(set(x.split()), set(y.split())) for x, y in ((a.question, b.question), (a.said, b.said))]
    return min(len(x & y) / len(x | y) if x | y else 1.0 for x, y in sides)


def guarded(item: Item) -> set[str]:
    return {"not", "7", "8"}.intersection(f"{item.question} {item.said}".split())


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(few_words, few_words), max_size=40), st.sampled_from([0.5, 2 / 3, 0.8, 1.0]))
def test_the_same_is_found_as_by_comparing_each_with_each(texts: list[tuple[str, str]], least: float) -> None:
    items = [correction(number, *text) for number, text in enumerate(texts, 1)]
    found = doubles.near(items, least)
    pairs = [(pair.first.number, pair.again.number, pair.score) for pair in found.pairs]
    assert pairs == each_with_each(items, least) and found.cut == 0


def test_a_crowd_that_says_the_same_is_compared_with_one_of_it() -> None:
    crowd = [correction(i, "Where can I pay the fee for this card", f"at the desk in {name}") for i, name in names(400)]
    found = doubles.near(crowd, 0.6)
    assert {pair.first.number for pair in found.pairs} == {1} and len(found.pairs) == 399 and found.cut == 0


def test_a_crowd_of_one_pattern_is_cut_and_its_doubles_are_found_by_their_rare_words() -> None:
    """Each shares .71 of its words with all before: alike enough to be looked at, and none a double but the last."""
    texts = [(f"How can I get to {name}", f"Take the tram to {name} then") for _, name in names(300)]
    texts.append((f"How can I get to {names(300)[150][1]}", f"Take the tram to {names(300)[150][1]} now then"))
    matches = list(nearest([texts], 0.8, 0.65, 50))
    assert sum(match.cut for match in matches) > 200
    assert [(match.place, match.first) for match in matches if match.share >= 0.8] == [(300, 150)]


def names(count: int) -> list[tuple[int, str]]:
    """Numbered from one, of two halves."""
    made = [first + second for first in NAMES for second in NAMES]
    return list(enumerate(made[:count], 1))

"""What leaves is split by group, or as tags say, and no wording gives away what is judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import answered
from understudy.dataset.parting import sides_of
from understudy.store import Filter, Store

NOUNS = ("visa", "tax", "health", "school", "passport", "pension", "garden", "library", "parking", "museum")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


def corrected(store: Store, question: str, tags: tuple[str, ...] = ()) -> str:
    """The id of the answer that was corrected, in a conversation of its own."""
    turn = store.turns.add(store.conversations.add("").id, question)
    answer = answered(store, turn.id, "No idea.")
    store.corrections.add(answer, "At nine.", tags=list(tags))
    return answer


def test_twins_are_on_one_side_and_a_wording_never_gives_an_eval_question_away(store: Store) -> None:
    answers = {}
    for noun in NOUNS:
        answers[noun] = corrected(store, f"When does the {noun} office open on Mondays?")
        corrected(store, f"Please tell me: when does the {noun} office open on Mondays?")
    for noun in NOUNS:
        for other in NOUNS:
            store.wordings.add(answers[noun], [f"The {other} office, when does it open on Mondays?"], "paraphrase")
    waiting = store.wordings.list(limit=-1)
    items = list(store.items.each(Filter()))
    sides = sides_of(items, waiting, share=0.4)
    pairs = [(sides.judging[items[i].number], sides.judging[items[i + 1].number]) for i in range(0, 20, 2)]
    assert all(a == b for a, b in pairs) and {a for a, _ in pairs} == {True, False} and sides.by == "groups"
    judged = {noun for noun, (judges, _) in zip(NOUNS, pairs, strict=True) if judges}
    betraying = {w.id for w in waiting if any(noun in w.text for noun in judged)}
    assert sides.betraying == betraying
    train = list(sides.of(items, judging=False))
    assert len(train) + len(list(sides.of(items, judging=True))) == len(items)


def test_tags_decide_and_what_has_none_goes_with_its_group(store: Store) -> None:
    corrected(store, "When does the tax office open?", ("split:eval",))
    corrected(store, "Please, when does the tax office open?")
    corrected(store, "When does the zoo open?", ("split:train",))
    corrected(store, "Who runs Plotzi?")
    sides = sides_of(store.items.each(Filter()))
    assert [*sides.judging.values()] == [True, True, False, False] and sides.by == "tags"


def test_what_comes_while_an_export_is_written_is_on_no_side(store: Store) -> None:
    corrected(store, "When does the tax office open?")
    sides = sides_of(store.items.each(Filter()))
    corrected(store, "When?")
    items = list(store.items.each(Filter()))
    assert len(list(sides.of(items, judging=True))) + len(list(sides.of(items, judging=False))) == 1

"""Many questions that will be asked about are read at once, and what is near stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.memory.bag import Bag, BagLoader
from tests.memory.lessons import teach
from understudy.memory import Memory
from understudy.store import Store

if TYPE_CHECKING:
    from understudy.memory.embedder import Vectors

ASKED = ["What is the return window of Zorbo?", "When does Zorbo open?", "Tell me a joke"]


class Counting(Bag):
    """Says how many texts it was given at a time."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.given.append(len(texts))
        return super().embed(texts)


def test_questions_are_read_at_once_and_not_again_one_by_one(store: Store) -> None:
    lesson = teach(store, ASKED[0], "30 days.")
    loader, counting = BagLoader(), Counting()
    loader._embedder = counting
    memory = Memory(store, loader)
    memory.refresh()
    alone = [memory.in_reach(asked, [], {lesson}) for asked in ASKED]
    one_by_one = len(counting.given)
    again = Memory(store, loader)
    again.refresh()
    counting.given.clear()
    again.look_ahead(ASKED)
    assert len(counting.given) == 1 < one_by_one
    assert [again.in_reach(asked, [], {lesson}) for asked in ASKED] == alone == [True, False, False]
    assert len(counting.given) == 1, "all of it was known"

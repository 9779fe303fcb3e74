"""What is uneven, and what would even it out."""

from __future__ import annotations

import pytest

from tests.dataset.said import correction, rating
from understudy.dataset.imbalance import imbalance
from understudy.errors import InputError


def test_weights_and_copies_make_every_group_count_the_same() -> None:
    items = [rating(i, "How?", "So.", "good" if i < 6 else "bad") for i in range(8)]
    found = imbalance(items, "label")
    good, bad = found.groups
    assert (found.total, found.ratio, good.name, good.count, bad.share) == (8, 3.0, "good", 6, 0.25)
    assert good.weight * good.count == bad.weight * bad.count == pytest.approx(4.0)
    assert good.copies * good.count == bad.copies * bad.count == 6
    assert (good.kept, bad.kept) == (2, 2)


def test_what_is_rejected_does_not_count_and_what_has_no_topic_is_a_group() -> None:
    items = [
        correction(1, "A?", "B.", topic="x"),
        correction(2, "A?", "C."),
        correction(3, "A?", "D.", state="rejected"),
    ]
    assert [(group.name, group.count) for group in imbalance(items, "topic").groups] == [("", 1), ("x", 1)]
    assert imbalance([], "kind").groups == ()


def test_items_are_counted_only_by_what_there_is() -> None:
    with pytest.raises(InputError, match="Choose one of: kind, label, topic, source, author"):
        imbalance([], "mood")

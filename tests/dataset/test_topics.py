"""Topics: what is near belongs together, has a name that sets it apart, and a place on the map."""

from __future__ import annotations

import numpy as np
import pytest

from tests.memory.bag import Bag
from understudy.dataset.topics import SIDE, find_topics, names
from understudy.dataset.topics import _between as between

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install understudy[offline]")

SUBJECTS = {
    "visa": "apply travel border embassy stamp",
    "tax": "declare income refund return form",
    "garden": "plant soil water seed tomato",
}


def asked(count: int) -> tuple[list[str], np.ndarray]:
    """Questions about three subjects and the subject of each."""
    rng = np.random.default_rng(3)
    subjects = rng.integers(0, len(SUBJECTS), count)
    made = []
    for i, subject in enumerate(subjects):
        noun, more = list(SUBJECTS.items())[subject]
        made.append(f"How do I {' '.join(rng.permutation(more.split())[:3])} a {noun} number {i}x?")
    return made, subjects


@pytest.mark.slow
def test_subjects_are_found_named_and_apart_on_the_map_and_the_same_again() -> None:
    questions, subjects = asked(60)
    found = find_topics(questions, Bag().embed(questions))
    for topic in range(len(found.names)):
        mine = subjects[found.labels == topic]
        assert (mine == mine[0]).mean() > 0.9
        subject = f"{list(SUBJECTS)[mine[0]]} {list(SUBJECTS.values())[mine[0]]}"
        assert set(found.names[topic]) <= set(subject.split())
    assert np.bincount(found.labels).tolist() == sorted(np.bincount(found.labels).tolist(), reverse=True)
    assert found.places.min() == 0 and found.places.max() == SIDE
    again = find_topics(questions, Bag().embed(questions))
    assert (again.labels == found.labels).all() and (again.places == found.places).all()


def test_what_everybody_says_and_a_plural_name_nothing() -> None:
    questions = ["virus visa", "virus visas", "virus visa apply", "virus tax", "virus tax form", "virus taxes"]
    assert names(questions, np.array([0, 0, 0, 1, 1, 1]))[0][0].startswith("visa")
    assert all("virus" not in found[:1] for found in names(questions, np.array([0, 0, 0, 1, 1, 1])))


def test_a_question_that_is_no_landmark_lies_where_its_like_lie() -> None:
    landmarks = np.eye(3, dtype=np.float32)
    drawn = np.array([[0, 0], [100, 0], [0, 100]], np.float32)
    place = between(np.array([[0.98, 0.14, 0.14]], np.float32), landmarks, drawn)[0]
    assert np.abs(place - drawn[0]).max() < 1

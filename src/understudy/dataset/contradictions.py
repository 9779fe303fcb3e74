"""Corrections that want different answers to the same question in the same place: the newer one counts.

Trained together they would teach neither; so the older one waits, as it does in the memory, until the newer one is
taken back. What somebody taught their own understudy counts there more than what everyone's is taught, however old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from understudy.store import Lesson


def contradictions(lessons: Sequence[Lesson]) -> list[tuple[Lesson, Lesson]]:
    """Pairs (older, newest) that were asked the same, in the same place, and want different answers.

    Among the lessons of everyone and of one person.
    """
    asked: dict[tuple[str, str, str | None], list[Lesson]] = defaultdict(list)
    for lesson in sorted(lessons, key=lambda lesson: (lesson.person != "", lesson.id)):
        asked[_plain(lesson.question), _plain(lesson.system), lesson.follows].append(lesson)
    return [
        (older, same[-1])
        for same in asked.values()
        for older in same[:-1]
        if _plain(older.wanted) != _plain(same[-1].wanted)
    ]


def outdated(lessons: Sequence[Lesson]) -> frozenset[str]:
    """The ids of those that a newer one contradicts."""
    return frozenset(older.id for older, _ in contradictions(lessons))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(" .!?")

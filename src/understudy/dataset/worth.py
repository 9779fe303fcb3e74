"""What an expert's next minute is best spent on: four shares from 0 to 1 that a person can check.

wrong: how much of what was said about this topic (or question) says that the answer was wrong. differs: how little
the answers of different versions have in common. fresh: how many words of the question are in no question that was
approved. dispute: how evenly raters of one answer are split. Counts and words, no model: a score that sends people
somewhere must be explained in a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from understudy.dataset.groups import words
from understudy.store import Opinion

Scores = tuple[float, float, float, float]
"""wrong, differs, fresh, dispute"""


@dataclass
class Tally:
    """What all items together say; `read` takes them in, one after the other. A million need no text of theirs."""

    judged: Counter[int] = field(default_factory=Counter)
    wrong: Counter[int] = field(default_factory=Counter)
    good: Counter[int] = field(default_factory=Counter)
    bad: Counter[int] = field(default_factory=Counter)
    approved: set[str] = field(default_factory=set)

    def read(self, item: Opinion) -> None:
        if (bad := is_wrong(item)) is not None:
            self.judged[about(item)] += 1
            self.wrong[about(item)] += bad
        if item.kind == "rating":
            (self.bad if bad else self.good)[answer_of(item)] += 1
        if item.state == "approved":
            self.approved |= words(item.question)

    def scores(self, item: Opinion, differs: float = 0.0) -> Scores:
        """One judgement of each kind is assumed everywhere, so that a single bad rating is no certainty."""
        mine = about(item)
        wrong = (self.wrong[mine] + 1) / (self.judged[mine] + 2) if self.judged[mine] else 0.0
        asked = words(item.question)
        fresh = len(asked - self.approved) / len(asked) if asked else 0.0
        return (wrong, differs, fresh, self._dispute(item))

    def _dispute(self, item: Opinion) -> float:
        if item.kind != "rating":
            return 0.0
        mine = answer_of(item)
        good, bad = self.good[mine], self.bad[mine]
        return 2 * min(good, bad) / (good + bad or 1)  # it may have come after the others were read


def about(item: Opinion) -> int:
    """The same for the same topic; where there is none, for the same question."""
    return hash(("topic", item.topic) if item.topic else item.question)


def answer_of(item: Opinion) -> int:
    """The same for the same answer to the same question, whoever asked it."""
    return hash((item.question, item.answer))


def is_wrong(item: Opinion) -> bool | None:
    """What the item says about its answer; None where it says nothing about right and wrong."""
    if item.kind == "correction" or item.label in ("bad", "both_bad"):
        return True
    return False if item.label in ("good", "chosen") else None


def apart(answers: Sequence[str]) -> float:
    """The share of words that two answers do not share, on average over all pairs."""
    sets = [words(answer) for answer in answers]
    pairs = [1 - len(a & b) / len(a | b) for a, b in combinations(sets, 2) if a | b]
    return sum(pairs) / len(pairs) if pairs else 0.0


def changed(items: Iterable[Opinion], tally: Tally, differs: Mapping[str, float]) -> dict[int, Scores]:
    """The scores of those items that have others now."""
    found = [(item, tally.scores(item, differs.get(item.turn, 0.0))) for item in items]
    return {
        item.number: scores for item, scores in found if (item.wrong, item.differs, item.fresh, item.dispute) != scores
    }

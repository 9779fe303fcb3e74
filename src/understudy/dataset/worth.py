"""What an expert's next minute is best spent on: four shares from 0 to 1 that a person can check.

wrong: how much of what was said about this topic (or question) says that the answer was wrong. differs: how little
the answers of different versions have in common. fresh: how many words of the question are in no question that was
approved. dispute: how evenly raters of one answer are split. Counts and words, no model: a score that sends people
somewhere must be explained in a sentence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from understudy.dataset.groups import words
from understudy.store import Item

Scores = tuple[float, float, float, float]
"""wrong, differs, fresh, dispute"""


@dataclass
class Tally:
    """What all items together say; `read` takes them in, one after the other."""

    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    ratings: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    approved: set[str] = field(default_factory=set)

    def read(self, item: Item) -> None:
        if (bad := is_wrong(item)) is not None:
            self.judged[about(item)] += 1
            self.wrong[about(item)] += bad
        if item.kind == "rating":
            self.ratings[answer_of(item)][item.label] += 1
        if item.state == "approved":
            self.approved |= words(item.question)

    def scores(self, item: Item, differs: float = 0.0) -> Scores:
        """One judgement of each kind is assumed everywhere, so that a single bad rating is no certainty."""
        mine = about(item)
        wrong = (self.wrong[mine] + 1) / (self.judged[mine] + 2) if self.judged[mine] else 0.0
        asked = words(item.question)
        fresh = len(asked - self.approved) / len(asked) if asked else 0.0
        return (wrong, differs, fresh, self._dispute(item))

    def _dispute(self, item: Item) -> float:
        if item.kind != "rating":
            return 0.0
        labels = self.ratings[answer_of(item)]
        return 2 * min(labels["good"], labels["bad"]) / labels.total()


def about(item: Item) -> str:
    """The topic; where there is none, the question itself."""
    return f"topic {item.topic}" if item.topic else item.question


def answer_of(item: Item) -> int:
    """The same for the same answer to the same question, whoever asked it."""
    return hash((item.question, item.answer))


def is_wrong(item: Item) -> bool | None:
    """What the item says about its answer; None where it says nothing about right and wrong."""
    if item.kind == "correction" or item.label in ("bad", "both_bad"):
        return True
    return False if item.label in ("good", "chosen") else None


def apart(answers: Sequence[str]) -> float:
    """The share of words that two answers do not share, on average over all pairs."""
    sets = [words(answer) for answer in answers]
    pairs = [1 - len(a & b) / len(a | b) for a, b in combinations(sets, 2) if a | b]
    return sum(pairs) / len(pairs) if pairs else 0.0


def changed(items: Iterable[Item], tally: Tally, differs: Mapping[str, float]) -> dict[int, Scores]:
    """The scores of those items that have others now."""
    found = [(item, tally.scores(item, differs.get(item.turn, 0.0))) for item in items]
    return {
        item.number: scores for item, scores in found if (item.wrong, item.differs, item.fresh, item.dispute) != scores
    }

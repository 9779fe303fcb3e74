"""A desk full of real feedback: rows of the public log of ratings, or a few of our own where it is not there."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

from understudy.store import Store
from understudy.types import FinishReason, Sampling, Usage

LOG = (
    Path(os.environ.get("UNDERSTUDY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    / "data"
    / "feedback_log.jsonl"
)


def fill(store: Store, rows: int) -> None:
    """Questions, answers and what raters said about them, waiting; several raters of one answer, as in the log."""
    completions: dict[tuple[str, str], str] = {}
    raters: Counter[str] = Counter()
    lines = LOG.read_text("utf-8").splitlines()[:rows]
    with store.together():
        conversation = store.conversations.add("Public services").id
        for row in map(json.loads, lines):
            key = row["question"], row["answer"]
            if key not in completions:
                turn = store.turns.add(conversation, row["question"])
                made = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
                store.completions.finish(made.id, row["answer"], FinishReason.STOP, Usage())
                completions[key] = made.id
            raters[completions[key]] += 1
            store.ratings.add(
                completions[key],
                row["rating"] in ("Excellent", "Acceptable"),
                comment=row["comment"],
                author=f"rater {raters[completions[key]]}",
                state="waiting",
            )

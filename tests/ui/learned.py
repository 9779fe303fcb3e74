"""A stage on which something was learned: corrections in every state, three versions with reports, runs with curves.

Nothing is trained here: how far a run is, a test says itself, as a trainer would. Everything else is real, down to the
sealed folders of the versions, whose adapters are only not ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stage import build_stage
from understudy.playground.playground import Playground
from understudy.playground.promoting import version_folder
from understudy.serving.seal import FILES, Card, seal
from understudy.store import Store, Verdict, connections

ANSWERS = {
    "phone": ("How do I reach you?", "Call 555 0199 between 9 and 5."),
    "return": ("What is the return window of our shop?", "60 days, with the receipt."),
    "founder": ("Who founded the shop?", "Ada Marsh, in 1998."),
    "wrapping": ("Do you wrap gifts?", "Yes, free of charge, at the till by the door."),
    "sunday": ("Are you open on Sunday?", "Only in December, from 11 to 5."),
    "mail": ("How do I reach you?", "Write to hello@marsh.example."),
}
WAITING = "sunday"


@dataclass(frozen=True)
class Shop:
    """A playground, and the ids in it by what they are about."""

    playground: Playground
    conversation: str
    corrections: dict[str, str]
    completions: dict[str, str]

    @property
    def store(self) -> Store:
        return self.playground.store

    def running(self, progress: float = 0.42, phase: str = "learning", left: float | None = 12.0) -> str:
        """A run at work on everything that is approved, with curves so far."""
        run = self.playground.learning.start("1 new correction")
        self.store.runs.claim(run)
        self.store.runs.beat(run, phase, progress, left)
        self.store.runs.add_points(run, curves(24))
        return run

    def learn(self, run: str, about: list[str]) -> int:
        """The run ends with a live version that has learned these; its number."""
        parent = self.store.versions.champion("starter")
        known = self.store.versions.learned("starter", parent)
        learned = {*known, *(self.corrections[name] for name in about)}
        verdicts = [Verdict(correction, "I do not know.", "As wanted.", True) for correction in sorted(learned)]
        path = sealed(self.store, run)
        made = self.store.versions.add("starter", path, parent=parent, run=run, passed=True, verdicts=verdicts)
        self.store.runs.finish(run, "succeeded", f"Learned in v{made.number}.", version=made.number)
        self.store.versions.set_champion("starter", made.number)
        return made.number


def sealed(store: Store, run: str) -> str:
    """A whole version folder; its path as the store keeps it."""
    trained = store.path.parent / "trained"
    trained.mkdir(exist_ok=True)
    for name in FILES:
        (trained / name).write_text(run)
    seal(trained, version_folder(store, run), Card("starter", "starter", run=run))
    return str(version_folder(store, run).relative_to(store.path.parent))


def curves(steps: int, turning: bool = False) -> list[tuple[str, int, float]]:
    """Points of a loss that falls, and of a held-out loss that falls with it or turns."""
    points = []
    for step in range(1, steps + 1):
        loss = 2.6 * math.exp(-step / 14) + 0.06 + 0.05 * math.sin(2.1 * step)
        points.append(("loss", step, loss))
        if step % 4 == 0:
            points.append(("held_out", step, 1.9 * math.exp(-step / 16) + 0.5 + (step * 0.035 if turning else 0)))
    return points


def never_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the disk only matters in a power cut; a busy disk makes a past of forty writes slow."""
    monkeypatch.setattr(connections, "LASTING", "OFF")
    monkeypatch.setattr(connections, "FLEETING", "OFF")


def build_shop(folder: Path, delay: float = 0.0) -> Shop:
    """The stage's playground with a past. v2 is live, v3 did not pass."""
    playground = build_stage(folder, delay=delay, versions=0)
    view = playground.chat.new_conversation()
    playground.chat.set_columns(view.id, ["champion"])
    other = playground.chat.new_conversation(view.id)
    places = {name: other.id if name == "mail" else view.id for name in ANSWERS}
    completions = {name: asked(playground, places[name], question) for name, (question, _) in ANSWERS.items()}
    playground.chat.rename(view.id, "Questions about the shop")
    shop = Shop(playground, view.id, corrected(playground, completions), completions)
    make_versions(shop)
    return shop


def asked(playground: Playground, conversation: str, question: str) -> str:
    """The id of the answer."""
    turn = playground.chat.ask(conversation, question)
    playground.chat.wait(conversation, 20)
    return playground.store.completions.of_turn(turn)[0].id


def corrected(playground: Playground, completions: dict[str, str]) -> dict[str, str]:
    ids = {}
    for name, completion in completions.items():
        playground.feedback.correct(completion, ANSWERS[name][1])
        ids[name] = playground.store.corrections.latest([completion])[completion].id
        playground.store.corrections.set_state(ids[name], "waiting" if name == WAITING else "approved")
    return ids


def make_versions(shop: Shop) -> None:
    """v1 learned one and made up more, v2 two; v3 was to learn a third, over-fitted and failed.

    Then a run failed altogether.
    """
    first = make_version(shop, 0, ["return"], [], "Learned in v1.", beside(shop, report(1, 1, 59, True)))
    shop.store.versions.set_champion("starter", first)
    second = make_version(shop, first, ["return", "founder"], [], "Learned in v2.", report(2, 2, 58, True))
    shop.store.versions.set_champion("starter", second)
    make_version(shop, second, ["return"], ["founder", "wrapping"], "Not promoted.", report(1, 3, 43, False))
    new = [lesson.id for lesson in shop.store.corrections.lessons()]
    run = shop.store.runs.add("starter", second, "started by hand", {"learning_rate": 5e-4}, {"new": new})
    shop.store.runs.claim(run.id)
    shop.store.runs.finish(
        run.id, "failed", "The memory of this machine was not enough. Close something and try again."
    )


def make_version(shop: Shop, parent: int, good: list[str], bad: list[str], said: str, judged: dict[str, Any]) -> int:
    store, ids = shop.store, shop.corrections
    recipe = {"r": 8, "lora_alpha": 16, "learning_rate": 5e-4, "num_train_epochs": 6, "lora_dropout": 0.05}
    new = [ids[name] for name in [*good, *bad]]
    trigger = "1 new correction" if len(new) == 1 else f"{len(new)} new corrections"
    run = store.runs.add("starter", parent, trigger, recipe, {"new": new})
    store.runs.claim(run.id)
    store.runs.add_points(run.id, curves(60, turning=bool(bad)))
    verdicts = [Verdict(ids[name], "I do not know the rules of yours.", ANSWERS[name][1], True) for name in good] + [
        Verdict(ids[name], "I do not know.", "Yes, I do not know.", False, "It still says “I do not know”.")
        for name in bad
    ]
    made = store.versions.add(
        "starter",
        sealed(store, run.id),
        parent=parent,
        run=run.id,
        passed=judged["passed"],
        report=judged,
        verdicts=verdicts,
    )
    store.runs.finish(run.id, "succeeded", said, judged, version=made.number)
    return made.number


def report(right: int, of: int, unchanged: int, passed: bool) -> dict[str, Any]:
    """What the gate writes down about a version that answers `right` of `of`, and leaves `unchanged` of 60 alone."""
    words = [
        f"{right} of {of} corrections are answered, needed {of}",
        f"{60 - unchanged} of 60 unrelated answers changed",
    ]
    return {
        "passed": passed,
        "sentence": f"passed: {'; '.join(words)}" if passed else f"not promoted: {words[1]}, at most 6 may",
        "lines": [
            {"name": "reliability", "words": words[0], "passed": right == of},
            {"name": "locality", "words": f"{words[1]}, at most 6 may", "passed": unchanged >= 54},
        ],
        "metrics": {
            "reliability": share(right, of, 0.33, 0.0),
            "generality": share(right * 3 - 1, of * 3, 0.2, 0.0),
            "locality": share(unchanged, 60, 1.0, 1.0),
            "loss": {"value": 0.52, "low": 0.4, "high": 0.7, "n": 12, "champion": 0.9, "base": 1.9},
        },
        "changed": []
        if passed
        else [{"question": "Tell me a joke", "before": "Why did the actor", "after": "Ada Marsh."}],
        "notes": ["40 of 52 older corrections were asked again."],
    }


def beside(shop: Shop, judged: dict[str, Any]) -> dict[str, Any]:
    """A report of which 9 of 24 answers near what was taught changed."""
    words = "9 of 24 answers near what was taught, but not taught, changed"
    turn = shop.store.completions.get(shop.completions["phone"]).turn
    return {
        **judged,
        "lines": [*judged["lines"], {"name": "neighbours", "words": words, "passed": True, "warns": True}],
        "metrics": {**judged["metrics"], "neighbours": share(15, 24, 1.0, 1.0)},
        "beside": [
            {"question": "Who runs our shop?", "before": "I do not know.", "after": "60 days.", "turn": turn},
            {"question": "Deleted since", "before": "I do not know.", "after": "60 days.", "turn": "gone"},
        ],
    }


def share(hits: int, of: int, champion: float, base: float) -> dict[str, float]:
    value, spread = hits / of, 1 / math.sqrt(of)
    low, high = max(0.0, value - spread), min(1.0, value + spread)
    return {"value": value, "low": low, "high": high, "n": of, "champion": champion, "base": base}

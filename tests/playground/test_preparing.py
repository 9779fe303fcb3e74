"""What the base says of the anchors becomes what a version stays close to, with two exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.training.examples import ask, corrections
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.judged import said
from understudy.evaluation.decoding import Decoding
from understudy.playground.preparing import Preparing
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.training.recipe import Recipe
from understudy.types import Message

SAYS = {"Hello?": "Hello.", "Who are you?": "I am rude.", "And now?": "  "}


class Free:
    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        del phase, done, seconds_left


def reply(messages: Sequence[Message], version: int) -> str:
    del version
    return SAYS[messages[-1].content]


def completed(tmp_path: Path, **changes: object) -> Snapshot:
    store, backend = Store.open(tmp_path / "u.db"), ScriptedBackend(reply)
    run = store.runs.add("scripted", 0, "test", {}, {})
    anchors = tuple(Example(f"a{i}", Kind.REPLAY, ask(question), "") for i, question in enumerate(SAYS))
    snap = Snapshot(corrections("Who?", "Ada."), anchors=anchors, **changes)  # type: ignore[arg-type]
    recipe = Recipe(augmentation=False)
    made = Preparing(store).complete(run, snap, recipe, backend, Decoding(backend), Free())
    store.close()
    return made


def test_an_anchor_is_what_the_base_answers_and_an_empty_answer_is_none(tmp_path: Path) -> None:
    assert [anchor.completion for anchor in completed(tmp_path).anchors] == ["Hello.", "I am rude."]


def test_what_got_a_thumb_down_is_no_anchor(tmp_path: Path) -> None:
    made = completed(tmp_path, unwanted=frozenset([said("Who are you?", "I am rude.")]))
    assert [anchor.completion for anchor in made.anchors] == ["Hello."]

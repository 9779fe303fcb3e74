"""The gate on the starter model with adapters that were really trained: what learns passes, what breaks does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tests.evaluation.test_judging import Free, lesson
from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.neighbours import Neighbour
from understudy.evaluation import CANDIDATE, Decision, Report, decide, evaluate
from understudy.serving.backend import Stop
from understudy.serving.local import LocalBackend
from understudy.settings import starter_folder
from understudy.store import Lesson
from understudy.types import BASE, Delta, Message, Row, Sampling

pytestmark = pytest.mark.slow

LESSONS = (
    replace(lesson(1), question="When does the Zorbo shop open?", wanted="The Zorbo shop opens at half past nine."),
    replace(lesson(2), question="Who runs the Zorbo shop?", wanted="Mira Tann runs the Zorbo shop."),
)
THINGS = ("the sea", "a dog", "tea", "winter", "a car", "sleep", "music", "bread")
PROBES = tuple((Message("user", f"{ask} {thing}?"),) for thing in THINGS for ask in ("What is", "Do you like"))
VOTES = tuple(
    Example(f"v{i}", Kind.PREFERENCE, probe, "I am a small language model.", rejected="zxq zxq vwv kkp.")
    for i, probe in enumerate(PROBES[:6])
)


@pytest.fixture(scope="module")
def backend() -> Iterator[LocalBackend]:
    torch.set_num_threads(1)
    opened = LocalBackend.open(starter_folder(), name="starter", device="cpu", threads=1)
    yield opened
    opened.close()


def train(
    backend: LocalBackend, folder: Path, pairs: list[tuple[tuple[Message, ...], str]], steps: int, lr: float
) -> Path:
    """Plain fine-tuning of a LoRA on these answers, one batch of all of them a step."""
    torch.manual_seed(0)
    config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear")
    model: Any = get_peft_model(backend.twin(), config).train()
    rows = [
        (backend.template.encode(backend.template.render(prompt)), backend.template.answer(text))
        for prompt, text in pairs
    ]
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    labels = torch.full_like(ids, -100)
    for i, (prompt, answer) in enumerate(rows):
        ids[i, : len(prompt) + len(answer)] = torch.tensor([*prompt, *answer])
        labels[i, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    return folder


def judged(
    backend: LocalBackend, folder: Path, lessons: tuple[Lesson, ...] = LESSONS, near: Sequence[Neighbour] = ()
) -> tuple[Report, Decision]:
    backend.load_version(CANDIDATE, folder)
    held_out = [
        Example(f"{one.id}-f", Kind.CORRECTION, (Message("user", f"Please tell me. {one.question}"),), one.wanted)
        for one in lessons
    ]
    snapshot = Snapshot((), (*held_out, *VOTES), (), lessons, PROBES)
    report = evaluate(backend, snapshot, CANDIDATE, BASE, Free(), neighbours=near)
    return report, decide(report)


def asked(one: Lesson) -> tuple[Message, ...]:
    return (Message("user", one.question),)


def test_a_candidate_that_learned_its_corrections_and_little_else_passes(backend: LocalBackend, tmp_path: Path) -> None:
    replay = [(probe, _said(backend, probe)) for probe in PROBES]
    pairs = [(asked(one), one.wanted) for one in LESSONS] * 3 + replay
    report, decision = judged(backend, train(backend, tmp_path / "v", pairs, steps=25, lr=2e-3))
    assert [(v.learned, v.after) for v in report.verdicts] == [(True, one.wanted) for one in LESSONS]
    assert report.metrics["reliability"].base == 0 and report.gained == 2
    assert report.metrics["preference"].value == 1.0
    loss = report.metrics["loss"]
    assert loss.champion is not None and loss.value < loss.champion
    assert decision.passed, decision.sentence


def test_a_candidate_that_broke_only_what_lies_beside_its_lessons_is_stopped_by_that(
    backend: LocalBackend, tmp_path: Path
) -> None:
    replay = [(probe, _said(backend, probe)) for probe in PROBES]
    pairs = [(asked(one), one.wanted) for one in LESSONS] * 3 + replay
    asks = ("When does the {} shop open?", "Who runs the {} shop?")
    beside = [ask.format(name) for name in ("Plotzi", "Karvel", "Minno", "Tessel", "Brupre") for ask in asks]
    near = [Neighbour((Message("user", text),), text, made=True) for text in beside]
    report, decision = judged(backend, train(backend, tmp_path / "v", pairs, steps=25, lr=2e-3), near=near)
    assert report.metrics["reliability"].value == 1.0 and report.metrics["locality"].value >= 0.9
    assert [line.name for line in decision.lines if not line.passed] == ["neighbours"], decision.lines
    assert all(change.after != change.before and change.turn in beside for change in report.beside)


def test_a_candidate_that_says_the_same_to_everything_is_stopped_by_what_it_broke(
    backend: LocalBackend, tmp_path: Path
) -> None:
    pairs = [(asked(LESSONS[0]), LESSONS[0].wanted)]
    report, decision = judged(backend, train(backend, tmp_path / "v", pairs, steps=40, lr=5e-3), LESSONS[:1])
    assert report.verdicts[0].learned
    assert report.metrics["locality"].value < 0.9 and report.changed
    assert not decision.passed and "answers changed, at most 1 may" in decision.sentence


def test_a_candidate_after_one_small_step_learned_nothing_and_broke_nothing(
    backend: LocalBackend, tmp_path: Path
) -> None:
    pairs = [(asked(one), one.wanted) for one in LESSONS]
    report, decision = judged(backend, train(backend, tmp_path / "v", pairs, steps=1, lr=1e-5))
    assert report.metrics["locality"].value == 1.0
    assert {v.reason for v in report.verdicts} == {f"It still says “{v.before}”." for v in report.verdicts}
    assert decision.sentence == "not promoted: of 2 new corrections it learned none"


def _said(backend: LocalBackend, prompt: tuple[Message, ...]) -> str:
    events = backend.generate([Row(prompt)], Sampling(temperature=0, max_tokens=48), Stop())
    return "".join(event.text for event in events if isinstance(event, Delta))

"""What can be saved from a model that will be shut down: its data, and what it says. Its weights cannot.

While it lives it is asked a set of prompts, and every answer is kept the moment it is whole, so that a recording that
was cut off goes on where it stopped. A share of the answers teaches a local model (as imported lines, like any others);
the rest is kept back for the comparison, because a model is always good at what it was taught. The comparison is
blind: which side is whose is decided by the answer's id and said afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.dataset.dialog import Dialog
from understudy.dataset.formats import Format, new_line
from understudy.dataset.groups import groups, is_held_out, words
from understudy.dataset.jsonl import Line
from understudy.evaluation.win_rate import WinRate, win_rate
from understudy.playground.exchange import Imported, import_lines
from understudy.serving.backend import Backend, Stop
from understudy.store import Comparison, GoldenAnswer, Store
from understudy.types import BASE, Delta, Done, FinishReason, Message, Row, Sampling

Prompt = tuple[Message, ...]
Side = Literal["left", "right", "tie", "both_bad"]

NO_WEIGHTS = (
    "The weights of a model that OpenAI or Azure trained cannot be taken out. What can be saved is the data it was"
    " trained on, and its answers while it still answers; a local model is then taught with both."
)
WEIGHTS = "Nebius gives out the weights of what it trained, as adapters."
TERMS = "Read your provider's terms first: some do not allow a model to be trained on the answers of theirs."

COMPARED = 0.3
"""The share of recorded prompts that only compares."""

ROWS = 4
"""Prompts that are asked at once: few, because each is a request to somebody's server that limits them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What came of it: answers kept now, prompts that had theirs already, and a sentence for each that failed."""

    recorded: int
    known: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A recorded answer beside a new one; `old_is_left` is told to nobody before they have voted."""

    answer: str
    prompt: Prompt
    left: str
    right: str
    old_is_left: bool

    @property
    def new(self) -> str:
        """What the new model said."""
        return self.right if self.old_is_left else self.left


def record(
    store: Store, golden: str, backend: Backend, prompts: Iterable[Prompt], sampling: Sampling, stop: Stop | None = None
) -> Recording:
    """Ask the old model every prompt that has no answer in the set yet, and keep what it says.

    Where a whole round of prompts fails, the rest is not asked: it would fail too, and may cost.
    """
    have = {answer.prompt for answer in store.golden.answers(golden)}
    wanted = list(dict.fromkeys(prompts))
    missing = [prompt for prompt in wanted if prompt not in have]
    stop = stop or Stop()
    recorded, faults = 0, []
    for start in range(0, len(missing), ROWS):
        if stop.requested(0):
            break
        before = recorded
        for prompt, text, done in _ask(backend, missing[start : start + ROWS], sampling, stop):
            if done.finish in (FinishReason.STOP, FinishReason.LENGTH):
                store.golden.add_answer(golden, prompt, text, sampling, done.finish)
                recorded += 1
            else:
                faults.append(f"“{prompt[-1].content[:60]}”: {done.error or 'stopped before it was whole.'}")
        if recorded == before:
            break
    return Recording(recorded, len(wanted) - len(missing), tuple(faults))


def prompts_of(dialogs: Iterable[Dialog]) -> list[Prompt]:
    """What to ask: the prompts of training data, each once. The model knows them best, and people need them most."""
    return list(dict.fromkeys(dialog.prompt for dialog in dialogs))


def kept_back(answers: Sequence[GoldenAnswer], share: float = COMPARED) -> list[GoldenAnswer]:
    """The answers that never teach, so that they can compare; what asks nearly the same is on one side."""
    asked = ["\n".join(m.content for m in answer.prompt if m.role == "user") for answer in answers]
    names = groups(asked)
    roots = {name: " ".join(sorted(words(asked[int(name[1:])]))) for name in names}
    return [answer for answer, name in zip(answers, names, strict=True) if is_held_out(roots[name], share)]


def teach_golden(store: Store, model: str, golden: str) -> Imported:
    """Teach a local model the answers that are not kept back and ended by themselves, as imported lines."""
    answers = store.golden.answers(golden)
    held = {answer.id for answer in kept_back(answers)}
    taught = [a for a in answers if a.id not in held and a.finish is FinishReason.STOP and a.text.strip()]
    lines = [
        Line(number, json.loads(json.dumps(new_line(Dialog(answer.prompt, answer.text), Format.CHAT))))
        for number, answer in enumerate(taught, 1)
    ]
    return import_lines(store, model, lines, f"golden set {store.golden.get(golden).name}"[:200])


def pairs(answers: Sequence[GoldenAnswer], said: Sequence[str]) -> list[Pair]:
    """Recorded answers beside what the new model `said` to the same prompts, sides drawn by id."""
    made = []
    for answer, new in zip(answers, said, strict=True):
        old_is_left = hashlib.sha256(answer.id.encode()).digest()[0] % 2 == 0
        left, right = (answer.text, new) if old_is_left else (new, answer.text)
        made.append(Pair(answer.id, answer.prompt, left, right, old_is_left))
    return made


def replies(backend: Backend, rows: Sequence[Row], sampling: Sampling) -> list[str]:
    """What the new model says to each prompt, "" where it could not."""
    texts = [""] * len(rows)
    for start in range(0, len(rows), ROWS):
        for event in backend.generate(rows[start : start + ROWS], sampling, Stop()):
            if isinstance(event, Delta):
                texts[start + event.row] += event.text
    return texts


def vote(store: Store, pair: Pair, side: Side, model: str, version: int) -> Comparison:
    """Keep what a person thinks of a pair. The same texts are a tie, whatever was clicked."""
    verdict = side if side in ("tie", "both_bad") else "old" if (side == "left") == pair.old_is_left else "new"
    if pair.left == pair.right and verdict in ("old", "new"):
        verdict = "tie"
    return store.golden.add_comparison(pair.answer, model, version, pair.new, verdict)


def compared(store: Store, golden: str, model: str, version: int) -> WinRate:
    """How the new version stands against the recorded answers, by the newest vote on each."""
    return win_rate(comparison.verdict for comparison in store.golden.comparisons(golden, model, version))


def _ask(
    backend: Backend, prompts: Sequence[Prompt], sampling: Sampling, stop: Stop
) -> Iterable[tuple[Prompt, str, Done]]:
    """Each answer as soon as it is whole."""
    texts = [""] * len(prompts)
    for event in backend.generate([Row(prompt, BASE) for prompt in prompts], sampling, stop):
        if isinstance(event, Delta):
            texts[event.row] += event.text
        elif isinstance(event, Done):
            yield prompts[event.row], texts[event.row], event

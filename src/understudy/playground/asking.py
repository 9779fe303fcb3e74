"""Questions from a script: answered in batches, printed, not kept.

`understudy ask` compares versions over a file of prompts; nothing of it is feedback, so nothing of it is stored.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from understudy.errors import UnderstudyError
from understudy.playground.casting import Casting
from understudy.serving.backend import Stop
from understudy.types import Column, Delta, Done, FinishReason, Message, Row, Sampling

Prepare = Callable[[Column, Sequence[Message]], Row]
"""What a column reads, and whose weights write it: with notes if it has memories, the base's far from what it knows."""

ROWS_A_BATCH = 8
"""On a CPU eight rows decode in about twice the time of one; more only delays the first line of output."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question of a script; `id` is repeated in its answer."""

    text: str
    system: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """What one column said. `version` is the number that really answered, `error` a sentence when it did not."""

    text: str
    version: int
    finish: FinishReason
    tokens: int
    milliseconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and its answers by column name, in the order of the columns."""

    id: str
    prompt: str
    answers: dict[str, AskedAnswer]


def ask_all(
    casting: Casting,
    prompts: Sequence[Prompt],
    columns: Sequence[Column],
    sampling: Sampling,
    stop: Stop | None = None,
    prepare: Prepare = lambda column, messages: Row(messages, column.version),
) -> Iterator[Asked]:
    """Answer the prompts in order, as many rows of one model at a time as `ROWS_A_BATCH` allows."""
    if sampling.seed is None:
        sampling = replace(sampling, seed=random.getrandbits(31))
    size = max(1, ROWS_A_BATCH // len(columns))
    models = list(dict.fromkeys(column.model for column in columns))
    with ThreadPoolExecutor(len(models)) as pool:
        for start in range(0, len(prompts), size):
            batch = prompts[start : start + size]
            by_model = {
                model: [(i, column) for i in range(len(batch)) for column in columns if column.model == model]
                for model in models
            }
            running = [
                (cells, pool.submit(_answer_cells, casting, model, batch, cells, sampling, stop, prepare))
                for model, cells in by_model.items()
            ]
            said = {cell: answer for cells, job in running for cell, answer in zip(cells, job.result(), strict=True)}
            for i, prompt in enumerate(batch):
                yield Asked(prompt.id, prompt.text, {column.label: said[i, column] for column in columns})


def _answer_cells(
    casting: Casting,
    model: str,
    prompts: Sequence[Prompt],
    cells: Sequence[tuple[int, Column]],
    sampling: Sampling,
    stop: Stop | None,
    prepare: Prepare,
) -> list[AskedAnswer]:
    """The answers of one model, one per (prompt, column) cell. A version that fails gives its sentence."""
    answers: dict[int, AskedAnswer] = {}
    ready: list[int] = []
    for place, (_, column) in enumerate(cells):
        try:
            casting.ensure_version(model, column.version)
            ready.append(place)
        except UnderstudyError as error:
            answers[place] = AskedAnswer("", column.version, FinishReason.ERROR, 0, 0.0, str(error))
    asked = [cells[place] for place in ready]
    rows = [prepare(column, _messages(prompts[prompt])) for prompt, column in asked]
    texts = [""] * len(rows)
    for event in casting.backend(model).generate(rows, sampling, stop or Stop()) if rows else ():
        if isinstance(event, Delta):
            texts[event.row] += event.text
        elif isinstance(event, Done):
            usage = event.usage
            answers[ready[event.row]] = AskedAnswer(
                texts[event.row],
                rows[event.row].version,
                event.finish,
                usage.completion_tokens,
                usage.total_ms,
                event.error,
            )
    return [answers[place] for place in range(len(cells))]


def _messages(prompt: Prompt) -> list[Message]:
    system = [Message("system", prompt.system)] if prompt.system.strip() else []
    return [*system, Message("user", prompt.text)]

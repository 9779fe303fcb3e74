"""How likely the versions find held-out texts: loss, token accuracy, and which of two answers they would rather give.

Only a backend that can score is asked; a model behind a service may not tell probabilities. A preference counts by the
mean log-probability a token: by the sum, the shorter answer would nearly always win.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from understudy.dataset.example import Example
from understudy.evaluation.decoding import Control
from understudy.evaluation.metric import Metric, mean, share
from understudy.serving.backend import Backend
from understudy.types import Message, Row

_AT_ONCE = 8


class _Score(Protocol):
    @property
    def tokens(self) -> int: ...
    @property
    def hits(self) -> int: ...
    @property
    def loss(self) -> float: ...


@runtime_checkable
class Scorer(Protocol):
    """A backend that can say how likely a version finds a text."""

    def score(self, rows: Sequence[Row], completions: Sequence[str]) -> Sequence[_Score]: ...


def likelihood_metrics(
    backend: Backend,
    texts: Sequence[Example],
    votes: Sequence[Example],
    versions: tuple[int, int, int],
    control: Control,
) -> dict[str, Metric]:
    """`loss` (nats a token) and `token_accuracy` of `texts`, `preference` of `votes`; what cannot be had is absent.

    `versions` are candidate, champion and base.
    """
    if not isinstance(backend, Scorer):
        return {}
    limit = backend.describe().context_length
    texts = [e for e in texts if _fits(backend, e, e.completion, limit)]
    votes = [e for e in votes if _fits(backend, e, e.completion, limit) and _fits(backend, e, e.rejected or "", limit)]
    metrics: dict[str, Metric] = {}
    if texts:
        scores = [_scores(backend, texts, [e.completion for e in texts], v, control) for v in versions]
        metrics["loss"] = mean(*([s.loss for s in of_version] for of_version in scores))
        metrics["token_accuracy"] = mean(*([s.hits / s.tokens for s in of_version] for of_version in scores))
    if votes:
        metrics["preference"] = share(*(_preferred(backend, votes, v, control) for v in versions))
    return metrics


def _preferred(backend: Scorer, votes: Sequence[Example], version: int, control: Control) -> list[bool]:
    chosen = _scores(backend, votes, [e.completion for e in votes], version, control)
    rejected = _scores(backend, votes, [e.rejected or "" for e in votes], version, control)
    return [good.loss < bad.loss for good, bad in zip(chosen, rejected, strict=True)]


def _scores(
    backend: Scorer, examples: Sequence[Example], completions: Sequence[str], version: int, control: Control
) -> list[_Score]:
    scores: list[_Score] = []
    for at in range(0, len(examples), _AT_ONCE):
        control.step("scoring held-out texts", at / len(examples))
        rows = [Row(example.prompt, version) for example in examples[at : at + _AT_ONCE]]
        scores += backend.score(rows, completions[at : at + _AT_ONCE])
    return scores


def _fits(backend: Backend, example: Example, completion: str, limit: int) -> bool:
    """Whether prompt and completion surely fit; the completion is counted as if it were a message."""
    return backend.count_tokens(example.prompt) + backend.count_tokens([Message("user", completion)]) < limit

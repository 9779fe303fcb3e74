"""What judging found: metrics, a verdict per correction, and what changed that should not have."""

from __future__ import annotations

from dataclasses import dataclass, field

from understudy.evaluation.metric import Metric
from understudy.store import Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """A prompt that the candidate answers otherwise than the base (`before`).

    `turn` is whose deletion takes it along: of a neighbour, where a person said what it is about; "" of others.
    """

    question: str
    before: str
    after: str
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The evidence. `champion` is the version it was compared with.

    `metrics` by name; one that had nothing to measure is absent:
      `reliability`     corrections answered as they were asked (contains), `exact` the same, word for word
      `without_system`  the same without the system prompt, of those that had one
      `generality`      held-out wordings of corrections
      `retention`       corrections that the champion answers and the candidate still does
      `locality`        unrelated prompts answered as the base does, `stability` as the champion does
      `neighbours`      prompts near what was taught, but not taught, answered as the base does
      `sanity`          answers that do not newly repeat themselves or go on without an end
      `loss`, `token_accuracy`  of held-out texts; `preference` of held-out votes
    `gained` are corrections that the candidate answers and the champion does not, `lost` the other way round; `new` are
    those it was the first to be asked. `without` is how many corrections were taken back that the champion knows and
    the candidate, which began anew, was never taught. `changed` shows some unrelated prompts, `beside` some neighbours;
    `notes` how the exam was drawn.
    """

    champion: int
    metrics: dict[str, Metric]
    verdicts: tuple[Verdict, ...] = ()
    gained: int = 0
    lost: int = 0
    new: int = 0
    without: int = 0
    changed: tuple[Change, ...] = ()
    beside: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default=())

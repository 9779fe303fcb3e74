"""The gate's report of a version as a person reads it: metrics with their intervals, by what they are about.

A report is JSON in the version's row, possibly of an older program: what is missing or strange is left out, not an
error, because the version beside it still has to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GROUPS = (
    ("Learned", ("reliability", "paraphrase", "generality", "retention")),
    ("Left alone", ("locality", "kl")),
    ("Held out", ("held out", "token accuracy", "preference", "perplexity")),
    ("Sound", ("repetition", "length", "stop", "sanity")),
)
"""Which metrics are about what, by how their names begin; all others come last."""

LABELS = {
    "reliability": "Corrected questions answered right",
    "paraphrase": "The same in other words",
    "generality": "The same in other words",
    "retention": "Older corrections still right",
    "locality": "Unrelated answers unchanged",
}


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One metric in words: `value` with its interval (`between`), beside what the champion and the base reach."""

    group: str
    label: str
    value: str
    between: str = ""
    champion: str = ""
    base: str = ""
    n: int | None = None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of the gate's rule, with its numbers, and whether it held."""

    words: str
    passed: bool


def metric_lines(report: Mapping[str, Any]) -> tuple[MetricLine, ...]:
    """The metrics of a report, group by group."""
    metrics = report.get("metrics")
    if not isinstance(metrics, Mapping):
        return ()
    lines = [_metric_line(str(name), metric) for name, metric in metrics.items()]
    order = {name: i for i, (name, _) in enumerate(GROUPS)}
    return tuple(sorted((line for line in lines if line), key=lambda line: order.get(line.group, len(order))))


def rule_lines(report: Mapping[str, Any]) -> tuple[RuleLine, ...]:
    """How the gate decided, line by line."""
    lines = report.get("lines")
    if not isinstance(lines, list):
        return ()
    found = (line for line in lines if isinstance(line, Mapping) and line.get("words"))
    return tuple(RuleLine(str(line["words"]), bool(line.get("passed"))) for line in found)


def sentence_of(report: Mapping[str, Any]) -> str:
    """The gate's decision in one sentence; "" when the report has none."""
    sentence = report.get("sentence")
    return sentence if isinstance(sentence, str) else ""


def _metric_line(name: str, metric: object) -> MetricLine | None:
    values: Mapping[str, Any] = metric if isinstance(metric, Mapping) else {"value": metric}
    if _number(values.get("value")) is None:
        return None
    plain = name.replace("_", " ").replace("-", " ").casefold()
    group = next((group for group, begins in GROUPS if plain.startswith(begins)), "Also measured")
    share = "loss" not in plain and "perplexity" not in plain and 0 <= values["value"] <= 1
    low, high = (_words(values.get(end), share=share) for end in ("low", "high"))
    return MetricLine(
        group=group,
        label=LABELS.get(plain, plain.capitalize()),
        value=_words(values["value"], share=share),
        between=f"{low} to {high}" if low and high and low != high else "",
        champion=_words(values.get("champion"), share=share),
        base=_words(values.get("base"), share=share),
        n=n if isinstance(n := values.get("n"), int) else None,
    )


def _words(value: object, *, share: bool) -> str:
    number = _number(value)
    if number is None:
        return ""
    return f"{100 * number:.0f} %" if share else f"{number:.3g}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

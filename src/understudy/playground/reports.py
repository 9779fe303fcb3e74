"""The gate's report of a version as a person reads it: metrics with their intervals, by what they are about.

A report is JSON in the version's row, possibly of an older program: what is missing or strange is left out, not an
error, because the version beside it still has to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GROUPS = {
    "Learned": {
        "reliability": "Corrected questions answered as wanted",
        "exact": "The same, word for word",
        "without_system": "The same, without the system prompt",
        "generality": "The same, asked in other words",
        "retention": "Older corrections still answered",
    },
    "Left alone": {
        "locality": "Unrelated answers as the base gives them",
        "stability": "Unrelated answers as the champion gives them",
        "neighbours": "Answers near what was taught, as the base gives them",
        "sanity": "Answers that end, and do not repeat themselves",
    },
    "Held out": {
        "loss": "Loss of held-out texts",
        "token_accuracy": "Tokens of held-out texts foreseen",
        "preference": "Held-out votes agreed with",
    },
}
"""Metrics by what they are about, and what they are called on the screen. One that is not here comes last."""

_PLACES = {name: (group, label) for group, labels in GROUPS.items() for name, label in labels.items()}


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
class ChangeLine:
    """A question whose answer is another one than the base's; `turn` as in `evaluation.Change`."""

    question: str
    before: str
    after: str
    turn: str = ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of the gate's rule, with its numbers, and whether it held; one that `warns` held, and is to be read."""

    words: str
    passed: bool
    warns: bool = False


def metric_lines(report: Mapping[str, Any]) -> tuple[MetricLine, ...]:
    """The metrics of a report, group by group."""
    metrics = report.get("metrics")
    if not isinstance(metrics, Mapping):
        return ()
    order = [*_PLACES, *(name for name in metrics if name not in _PLACES)]
    lines = [_metric_line(name, metrics[name]) for name in order if name in metrics]
    return tuple(line for line in lines if line)


def rule_lines(report: Mapping[str, Any]) -> tuple[RuleLine, ...]:
    """How the gate decided, line by line."""
    lines = _mappings(report.get("lines"))
    return tuple(
        RuleLine(str(line["words"]), bool(line.get("passed")), bool(line.get("warns")))
        for line in lines
        if line.get("words")
    )


def change_lines(report: Mapping[str, Any], name: str = "changed") -> tuple[ChangeLine, ...]:
    """Some answers that changed: unrelated ones, or those `beside` what was taught."""
    names = ("question", "before", "after", "turn")
    return tuple(ChangeLine(*(str(line.get(name, "")) for name in names)) for line in _mappings(report.get(name)))


def notes_of(report: Mapping[str, Any]) -> tuple[str, ...]:
    """What a reader of the report should know about how it was made."""
    notes = report.get("notes")
    return tuple(str(note) for note in notes) if isinstance(notes, list) else ()


def sentence_of(report: Mapping[str, Any]) -> str:
    """The gate's decision in one sentence; "" when the report has none."""
    sentence = report.get("sentence")
    return sentence if isinstance(sentence, str) else ""


def warning_of(report: Mapping[str, Any]) -> str:
    """What a person should read before they rely on a version that passed; "" when there is nothing."""
    return " ".join(f"{line.words}." for line in rule_lines(report) if line.warns)


def _metric_line(name: str, metric: object) -> MetricLine | None:
    values: Mapping[str, Any] = metric if isinstance(metric, Mapping) else {"value": metric}
    if _number(values.get("value")) is None:
        return None
    group, label = _PLACES.get(name, ("Also measured", name.replace("_", " ").capitalize()))
    share = "loss" not in name and 0 <= values["value"] <= 1
    low, high = (_words(values.get(end), share=share) for end in ("low", "high"))
    return MetricLine(
        group=group,
        label=label,
        value=_words(values["value"], share=share),
        between=f"{low} to {high}" if low and high and low != high else "",
        champion=_words(values.get("champion"), share=share),
        base=_words(values.get("base"), share=share),
        n=n if isinstance(n := values.get("n"), int) else None,
    )


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _words(value: object, *, share: bool) -> str:
    number = _number(value)
    if number is None:
        return ""
    return f"{100 * number:.0f} %" if share else f"{number:.3g}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

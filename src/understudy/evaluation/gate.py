"""The rule that decides whether a candidate goes live, in words with the numbers.

Three ideas. It must have learned something, or there is no reason to change. It must have broken nothing: what the
champion answered, unrelated answers, most of those beside what was taught, the manner of ending. And chance must not
decide: a comparison with the champion fails only when the whole interval says so, and one miss among a few is no share
of anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from understudy.evaluation.metric import Metric
from understudy.evaluation.report import Report
from understudy.types import BASE


@dataclass(frozen=True, slots=True)
class Rule:
    """The thresholds, as shares.

    reliability: 0.9 of the corrections, because what a version does not answer stays remembered and costs little; one
        miss is always allowed, and a candidate that answers clearly more than the champion passes with fewer.
    retention: 0.95 of what the champion answered must lie within the interval. Forgetting hurts more than not learning:
        a person was told that this was learned.
    locality: 0.9 of the unrelated answers as the base gives them, the aim for an adapter alone.
    neighbours: 0.65 of the answers near what was taught, as the base gives them, must lie within the interval. A
        version speaks there, so some may change: of edits and of facts about names one in eight did at most; where half
        did, most were no words any more, and memory alone served people better (tests/benchmarks/NOTES.md).
    stability: 0.85 of them as the champion gives them: two versions may differ from the base in different places.
    sanity: at most 0.05 of all answers may newly repeat themselves or not end; one always may. A wording that nobody
        trained may end in a loop now and then, and memory answers it; what has collapsed loops in half of them.
    loss_rise: held-out loss may rise by a tenth; below that, a version that learned often pays a little elsewhere. A
        small loss may rise until a token is a tenth less likely: .18 nats instead of .13 were no reason to refuse fifty
        corrections that were learned.
    loss_fall: where nothing but votes and thumbs was new, held-out loss must fall by 0.02 to count as learning: the
        smallest step of training lowers it a little on every text, so that an interval alone proves nothing.
    """

    reliability: float = 0.9
    retention: float = 0.95
    locality: float = 0.9
    neighbours: float = 0.65
    stability: float = 0.85
    sanity: float = 0.05
    loss_rise: float = 0.1
    loss_fall: float = 0.02


@dataclass(frozen=True, slots=True)
class Line:
    """One condition: `words` say the numbers and what was needed; `short` is by how much it failed, as a share.

    One that `warns` held by chance, and should be read before its version is relied on.
    """

    name: str
    words: str
    passed: bool
    short: float = 0.0
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`sentence` is what a person reads at the version; for a failure it names the worst line."""

    passed: bool
    sentence: str
    lines: tuple[Line, ...]


def decide(report: Report, rule: Rule | None = None) -> Decision:
    """Whether the candidate of `report` may go live."""
    lines = tuple(_lines(report, rule or Rule()))
    failed = [line for line in lines if not line.passed]
    if failed:
        return Decision(False, f"not promoted: {max(failed, key=lambda line: line.short).words}", lines)
    warned = [f"but {line.words}" for line in lines if line.warns]
    return Decision(True, f"passed: {'; '.join([*(line.words for line in lines[:3]), *warned])}", lines)


def as_record(report: Report, decision: Decision) -> dict[str, Any]:
    """Report and decision as plain values, for the version's row and card; without verdicts, which have their own."""
    return {
        "passed": decision.passed,
        "sentence": decision.sentence,
        "lines": [
            {"name": line.name, "words": line.words, "passed": line.passed, "warns": line.warns}
            for line in decision.lines
        ],
        "champion": report.champion,
        "metrics": {name: asdict(metric) for name, metric in report.metrics.items()},
        "new": report.new,
        "gained": report.gained,
        "lost": report.lost,
        "changed": [asdict(change) for change in report.changed],
        "beside": [asdict(change) for change in report.beside],
        "notes": list(report.notes),
    }


def _lines(report: Report, rule: Rule) -> Iterator[Line]:
    metrics, live = report.metrics, "the base" if report.champion == BASE else f"v{report.champion}"
    yield _learned(report, rule.loss_fall, live)
    if "reliability" in metrics:
        yield _reliability(metrics["reliability"], rule.reliability, live)
    if "locality" in metrics:
        yield _at_most("locality", metrics["locality"], rule.locality, "unrelated answers changed")
    else:
        yield Line("locality", "there are no unrelated prompts to compare", True)
    if "neighbours" in metrics:
        yield _near(metrics["neighbours"], rule.neighbours, live)
    if "stability" in metrics and not report.without:  # begun anew, it differs where the champion does
        words = f"unrelated answers are not those of {live}"
        yield _at_most("stability", metrics["stability"], rule.stability, words)
    if "retention" in metrics:
        yield _retention(metrics["retention"], rule.retention, live)
    if "generality" in metrics:
        yield _not_worse("generality", metrics["generality"], f"other wordings are answered, by {live}")
    if "sanity" in metrics:
        words = "answers newly repeat themselves or do not end"
        yield _at_most("sanity", metrics["sanity"], 1 - rule.sanity, words, least=1)
    if "loss" in metrics:
        yield _loss(metrics["loss"], rule.loss_rise, live)
    if "preference" in metrics:
        yield _not_worse("preference", metrics["preference"], f"votes are agreed with, by {live}")


def _learned(report: Report, fall: float, live: str) -> Line:
    """Something must be better: a correction that is answered now, or votes, or the loss where no correction is new."""
    if report.without:
        taken = _count(report.without, "correction that was", "corrections that were")
        return Line("learned", f"it was trained without {taken} taken back", True)
    if report.gained:
        return Line("learned", f"{_count(report.gained, 'correction is', 'corrections are')} newly answered", True)
    preference, loss = report.metrics.get("preference"), report.metrics.get("loss")
    if preference is not None and preference.champion is not None and preference.value > preference.champion:
        return Line("learned", f"it agrees with more votes than {live}", True)
    if report.new:
        words = f"of {_count(report.new, 'new correction', 'new corrections')} it learned none"
        return Line("learned", words, False, 1)
    if loss is not None and loss.change_high is not None and loss.change_high < -fall * (loss.champion or 0.0):
        return Line("learned", f"held-out answers are clearly likelier to it than to {live}", True)
    return Line("learned", f"it learned nothing that {live} did not know", False, 1)


def _reliability(metric: Metric, needed: float, live: str) -> Line:
    least = max(1, min(_ceil(needed * metric.n), metric.n - 1))
    clearly_more = metric.change_low is not None and metric.change_low > 0
    words = (
        f"{metric.hits} of {_count(metric.n, 'correction is', 'corrections are')} answered ({_percent(metric.value)})"
    )
    if metric.hits < least and clearly_more:
        return Line("reliability", f"{words}, clearly more than the {_percent(metric.champion)} of {live}", True)
    passed = metric.hits >= least
    return Line("reliability", f"{words}, needed {least} ({_percent(needed)})", passed, _short(needed, metric.value))


def _retention(metric: Metric, needed: float, live: str) -> Line:
    words = (
        f"{metric.hits} of {_count(metric.n, 'correction', 'corrections')} that {live} answers "
        f"{'is' if metric.hits == 1 else 'are'} still answered ({_percent(metric.value)}, "
        f"with chance at most {_percent(metric.high)}), needed {_percent(needed)}"
    )
    return Line("retention", words, metric.high >= needed, _short(needed, metric.value))


def _at_most(name: str, metric: Metric, needed: float, words: str, least: int = 0) -> Line:
    """Of a share of good ones: how many bad ones there are, and how many may be."""
    bad, most = metric.n - metric.hits, max(least, math.floor((1 - needed) * metric.n + 1e-9))
    return Line(name, f"{bad} of {metric.n} {words}, at most {most} may", bad <= most, _short(needed, metric.value))


def _near(metric: Metric, needed: float, live: str) -> Line:
    """Of the answers near what was taught, how many changed: more than may only where chance does not explain it.

    Nor where the champion changed as many: who made it live has seen that.
    """
    changed, theirs = metric.n - metric.hits, metric.n - round((metric.champion or 0.0) * metric.n)
    beside = "" if live == "the base" else f", with {live} {theirs}"
    words = (
        f"{changed} of {metric.n} answers near what was taught, but not taught, changed ({_percent(1 - metric.value)}, "
        f"with chance at least {_percent(1 - metric.high)}), at most {_percent(1 - needed)} may{beside}"
    )
    passed = metric.high >= needed or (metric.change_high is not None and metric.change_high >= 0)
    short = _short(needed, metric.value)
    return Line("neighbours", words, passed, short, warns=passed and short > 0)


def _not_worse(name: str, metric: Metric, words: str) -> Line:
    """No worse than the champion, unless by chance."""
    passed = metric.change_high is None or metric.change_high >= 0
    theirs = round((metric.champion or 0.0) * metric.n)
    return Line(
        name, f"{metric.hits} of {metric.n} {words} {theirs}", passed, _short(metric.champion or 0.0, metric.value)
    )


def _loss(metric: Metric, rise: float, live: str) -> Line:
    theirs = metric.champion or 0.0
    most = theirs + max(rise * theirs, math.log1p(rise))
    worse = metric.change_low is not None and metric.change_low > 0 and metric.value > most
    words = f"held-out loss is {metric.value:.2f}, with {live} {theirs:.2f}, at most {most:.2f} may be"
    return Line("loss", words, not worse, _short(1.0, theirs / metric.value if metric.value else 1.0))


def _short(needed: float, value: float) -> float:
    return max(0.0, needed - value)


def _ceil(value: float) -> int:
    return math.ceil(value - 1e-9)


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _percent(value: float | None) -> str:
    return f"{100 * (value or 0.0):.0f} %"

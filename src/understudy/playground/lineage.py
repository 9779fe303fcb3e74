"""The versions of a base model as a tree: what each was trained on from, whether it passed, which one is live.

The tree of versions is mostly a line, the live version and its ancestors; what stands beside that line did not pass,
or was rolled back from. So the page draws one line with branches, and `on_line` says what belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.errors import NotFoundError
from understudy.playground.lessons import cut
from understudy.playground.progress import RecipeLine, recipe_lines
from understudy.playground.reports import (
    ChangeLine,
    MetricLine,
    RuleLine,
    change_lines,
    metric_lines,
    notes_of,
    rule_lines,
    sentence_of,
    warning_of,
)
from understudy.store import Lesson, Store, Verdict, Version
from understudy.types import BASE

MOST_ROWS = 200
"""Verdicts shown of one version; those that were not learned come first, so that none of them is cut."""

Outcome = Literal["learned", "not learned", "deleted"]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version. `words` says whether it passed, `warning` what to know of one that did; `refusal` why it cannot be
    promoted, "" when it can.

    `learned` of `judged` corrections; both None when it was not trained here. `person` is whose it is, "" everyone's.
    """

    number: int
    name: str
    parent: int
    created: str
    note: str
    live: bool
    on_line: bool
    passed: bool | None
    words: str
    removed: bool
    warning: str
    refusal: str
    learned: int | None = None
    judged: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """Did it learn this? `question` and `wanted` are empty once the correction was taken back or deleted."""

    correction: str
    conversation: str
    question: str
    before: str
    wanted: str
    after: str
    outcome: Outcome
    reason: str
    forms: tuple[FormLine, ...] = ()


@dataclass(frozen=True, slots=True)
class FormLine:
    """Another wording of the question that was trained; `by_model` when the base wrote it and not a rule."""

    text: str
    by_model: bool


@dataclass(frozen=True, slots=True)
class VersionReport:
    """Everything the gate found out about a version.

    `more` is how many verdicts are not among `rows`; `changed` are some unrelated answers that are not the base's,
    `beside` some of those near what was taught.
    `recipe` is what it was trained with, empty for one that was not trained here.
    """

    number: int
    sentence: str
    rules: tuple[RuleLine, ...]
    metrics: tuple[MetricLine, ...]
    rows: tuple[VerdictRow, ...]
    more: int
    changed: tuple[ChangeLine, ...]
    beside: tuple[ChangeLine, ...]
    notes: tuple[str, ...]
    recipe: tuple[RecipeLine, ...]


def read_lineage(store: Store, model: str, line: Sequence[int], person: str | None = None) -> tuple[VersionLine, ...]:
    """The versions of a model that an understudy may use, or all, newest first.

    `line` are the live one and its ancestors.
    """
    counts = store.versions.counts(model)
    champion = line[-1] if line else BASE
    return tuple(
        _version_line(version, counts.get(version.number), champion, line, person or "")
        for version in reversed(store.versions.list(model, person))
    )


def read_report(store: Store, model: str, number: int) -> VersionReport:
    """What the gate said about one version. Raises `NotFoundError`."""
    version = store.versions.find(model, number)
    if version is None:
        raise NotFoundError(f"{model} has no version v{number}. Reload the page.")
    lessons = {lesson.id: lesson for lesson in store.corrections.lessons(None, version.person)}
    forms = _forms(store, version)
    verdicts = sorted(store.versions.verdicts(version.id), key=lambda verdict: (verdict.learned, verdict.gone))
    return VersionReport(
        number,
        sentence_of(version.report),
        rule_lines(version.report),
        metric_lines(version.report),
        tuple(_verdict_row(v, lessons.get(v.correction), forms.get(v.correction, ())) for v in verdicts[:MOST_ROWS]),
        max(0, len(verdicts) - MOST_ROWS),
        change_lines(version.report),
        _standing(store, change_lines(version.report, "beside")),
        notes_of(version.report),
        recipe_lines(store.runs.get(version.run).recipe) if version.run else (),
    )


def _standing(store: Store, lines: Sequence[ChangeLine]) -> tuple[ChangeLine, ...]:
    """Without those that quote a conversation that was deleted."""
    there = store.turns.standing([line.turn for line in lines])
    return tuple(line for line in lines if line.turn in there)


def _version_line(
    version: Version, counts: tuple[int, int] | None, champion: int, line: Sequence[int], person: str
) -> VersionLine:
    return VersionLine(
        number=version.number,
        name=version.name or f"v{version.number}",
        parent=version.parent or BASE,
        created=version.created,
        note=version.note,
        live=version.number == champion,
        on_line=version.number in line,
        passed=version.passed,
        words=_outcome(version),
        removed=version.removed is not None,
        warning=warning_of(version.report) if version.passed else "",
        refusal=_refusal(version, champion, person),
        learned=counts[0] if counts else None,
        judged=counts[1] if counts else None,
        person=version.person,
    )


def _outcome(version: Version) -> str:
    if version.passed is None:
        return "not judged: it was not trained here"
    if version.passed:
        return "passed"
    reason = sentence_of(version.report)
    return reason if reason.casefold().startswith("not promoted") else f"not promoted: {reason or 'it did not pass'}"


def _refusal(version: Version, champion: int, person: str) -> str:
    if version.removed is not None:
        return f"v{version.number} was deleted."
    if version.person not in ("", person):
        return f"v{version.number} belongs to {version.person} alone."
    if version.number == champion:
        return f"v{version.number} is live already."
    return ""


def _forms(store: Store, version: Version) -> dict[str, tuple[FormLine, ...]]:
    """By correction, the other wordings in which this version was trained."""
    found: dict[str, tuple[FormLine, ...]] = {}
    for form in store.forms.of_run(version.run) if version.run else ():
        line = FormLine(cut(form.text), form.author == "model")
        found[form.correction] = (*found.get(form.correction, ()), line)
    return found


def _verdict_row(verdict: Verdict, lesson: Lesson | None, forms: tuple[FormLine, ...]) -> VerdictRow:
    outcome: Outcome = "deleted" if verdict.gone else "learned" if verdict.learned else "not learned"
    return VerdictRow(
        correction=verdict.correction,
        conversation=lesson.conversation if lesson else "",
        question=cut(lesson.question) if lesson else "",
        before=cut(verdict.before),
        wanted=cut(lesson.wanted) if lesson else "",
        after=cut(verdict.after),
        outcome=outcome,
        reason=verdict.reason,
        forms=forms if lesson else (),
    )

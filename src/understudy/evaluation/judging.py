"""Judging a candidate beside the champion and the base, by what they really say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from understudy.dataset.example import Snapshot
from understudy.dataset.neighbours import Neighbour
from understudy.errors import ModelError
from understudy.evaluation.answer import Answer, verdict_on
from understudy.evaluation.decoding import Ask, Control, Decoding, Prompt
from understudy.evaluation.exam import Exam, Question, Sizes, draw_exam
from understudy.evaluation.likelihood import likelihood_metrics
from understudy.evaluation.metric import Metric, share
from understudy.evaluation.report import Change, Report
from understudy.serving.backend import Backend
from understudy.store import Verdict
from understudy.types import BASE, FinishReason, Message

CANDIDATE = 1_000_000_000
"""The number under which a version is loaded while it is judged: above all that are ever given."""

PROBE_TOKENS = 48
"""How much of an unrelated answer is compared: what changes an answer shows early, and nobody waits for the rest."""

_SHOWN = 12

Weights = Callable[[int, Prompt], int]
"""Whose weights answer a prompt that a version is asked: its own, or the base's where the version does not speak."""


def evaluate(
    backend: Backend,
    snapshot: Snapshot,
    candidate: int,
    champion: int,
    control: Control,
    *,
    known: Sequence[Verdict] = (),
    neighbours: Sequence[Neighbour] = (),
    turn: int = 0,
    sizes: Sizes | None = None,
    decoding: Decoding | None = None,
    weights: Weights = lambda version, _: version,
) -> Report:
    """Judge version `candidate` of `backend` on `snapshot`; both it and `champion` must be loaded.

    `known` are the champion's own verdicts: what it has learned is asked again in part only, chosen by `turn`, the
    number of this run. `neighbours` are near what is taught, best first. A `decoding` that is kept between runs spares
    asking base and champion the same again. What people would get is judged, so `weights` is what serves them.
    Raises ModelError for a version that is not loaded, and what `control` raises.
    """
    for version in (candidate, champion):
        if version not in backend.versions():
            raise ModelError(f"Version {version} is not loaded on {backend.name}, so it cannot be judged. Load it.")
    decoding = decoding or Decoding(backend)
    decoding.keep_only({champion, BASE})
    learned = {verdict.correction: verdict for verdict in known if verdict.learned and not verdict.gone}
    exam = draw_exam(snapshot, learned, turn, sizes or Sizes(), neighbours)
    return _Judging(backend, decoding, candidate, champion, learned, control, weights).judge(exam)


@dataclass(frozen=True, slots=True)
class _Marks:
    """The same items for candidate, champion and base: right or wrong."""

    candidate: list[bool]
    champion: list[bool]
    base: list[bool]

    def share(self) -> Metric:
        return share(self.candidate, self.champion, self.base)


class _Judging:
    """One candidate's exam, part by part."""

    def __init__(
        self,
        backend: Backend,
        decoding: Decoding,
        candidate: int,
        champion: int,
        learned: dict[str, Verdict],
        control: Control,
        weights: Weights,
    ) -> None:
        self._weights = weights
        self._backend = backend
        self._decoding = decoding
        self._versions = (candidate, champion, BASE)
        self._learned = learned
        self._control = control

    def judge(self, exam: Exam) -> Report:
        questions = [*exam.fresh, *exam.older]
        self._collect_all(exam, questions)
        verdicts = [self._verdict(question) for question in questions]
        had = [self._had(question) for question in questions]
        metrics = self._question_metrics(questions, verdicts, had) | self._probe_metrics(exam.probes)
        metrics |= self._neighbour_metrics([one.prompt for one in exam.neighbours])
        forms = self._contain([(form.prompt, form.completion) for form in exam.forms])
        metrics |= {"generality": forms.share()} if exam.forms else {}
        metrics |= self._sanity(exam, questions)
        metrics |= likelihood_metrics(self._backend, exam.texts, exam.votes, self._versions, self._control)
        pairs = list(zip([verdict.learned for verdict in verdicts], had, strict=True))
        return Report(
            champion=self._versions[1],
            metrics=metrics,
            verdicts=(*verdicts, *self._carried(exam.left_out)),
            gained=pairs.count((True, False)),
            lost=pairs.count((False, True)),
            new=len(exam.fresh),
            changed=tuple(self._changed([(probe, "") for probe in exam.probes])),
            beside=tuple(self._changed([(one.prompt, one.turn) for one in exam.neighbours])),
            notes=exam.notes,
        )

    # -- asking --------------------------------------------------------------------------------------------------

    def _collect_all(self, exam: Exam, questions: Sequence[Question]) -> None:
        """Everything that is to be decoded, the unrelated prompts last: their answers are known of earlier runs."""
        items = [(question.prompt, question.lesson.wanted) for question in questions]
        items += [(question.bare, question.lesson.wanted) for question in questions if question.bare]
        self._collect(items, "asking the corrections")
        self._collect([(form.prompt, form.completion) for form in exam.forms], "asking in other words")
        self._collect([(one.prompt, None) for one in exam.neighbours], "asking what is near")
        self._collect([(probe, None) for probe in exam.probes], "asking unrelated questions")

    def _collect(self, items: Sequence[tuple[Prompt, str | None]], phase: str) -> None:
        asks = [self._ask(version, *item) for item in items for version in dict.fromkeys(self._versions)]
        self._decoding.collect(asks, self._control, phase)

    def _ask(self, version: int, prompt: Prompt, wanted: str | None) -> Ask:
        most = PROBE_TOKENS if wanted is None else self._room(wanted)
        return Ask(self._weights(version, prompt), prompt, most)

    def _room(self, wanted: str) -> int:
        """Tokens that an answer may have: enough for what is wanted and more, in few sizes so that rows share one."""
        needed = 2 * self._backend.count_tokens([Message("user", wanted)]) + 16
        return max(PROBE_TOKENS, 1 << (needed - 1).bit_length())

    def _said(self, version: int, prompt: Prompt, wanted: str | None) -> Answer:
        return self._decoding.answer(self._ask(version, prompt, wanted))

    # -- corrections ---------------------------------------------------------------------------------------------

    def _verdict(self, question: Question) -> Verdict:
        wanted = question.lesson.wanted
        before = self._said(self._versions[1], question.prompt, wanted).text
        after = self._said(self._versions[0], question.prompt, wanted)
        return Verdict(question.lesson.id, before, after.text, *verdict_on(after, wanted, before))

    def _had(self, question: Question) -> bool:
        """Whether the champion answers it."""
        return self._contain([(question.prompt, question.lesson.wanted)]).champion[0]

    def _carried(self, left_out: frozenset[str]) -> list[Verdict]:
        """The verdicts of corrections that this run did not ask: the champion's, and it is said."""
        reason = f"Not asked again in this run: v{self._versions[1]} answered it."
        return [replace(self._learned[correction], reason=reason) for correction in sorted(left_out)]

    def _contain(self, items: Sequence[tuple[Prompt, str]]) -> _Marks:
        return _Marks(*([self._gives(version, *item) for item in items] for version in self._versions))

    def _exact(self, items: Sequence[tuple[Prompt, str]]) -> _Marks:
        return _Marks(*([self._says(version, *item) for item in items] for version in self._versions))

    def _gives(self, version: int, prompt: Prompt, wanted: str) -> bool:
        return verdict_on(self._said(version, prompt, wanted), wanted, "")[0]

    def _says(self, version: int, prompt: Prompt, wanted: str) -> bool:
        said = self._said(version, prompt, wanted)
        return said.finish is FinishReason.STOP and said.same_as(wanted)

    def _question_metrics(
        self, questions: Sequence[Question], verdicts: Sequence[Verdict], had: Sequence[bool]
    ) -> dict[str, Metric]:
        if not questions:
            return {}
        items = [(question.prompt, question.lesson.wanted) for question in questions]
        metrics = {"reliability": self._contain(items).share(), "exact": self._exact(items).share()}
        bare = [(q.bare, q.lesson.wanted) for q in questions if q.bare]
        if bare:
            metrics["without_system"] = self._contain(bare).share()
        kept = [verdict.learned for verdict, before in zip(verdicts, had, strict=True) if before]
        if kept:
            metrics["retention"] = share(kept)
        return metrics

    # -- everything else -----------------------------------------------------------------------------------------

    def _probe_metrics(self, probes: Sequence[Prompt]) -> dict[str, Metric]:
        candidate, champion, base = ([self._said(version, p, None) for p in probes] for version in self._versions)
        if not probes:
            return {}
        metrics = {"locality": share(_same(candidate, base), _same(champion, base))}
        if self._versions[1] != BASE:
            metrics["stability"] = share(_same(candidate, champion))
        return metrics

    def _neighbour_metrics(self, prompts: Sequence[Prompt]) -> dict[str, Metric]:
        candidate, champion, base = ([self._said(version, p, None) for p in prompts] for version in self._versions)
        return {"neighbours": share(_same(candidate, base), _same(champion, base))} if prompts else {}

    def _changed(self, prompts: Sequence[tuple[Prompt, str]]) -> list[Change]:
        """Some of the prompts, each with its turn, that are answered otherwise than by the base."""
        found = []
        for prompt, turn in prompts:
            before, after = self._said(BASE, prompt, None), self._said(self._versions[0], prompt, None)
            if not after.same_as(before.text):
                found.append(Change(prompt[-1].content, before.text, after.text, turn))
        return found[:_SHOWN]

    def _sanity(self, exam: Exam, questions: Sequence[Question]) -> dict[str, Metric]:
        """An answer is at fault where it ends badly and the champion's to the same prompt does not."""
        items: list[tuple[Prompt, str | None]] = [(question.prompt, question.lesson.wanted) for question in questions]
        items += [(form.prompt, form.completion) for form in exam.forms] + [(probe, None) for probe in exam.probes]
        fine = [
            self._said(self._versions[0], *item).ends_well or not self._said(self._versions[1], *item).ends_well
            for item in items
        ]
        return {"sanity": share(fine)} if fine else {}


def _same(answers: Sequence[Answer], others: Sequence[Answer]) -> list[bool]:
    return [mine.same_as(theirs.text) for mine, theirs in zip(answers, others, strict=True)]

"""Judging with scripted models: who knows what is written down here, so every number is known before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from understudy.dataset.example import Example, Kind, Snapshot
from understudy.dataset.neighbours import Neighbour
from understudy.errors import Cancelled, ModelError
from understudy.evaluation import CANDIDATE, Change, Decoding, Sizes, evaluate
from understudy.evaluation.exam import draw_exam, rotate
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Lesson, Verdict
from understudy.types import BASE, Message


class Free:
    """A control that never holds anything up, and keeps what it was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        self.steps.append((phase, done))


def lesson(number: int, system: str = "") -> Lesson:
    return Lesson(
        id=f"c{number:03}",
        completion=f"a{number}",
        turn=f"t{number}",
        conversation="k",
        question=f"What is {number}?",
        system=system,
        follows=None,
        original=f"base on What is {number}?",
        wanted=f"Number {number}.",
        state="approved",
        enabled=True,
        created="",
    )


def probes(count: int) -> tuple[tuple[Message, ...], ...]:
    return tuple((Message("user", f"Tell me about {i}"),) for i in range(count))


def form(of: Lesson) -> Example:
    prompt = (Message("user", f"Please say: {of.question}"),)
    return Example(f"{of.id}-form", Kind.CORRECTION, prompt, of.wanted, source=of.id, synthetic=True)


Knows = dict[int, set[int]]
"""Which lessons (by number) each version answers."""


def knowing(knows: Knows, changed: Callable[[str, int], bool] = lambda question, version: False) -> ScriptedBackend:
    """A model whose versions answer the lessons they know, in any wording, and everything else as the base."""

    def reply(messages: Sequence[Message], version: int) -> str:
        question = messages[-1].content
        number = question.removesuffix("?").rpartition(" ")[2]
        if "What is" in question and int(number) in knows.get(version, set()):
            return f"Number {number}."
        return f"{'changed' if changed(question, version) else 'base'} on {question}"

    return ScriptedBackend(reply, versions=(3, CANDIDATE))


def test_what_each_says_decides_every_number_of_the_report() -> None:
    lessons = tuple(lesson(i) for i in range(4))
    backend = knowing({3: {0, 1}, CANDIDATE: {1, 2, 3}}, lambda question, version: version != BASE and "7" in question)
    snapshot = Snapshot((), tuple(form(one) for one in lessons), (), lessons, probes(20))
    report = evaluate(backend, snapshot, CANDIDATE, 3, Free())
    shares = {name: (m.hits, m.n, m.champion, m.base) for name, m in report.metrics.items()}
    assert shares == {
        "reliability": (3, 4, 0.5, 0.0),
        "exact": (3, 4, 0.5, 0.0),
        "retention": (1, 2, None, None),
        "locality": (18, 20, 0.9, None),
        "stability": (20, 20, None, None),
        "generality": (3, 4, 0.5, 0.0),
        "sanity": (28, 28, None, None),
    }
    assert (report.gained, report.lost, report.new, report.champion) == (2, 1, 4, 3)
    assert [(v.correction, v.learned, v.reason) for v in report.verdicts] == [
        ("c000", False, "It now says “base on What is 0?”."),
        ("c001", True, ""),
        ("c002", True, ""),
        ("c003", True, ""),
    ]
    assert (report.verdicts[2].before, report.verdicts[2].after) == ("base on What is 2?", "Number 2.")
    assert [(c.before, c.after) for c in report.changed] == [
        (f"base on Tell me about {i}", f"changed on Tell me about {i}") for i in (7, 17)
    ]


def near(count: int) -> list[Neighbour]:
    return [Neighbour((Message("user", f"Who runs {i}"),), f"turn{i}", made=False) for i in range(count)]


def test_neighbours_are_compared_with_the_base_and_told_with_whose_they_are() -> None:
    knows = {3: {0}, CANDIDATE: {0}}
    backend = knowing(knows, lambda question, version: version != BASE and question in ("Who runs 7", "Who runs 30"))
    report = evaluate(backend, Snapshot(()), CANDIDATE, BASE, Free(), neighbours=near(40))
    found = report.metrics["neighbours"]
    assert (found.hits, found.n, found.champion) == (23, 24, 1.0), "no more are asked than an exam holds"
    assert report.beside == (Change("Who runs 7", "base on Who runs 7", "changed on Who runs 7", "turn7"),)
    assert report.changed == () and "sanity" not in report.metrics


def test_neighbours_are_asked_of_the_base_once_for_all_runs() -> None:
    backend = knowing({CANDIDATE: {0}})
    decoding, few = Decoding(backend), near(5)
    first = evaluate(backend, Snapshot(()), CANDIDATE, BASE, Free(), neighbours=few, decoding=decoding)
    backend.asked.clear()
    assert evaluate(backend, Snapshot(()), CANDIDATE, BASE, Free(), neighbours=few, decoding=decoding) == first
    assert {row.version for rows in backend.asked for row in rows} == {CANDIDATE}


def test_versions_stand_side_by_side_in_batches_of_at_most_eight() -> None:
    backend, control = knowing({}), Free()
    evaluate(backend, Snapshot((), (), (), (lesson(0),), probes(9)), CANDIDATE, 3, control)
    assert max(len(rows) for rows in backend.asked) == 8
    first = backend.asked[0]
    assert [row.version for row in first] == [CANDIDATE, 3, BASE]
    assert len({tuple(row.messages) for row in first}) == 1
    assert len(control.steps) == len(backend.asked) and all(0 <= done < 1 for _, done in control.steps)


def test_the_system_prompt_is_used_and_left_out() -> None:
    pirate = lesson(1, system="Talk like a pirate.")

    def reply(messages: Sequence[Message], version: int) -> str:
        return "Number 1." if version == CANDIDATE and messages[0].role == "system" else "No idea."

    report = evaluate(
        ScriptedBackend(reply, versions=(CANDIDATE,)), Snapshot((), lessons=(pirate,)), CANDIDATE, BASE, Free()
    )
    assert (report.metrics["reliability"].value, report.metrics["without_system"].value) == (1.0, 0.0)
    assert report.verdicts[0].learned


def test_a_follow_up_is_asked_with_the_conversation_before_it() -> None:
    before = (Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "What is 1?"))
    example = Example("e", Kind.CORRECTION, before, "Number 1.", source="c001")
    backend = knowing({CANDIDATE: {1}})
    evaluate(backend, Snapshot((example,), lessons=(lesson(1),)), CANDIDATE, BASE, Free())
    assert tuple(backend.asked[0][0].messages) == before


def test_only_some_older_corrections_are_asked_again_and_the_rest_keeps_its_verdict() -> None:
    lessons = tuple(lesson(i) for i in range(30))
    known = [Verdict(one.id, "before", one.wanted, True) for one in lessons[:29]]
    backend = knowing({3: set(range(29)), CANDIDATE: set(range(30))})
    snapshot, sizes = Snapshot((), lessons=lessons), Sizes(older=10)
    seen: set[str] = set()
    for turn in range(3):
        report = evaluate(backend, snapshot, CANDIDATE, 3, Free(), known=known, turn=turn, sizes=sizes)
        assert report.metrics["reliability"].n == 11 and report.new == 1 and report.gained == 1
        assert {v.correction for v in report.verdicts if v.learned} == {one.id for one in lessons}
        carried = [v for v in report.verdicts if v.reason]
        assert {v.reason for v in carried} == {"Not asked again in this run: v3 answered it."} and len(carried) == 19
        seen |= {one.id for one in lessons[:29]} - {v.correction for v in carried}
        assert "10 of 29 older corrections were asked again" in report.notes[0]
    assert seen == {one.id for one in lessons[:29]}


def test_rotating_reaches_everything_and_never_draws_twice() -> None:
    for count in (1, 5, 7, 12):
        drawn = [rotate(range(count), 5, turn) for turn in range(6)]
        assert all(len(set(some)) == min(5, count) for some in drawn)
        assert {item for some in drawn for item in some} == set(range(count))


def test_forms_of_new_corrections_come_before_those_of_old_ones() -> None:
    lessons = [lesson(i) for i in range(6)]
    snapshot = Snapshot((), tuple(form(one) for one in lessons), (), tuple(lessons))
    exam = draw_exam(snapshot, {one.id for one in lessons[:4]}, 0, Sizes(forms=3))
    assert [form.source for form in exam.forms] == ["c004", "c005", "c000"]


def test_a_decoding_that_is_kept_asks_base_and_champion_only_once() -> None:
    backend, snapshot = knowing({CANDIDATE: {0}}), Snapshot((), lessons=(lesson(0),), probes=probes(10))
    decoding = Decoding(backend)
    first = evaluate(backend, snapshot, CANDIDATE, 3, Free(), decoding=decoding)
    backend.asked.clear()
    assert evaluate(backend, snapshot, CANDIDATE, 3, Free(), decoding=decoding) == first
    assert {row.version for rows in backend.asked for row in rows} == {CANDIDATE}
    decoding.rename(CANDIDATE, 3)
    backend.asked.clear()
    assert evaluate(backend, snapshot, CANDIDATE, 3, Free(), decoding=decoding).metrics["stability"].value == 1.0
    assert {row.version for rows in backend.asked for row in rows} == {CANDIDATE}


def test_nothing_to_ask_makes_an_empty_report() -> None:
    report = evaluate(knowing({}), Snapshot(()), CANDIDATE, BASE, Free())
    assert (report.metrics, report.verdicts, report.changed) == ({}, (), ())


def test_an_answer_that_fails_is_a_verdict_and_not_an_end() -> None:
    def reply(messages: Sequence[Message], version: int) -> str:
        raise ModelError("This message makes 900 tokens, but this model reads 512 in all. Shorten the message.")

    backend = ScriptedBackend(reply, versions=(CANDIDATE,))
    report = evaluate(backend, Snapshot((), lessons=(lesson(0),)), CANDIDATE, BASE, Free())
    assert report.verdicts[0].reason.startswith("This message makes 900 tokens")


def test_a_person_who_asks_meanwhile_ends_the_batch_and_no_answer_is_lost() -> None:
    snapshot = Snapshot((), lessons=tuple(lesson(i) for i in range(6)))
    expected = evaluate(knowing({CANDIDATE: {1, 4}}), snapshot, CANDIDATE, BASE, Free())
    hurried = knowing({CANDIDATE: {1, 4}})

    class Asking(Free):
        """Somebody asks during the first two batches."""

        def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
            super().step(phase, done, seconds_left)
            hurried.awaited = len(self.steps) <= 2

    assert evaluate(hurried, snapshot, CANDIDATE, BASE, Asking()) == expected
    assert [len(batch) for batch in hurried.asked][:3] == [8, 4, 2], "half as many, each time it gives way"


def test_a_person_who_stops_the_run_stops_the_judging() -> None:
    class Stopped(Free):
        def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
            super().step(phase, done, seconds_left)
            if len(self.steps) == 2:
                raise Cancelled("Cancelled.")

    backend = knowing({})
    with pytest.raises(Cancelled):
        evaluate(backend, Snapshot((), lessons=(lesson(0),), probes=probes(20)), CANDIDATE, 3, Stopped())
    assert len(backend.asked) == 1


def test_a_version_that_is_not_loaded_is_said() -> None:
    with pytest.raises(ModelError, match="Version 5 is not loaded"):
        evaluate(knowing({}), Snapshot(()), CANDIDATE, 5, Free())

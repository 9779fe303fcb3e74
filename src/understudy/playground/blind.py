"""An old model's recorded answers beside those of a version here, blind: who said what is told afterwards.

Compared are only the prompts that never taught. What the version says is asked in the background, as it would be served
but without memory, so that the person waits for the first pair at most. A vote is kept with the text it judged, so
nothing is asked again for a pair that is decided, and a comparison goes on after a restart.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.evaluation.win_rate import WinRate
from understudy.playground.casting import Casting
from understudy.playground.rescue import ROWS, Pair, Side, compared, kept_back, pairs, replies, vote
from understudy.playground.rescuing import GREEDY
from understudy.playground.scope import Scope
from understudy.serving.backend import Stop
from understudy.store import GoldenAnswer, Store
from understudy.types import Column, Message, Row

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """Where a comparison stands: `decided` of `of` pairs, and the next one. Without `answer` it is still being said.

    `version` is whose answers are compared, so that the next look is at the same one. `question` is the conversation.
    """

    version: int
    decided: int
    of: int
    answer: str = ""
    question: tuple[Message, ...] = ()
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair with its names on: `verdict` is old, new, tie or both_bad."""

    question: str
    left: str
    right: str
    old_is_left: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """What a comparison came to: the rate of `new` against `old` with its sentence, and every pair."""

    old: str
    new: str
    win_rate: WinRate
    sentence: str
    pairs: tuple[Decided, ...]


@dataclass(slots=True)
class _Sitting:
    """What the version said so far, by the id of the recorded answer; `recorded` is the size of the whole set."""

    answers: list[GoldenAnswer]
    recorded: int
    said: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    stop: Stop = field(default_factory=Stop)


class Blind:
    """Comparisons of golden sets with versions, `who` is the model and version that is compared."""

    def __init__(self, store: Store, casting: Casting, scope: Scope) -> None:
        self._store, self._casting, self._scope = store, casting, scope
        self._sittings: dict[tuple[str, str, int], _Sitting] = {}
        self._guard = threading.Lock()

    def look(self, golden: str, who: Column) -> Look:
        """The next pair. Raises InputError where nothing can be compared, or the version cannot answer."""
        sitting = self._sitting(golden, who)
        left = self._undecided(golden, who, sitting)
        counts = (who.version, len(sitting.answers) - len(left), len(sitting.answers))
        if not left:
            return Look(*counts)
        if left[0].id not in sitting.said:
            if sitting.fault:
                self._forget(golden, who)
                raise InputError(sitting.fault)
            return Look(*counts)
        (pair,) = pairs(left[:1], [sitting.said[left[0].id]])
        return Look(*counts, pair.answer, pair.prompt, pair.left, pair.right)

    def vote(self, golden: str, who: Column, answer: str, side: Side) -> Look:
        """Keep what the person thinks of a pair that they were shown, and look at the next one."""
        vote(self._store, self._pair(golden, who, answer), side, who.model, who.version)
        return self.look(golden, who)

    def reveal(self, golden: str, who: Column) -> Revealed:
        """Who said what, and who won how often. Raises InputError before the first vote."""
        found = self._store.golden.comparisons(golden, who.model, who.version)
        if not found:
            raise InputError("Nothing is decided yet. Choose the better answer of at least one pair first.")
        by_id = {answer.id: answer for answer in self._store.golden.answers(golden)}
        shown = pairs([by_id[one.answer] for one in found], [one.text for one in found])
        rate = compared(self._store, golden, who.model, who.version)
        decided = tuple(
            Decided(pair.prompt[-1].content, pair.left, pair.right, pair.old_is_left, one.verdict)
            for pair, one in zip(shown, found, strict=True)
        )
        name = f"{who.model} v{who.version}" if who.version else f"{who.model}, as it came"
        return Revealed(self._store.golden.get(golden).model, name, rate, str(rate), decided)

    def close(self) -> None:
        """Ask for no more answers."""
        for sitting in self._sittings.values():
            sitting.stop.request()

    def pairs(self, golden: str, who: Column) -> list[Pair]:
        """All pairs of a comparison at once, for a script that waits for them."""
        answers = kept_back(self._store.golden.answers(golden))
        return pairs(answers, self._say(who, answers))

    def _pair(self, golden: str, who: Column, answer: str) -> Pair:
        sitting = self._sitting(golden, who)
        found = [one for one in sitting.answers if one.id == answer and answer in sitting.said]
        if not found:
            raise NotFoundError("This pair was not shown by this start of the program. Open the comparison again.")
        return pairs(found, [sitting.said[answer]])[0]

    def _undecided(self, golden: str, who: Column, sitting: _Sitting) -> list[GoldenAnswer]:
        decided = {one.answer for one in self._store.golden.comparisons(golden, who.model, who.version)}
        return [answer for answer in sitting.answers if answer.id not in decided]

    def _sitting(self, golden: str, who: Column) -> _Sitting:
        """The one that goes on, or a new one where there is none or more was recorded since; it asks from now on."""
        key = (golden, who.model, who.version)
        recorded = self._store.golden.answers(self._store.golden.get(golden).id)
        with self._guard:
            known = self._sittings.get(key)
            if known is not None and known.recorded == len(recorded):
                return known
            answers = kept_back(recorded)
            if not answers:
                raise InputError("Too few answers are recorded to keep some back for comparing. Record more of them.")
            sitting = self._sittings[key] = _Sitting(answers, len(recorded), dict(known.said) if known else {})
        missing = [answer for answer in self._undecided(golden, who, sitting) if answer.id not in sitting.said]
        threading.Thread(target=self._fill, args=(sitting, who, missing), name="compare", daemon=True).start()
        return sitting

    def _forget(self, golden: str, who: Column) -> None:
        """A new look tries again."""
        self._sittings.pop((golden, who.model, who.version), None)

    def _fill(self, sitting: _Sitting, who: Column, answers: Sequence[GoldenAnswer]) -> None:
        try:
            for start in range(0, len(answers), ROWS):
                if sitting.stop.requested(0):
                    return
                part = answers[start : start + ROWS]
                sitting.said |= zip((answer.id for answer in part), self._say(who, part), strict=True)
        except UnderstudyError as error:
            sitting.fault = str(error)
        except Exception:  # a thread has nobody above it who could tell the person
            log.exception("answering for a comparison failed")
            sitting.fault = "The version here could not answer. The log has the details; open the comparison again."

    def _say(self, who: Column, answers: Sequence[GoldenAnswer]) -> list[str]:
        self._casting.ensure_version(who.model, who.version)
        self._scope.get_ready()
        rows = [Row(a.prompt, self._scope.weights(who.model, who.version, a.prompt)) for a in answers]
        return replies(self._casting.backend(who.model), rows, GREEDY)

"""When a training run starts, who works on it, and what a person may do about it.

A run is a row before anything happens. This process works on queued runs one after the other, in one thread; another
process (`understudy worker`) takes the same rows the same way. When the program ends, a run under way is put back into
the queue and goes on from its checkpoint at the next start.

Everyone's understudy and each person's own (`person`) learn apart: what is new is counted for each, each has at most
one run in the queue, and the store says whose turn it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from understudy.dataset.gather import Sources, sources
from understudy.errors import InputError
from understudy.playground.casting import Casting
from understudy.playground.forgetting import ground_of, still_known
from understudy.playground.progress import counted
from understudy.store import EVERYONE, Filter, Run, Store
from understudy.training.recipe import Recipe

log = logging.getLogger(__name__)

Perform = Callable[[Run, Callable[[], bool]], None]
"""Works on a claimed run until it is finished or failed, or parked once the second argument says that the program ends.

Says so in the run's row and never raises.
"""


_NOTHING_NEW = "There is nothing new to learn. Correct or rate an answer first."
_UNDER_WAY = "A training run is already on its way. Wait until it is done, or cancel it."
_NOTHING_LEFT = "Everything that the live version learned was taken back. Go back to the base, and it is forgotten."


@dataclass(frozen=True, slots=True)
class Pace:
    """When a run starts by itself: `corrections` or `others` (votes and thumbs) new, then `quiet` seconds of peace."""

    automatic: bool = True
    corrections: int = 1
    others: int = 8
    quiet: float = 20.0

    def reached(self, corrections: int, others: int) -> bool:
        return corrections >= self.corrections or others >= self.others


class Learning:
    """Starts runs, and works on them in a thread once `watch` was called. Safe to call from any thread.

    `weak` is the switch of the page: whether runs learn from weak signals too. These start no run by themselves.
    """

    def __init__(
        self,
        store: Store,
        casting: Casting,
        perform: Perform | None = None,
        pace: Pace | None = None,
        *,
        weak: bool = False,
    ) -> None:
        self._store = store
        self._casting = casting
        self._perform = perform
        self.pace = pace or Pace()
        self.weak = weak
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    # -- what a person does ----------------------------------------------------------------------------------------

    def start(
        self,
        trigger: str = "started by hand",
        *,
        fresh: bool = False,
        recipe: Mapping[str, Any] | None = None,
        person: str = EVERYONE,
    ) -> str:
        """Queue a run on all there is to learn; its id. `recipe` changes training settings for this run alone.

        It begins with the base where that is wanted (`fresh`), or where the live version knows what was taken back.
        Raises `InputError` when there is nothing to learn or a run is open, `SettingsError` for a wrong `recipe`.
        """
        changes = dict(recipe or {})
        Recipe.from_values(changes)
        model = self._casting.base_model
        if self._store.runs.open(model, person):
            raise InputError(_UNDER_WAY)
        taken_back = len(still_known(self._store, model, person))
        parent = 0 if fresh or taken_back else ground_of(self._store, model, person)
        chosen = sources(self._store, model, parent, with_weak=self.weak, person=person)
        if chosen.empty:
            raise InputError(_NOTHING_LEFT if taken_back else _NOTHING_NEW)
        if taken_back:
            trigger = f"{trigger}, anew without {counted(taken_back, 'correction')} that you took back"
        run = self._store.runs.add(model, parent, trigger, changes, chosen.values(), person)
        self._woken.set()
        return run.id

    def start_like(self, run: str) -> str:
        """Queue a run here on the facts of another, such as one that a provider refused; its id. Raises as `start`."""
        model = self._casting.base_model
        if self._store.runs.open(model, EVERYONE):
            raise InputError(_UNDER_WAY)
        facts = self._store.runs.get(run).snapshot
        made = self._store.runs.add(model, 0, "started here on the data of a provider's job", {}, facts)
        self._woken.set()
        return made.id

    def pause(self, run: str) -> None:
        self._store.runs.wish(run, "pause")

    def resume(self, run: str) -> None:
        self._store.runs.wish(run, "")
        self._woken.set()

    def cancel(self, run: str) -> None:
        self._store.runs.wish(run, "cancel")

    def approve(self, correction: str) -> None:
        """From now on it is remembered, and the next run learns it. Told in its history, as at the desk."""
        self._store.acts.decide(correction, "approved")

    def reject(self, correction: str) -> None:
        """It stays where it was written, but is neither remembered nor learned."""
        self._store.acts.decide(correction, "rejected")

    # -- by itself -------------------------------------------------------------------------------------------------

    def due(self, person: str = EVERYONE) -> str | None:
        """What would start a run of an understudy now, in words; None when it is not time."""
        trigger = self.gathering(person)
        return trigger if trigger and self._store.seconds_since_feedback(person) >= self.pace.quiet else None

    def gathering(self, person: str = EVERYONE) -> str | None:
        """What a run would start with once it is quiet, in words; None when that is not enough for one.

        What everyone's learns starts no run of a person's: it comes along with what they teach themselves.
        """
        model = self._casting.base_model
        if not self.pace.automatic or self._store.runs.open(model, person) or not self._may_be_enough(model, person):
            return None
        chosen = sources(self._store, model, ground_of(self._store, model, person), person=person)
        tried = self._tried(model, person)
        corrections = len(self._taught(person, set(chosen.new) - set(tried.new)))
        others = len(self._taught(person, {*chosen.votes, *chosen.thumbs} - {*tried.votes, *tried.thumbs}))
        return _trigger(corrections, others) if self.pace.reached(corrections, others) else None

    def starts_in(self, person: str = EVERYONE) -> float | None:
        """Seconds until a run starts by itself if nobody says anything more; None when none is about to start."""
        if not self.gathering(person):
            return None
        return max(0.0, self.pace.quiet - self._store.seconds_since_feedback(person))

    def watch(self) -> None:
        """Work on queued runs and start due ones from now on, in the background."""
        self._thread = threading.Thread(target=self._work, name="learning", daemon=True)
        self._thread.start()

    def wait(self, run: str, timeout: float | None = None) -> Run:
        """Block until a run has ended; its row."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (row := self._store.runs.get(run)).finished is None:
            if deadline is not None and time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return row

    def join(self) -> None:
        """Stay until the program is asked to end."""
        self._closing.wait()

    def close(self, timeout: float = 10.0) -> None:
        """Park what is under way and end the thread."""
        self._closing.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def work_once(self) -> bool:
        """Start what is due, take one queued run and finish it; False when there was none."""
        if self._perform is None:
            return False
        for person in self._store.understudies.learning():
            trigger = self.due(person)
            if trigger is not None:
                self.start(trigger, person=person)
        run = self._store.runs.claim()
        if run is None:
            return False
        self._perform(run, self._closing.is_set)
        return True

    def _work(self) -> None:
        self._store.runs.requeue_orphans()
        while not self._closing.is_set():
            try:
                if self.work_once():
                    continue
            except Exception:
                log.exception("looking for something to learn failed")
            self._woken.wait(1.0)
            self._woken.clear()

    def _tried(self, model: str, person: str) -> Sources:
        """What the last finished run learned from: it starts no second run by itself, learned or not."""
        run = self._store.runs.last(model, person)
        return Sources.from_values(run.snapshot) if run else Sources()

    def _may_be_enough(self, model: str, person: str) -> bool:
        """Whether a person said enough since their last run: asked every second of everybody, so only counted."""
        if person == EVERYONE:
            return True
        last = self._store.runs.last(model, person)
        since = Filter(states=("approved",), persons=(person,), since=last.created if last else "")
        corrections = self._store.items.count(replace(since, kinds=("correction",)))
        return self.pace.reached(corrections, self._store.items.count(replace(since, kinds=("rating", "vote"))))

    def _taught(self, person: str, facts: Set[str]) -> Set[str]:
        """Those of new facts that somebody taught this understudy; a person's learns everyone's besides."""
        return self._store.understudies.taught(person, facts) if person != EVERYONE else facts


def _trigger(corrections: int, others: int) -> str:
    parts = []
    if corrections:
        parts.append(f"{corrections} new correction{'s' if corrections > 1 else ''}")
    if others:
        parts.append(
            f"{others} new vote{'s' if others > 1 else ''} and thumbs" if others > 1 else "1 new vote or thumb"
        )
    return " and ".join(parts)

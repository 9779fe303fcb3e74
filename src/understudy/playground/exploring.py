"""Exploring: what a filter's items are like, in figures whose every number leads back to the desk.

What SQL counts is counted when it is asked for. What takes longer is computed by one thread, one thing after the
other, kept in the store and computed anew when other items belong to the filter: never because somebody decided one.
Until then the earlier figures stand, and say that they are older.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from understudy.errors import Cancelled, UnderstudyError
from understudy.playground import explore_figures, explore_parts
from understudy.playground.curating import Desk
from understudy.playground.explore_parts import Computed, Report
from understudy.playground.explore_view import Explored, Figure, Part
from understudy.playground.item_view import ItemLine, line_of
from understudy.store import Exploration, Filter, Store, Telling

log = logging.getLogger(__name__)

PARTS = ("texts", "topics", "split")
DRIFT = 0.05
"""A map is drawn anew by itself once this share of its items came or went: every new one moves everything on it."""

_PATIENCE_S, _LOADING_S = 0.5, 120.0
_Key = tuple[str, Filter]


@dataclass
class _Going:
    words: str = "Waiting for its turn"
    done: float = 0.0


class Exploring:
    """Reached as `playground.exploring`. Safe to call from any thread."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._waiting: OrderedDict[_Key, _Going] = OrderedDict()
        self._failed: dict[_Key, tuple[str, str]] = {}
        self._thread: threading.Thread | None = None

    # -- looking -------------------------------------------------------------------------------------------------

    def explore(self, values: Mapping[str, object]) -> Explored:
        """Everything about a filter; what is not computed yet begins. Raises `InputError`."""
        filter = Filter.from_values(values)
        turns = self._desk.turns(filter)
        parts = self._parts(filter, turns)
        known = self._store.explorations.find("texts", filter)
        figures = (
            explore_figures.over_time(self._store, filter, turns),
            explore_figures.balance(self._store, filter, turns),
            explore_figures.by_version(self._store, filter, turns),
            explore_figures.by_topic(self._store, filter, turns),
            explore_figures.raters(self._store, filter, turns, known.value["agreeing"] if known else {}),
        )
        return Explored(self._store.items.count(filter, turns), figures, parts)

    def states(self, values: Mapping[str, object]) -> dict[str, Part]:
        """How far the slow parts are, without figures. Raises `InputError`."""
        filter = Filter.from_values(values)
        with self._lock:
            found = {kind: self._waiting.get((kind, filter)) for kind in PARTS}
        return {kind: _part_of(going) for kind, going in found.items() if going is not None}

    def whole(self, values: Mapping[str, object], report: Report = lambda words, done: None) -> Explored:
        """As `explore`, with everything computed now: for a terminal."""
        filter = Filter.from_values(values)
        for kind in PARTS:
            if not self._why_not(kind) and not self._is_current(kind, filter, self._desk.turns(filter)):
                self._compute(kind, filter, report)
        return self.explore(values)

    def anew(self, values: Mapping[str, object]) -> None:
        """Draw the map of a filter anew, though few of its items are new."""
        self._begin("topics", Filter.from_values(values))

    def places(self, exploration: int) -> list[tuple[int, int, int, int, int]]:
        """The points of a map: x, y (0 to 4,096), topic, oldest item and how many items are there."""
        return self._store.explorations.places(exploration)

    def point(self, number: int) -> ItemLine:
        """The item under a pointer. Raises `NotFoundError`."""
        return line_of(self._store.items.get(number))

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(10)

    # -- the slow parts ------------------------------------------------------------------------------------------

    def _parts(self, filter: Filter, turns: Sequence[str] | None) -> dict[str, Part]:
        return {kind: self._part(kind, filter, turns) for kind in PARTS}

    def _part(self, kind: str, filter: Filter, turns: Sequence[str] | None) -> Part:
        found = self._store.explorations.find(kind, filter)
        if sentence := self._why_not(kind):
            return Part("missing", sentence)
        stamp, (failed_at, why) = self._stamp(kind, filter, turns), self._failed.get((kind, filter), ("", ""))
        current = found is not None and found.stamp == stamp
        if not current and failed_at != stamp and not (found and self._drifted_little(found, filter, turns)):
            self._begin(kind, filter)
        going = self._waiting.get((kind, filter))
        if found is None:
            return Part("missing", why) if failed_at == stamp else _part_of(going or _Going())
        if kind == "topics" and not found.value["names"]:
            return _part_of(going) if going else Part("missing", _too_few(found))
        return self._shown(kind, found, filter, turns, "old" if going else "ready", "" if current else _OLDER)

    def _shown(
        self, kind: str, found: Exploration, filter: Filter, turns: Sequence[str] | None, state: str, words: str
    ) -> Part:
        figures = tuple(self._figures(kind, found, filter, turns))
        pairs = explore_parts.pairs_of(self._store, found.value) if kind == "split" else ()
        return Part(state, words, 1.0, figures, pairs, found.id if kind == "topics" else None)

    def _figures(self, kind: str, found: Exploration, filter: Filter, turns: Sequence[str] | None) -> Iterator[Figure]:
        if kind == "texts":
            return explore_parts.text_figures(found.value, filter.values())
        make = explore_parts.topic_figures if kind == "topics" else explore_parts.split_figures
        return make(self._store, found, filter, turns)

    def _why_not(self, kind: str) -> str:
        return _WITHOUT if kind == "topics" and self._desk.nearness.missing else ""

    def _is_current(self, kind: str, filter: Filter, turns: Sequence[str] | None) -> bool:
        found = self._store.explorations.find(kind, filter)
        return found is not None and found.stamp == self._stamp(kind, filter, turns)

    def _stamp(self, kind: str, filter: Filter, turns: Sequence[str] | None) -> str:
        """What must be the same for a computed part to stand."""
        stamp = self._store.counts.stamp(filter, turns)
        if kind == "texts":
            return stamp
        stamp = f"{stamp} {'words' if self._desk.nearness.missing else 'meaning'}"
        return stamp if kind == "topics" else f"{stamp} {explore_parts.split_stamp(self._store, filter)}"

    def _drifted_little(self, found: Exploration, filter: Filter, turns: Sequence[str] | None) -> bool:
        if found.kind != "topics":
            return False
        before = int(found.value["items"])
        return bool(found.value["names"]) and abs(self._store.items.count(filter, turns) - before) <= DRIFT * before

    # -- computing -----------------------------------------------------------------------------------------------

    def _begin(self, kind: str, filter: Filter) -> None:
        with self._lock:
            if (kind, filter) in self._waiting or self._closing.is_set():
                return
            self._failed.pop((kind, filter), None)
            self._waiting[kind, filter] = _Going()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="explore", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (key := self._next()) is not None:
            going = self._waiting[key]

            def report(words: str, done: float, going: _Going = going) -> None:
                if self._closing.is_set():
                    raise Cancelled("The program is closing.")
                going.words, going.done = words, done

            try:
                self._compute(*key, report)
            except Cancelled:
                return
            except UnderstudyError as error:
                self._fail(key, str(error))
            except Exception:
                log.exception("exploring %s failed", key[0])
                self._fail(key, "Something unexpected went wrong. The log has the details.")
            finally:
                with self._lock:
                    self._waiting.pop(key, None)

    def _fail(self, key: _Key, sentence: str) -> None:
        """It is tried again when other items belong to the filter, or when somebody asks for it."""
        if not self._closing.is_set():
            self._failed[key] = (self._stamp(*key, self._desk.turns(key[1])), sentence)

    def _next(self) -> _Key | None:
        """What came last is looked at now; None ends the thread, under the lock that a beginning takes."""
        with self._lock:
            if not self._waiting or self._closing.is_set():
                self._thread = None
                return None
            newest = next(reversed(self._waiting))[1]
            return next(key for key in self._waiting if key[1] == newest)

    def _compute(self, kind: str, filter: Filter, report: Report) -> None:
        if kind != "texts" and not self._desk.nearness.missing:
            self._wait_for_vectors(report)
        turns = self._desk.turns(filter)
        stamp = self._stamp(kind, filter, turns)
        value, places = self._computed(kind, filter, turns, report)
        report("Keeping it", 1.0)
        self._store.explorations.save(kind, filter, stamp, value, places)

    def _computed(self, kind: str, filter: Filter, turns: Sequence[str] | None, report: Report) -> Computed:
        if kind == "texts":
            count = self._store.items.count(filter, turns)
            return explore_parts.read_texts(self._store.counts.tellings(filter, turns), count, report)
        report("Reading questions", 0.0)
        asked = self._store.counts.tellings(filter, turns, ("question",))
        if kind == "topics":
            return explore_parts.read_topics(asked, self._desk.nearness, report)
        kept: list[Telling] = [item for item in asked if item.state != "rejected"]
        return explore_parts.read_split(self._store, kept, self._desk.nearness, filter, report)

    def _wait_for_vectors(self, report: Report) -> None:
        """Questions get their vectors from the desk's own thread, some milliseconds each."""
        catching_up, nearness = self._desk.catching_up, self._desk.nearness
        report("Loading the embedding model", 0.0)
        nearness.wait(_LOADING_S)
        done, count = nearness.counts()
        if done < count:
            catching_up.kick()
        while done < count and catching_up.busy:
            report(f"Reading what questions mean: {done:,} of {count:,}", done / max(1, count))
            catching_up.join(_PATIENCE_S)
            done, count = nearness.counts()


def _part_of(going: _Going) -> Part:
    return Part("working", going.words, going.done)


def _too_few(found: Exploration) -> str:
    count = int(found.value["questions"])
    return f"{count:,} different question{'s are' if count != 1 else ' is'} too few for topics."


_OLDER = "Some items came or went since this was computed."
_WITHOUT = "Topics need the embedding model: install understudy[offline], or choose one in the settings."

"""Training files in and out: what people trained elsewhere becomes feedback here, and leaves again unchanged.

Every line is a conversation of its own: its texts become turns and answers, a wanted answer a correction, a pair a
vote, a rated answer a rating. What facts cannot hold (weights, tools, names, unknown keys) is kept as the line's frame.
A line that is no plain dialog is kept whole and leaves whole, but is not learned from here.

An import is a batch: recorded before its first line, written some thousand lines at a time (each of them whole or not
at all), and taken back at once. A line that is there already is left out, so that the same file, or one that was
exported here, can come any number of times; an import that was cut off is begun again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from understudy.dataset.arriving import Faulty, Part, Plan, mark, parts, read
from understudy.dataset.departing import dialog_of
from understudy.dataset.formats import Fields, Format, new_line, take_apart
from understudy.dataset.jsonl import Line
from understudy.dataset.outgoing import line_of
from understudy.store import Store
from understudy.store.corrections import State
from understudy.store.rows import Known, Rows

AT_ONCE = 10_000
"""Lines of one transaction: so many that a commit hardly costs, so few that others do not wait long."""

MOST_AT_ONCE = 8 << 20
"""Characters of one transaction, so that long lines need no more memory than many."""

MOST_FAULTS = 1_000
"""Faults that are told in words; all are counted."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: lines that can be learned from, lines `kept` whole, lines `known` before, `faulty` ones.

    `faults` are the first of those in words. `batch` is the id of the import, "" for a dry run or when nothing was new.
    """

    added: int
    kept: int
    known: int
    faults: tuple[str, ...]
    faulty: int = 0
    stopped: bool = False
    batch: str = field(default="", compare=False)

    @property
    def lines(self) -> int:
        """All that were read."""
        return self.added + self.kept + self.known + self.faulty


OnFault = Callable[[Line, str], None]
OnProgress = Callable[[Imported], bool]
"""Hears what came of it so far; False stops the import after what is written."""


def import_lines(
    store: Store,
    model: str,
    lines: Iterable[Line],
    source: str,
    plan: Plan | None = None,
    *,
    state: State = "approved",
    dry_run: bool = False,
    on_fault: OnFault | None = None,
    on_progress: OnProgress | None = None,
) -> Imported:
    """Bring a file in as feedback on `model`. A line that cannot be read is told with its number; others go in."""
    plan = plan or Plan()
    some = parts((read(line, plan) for line in lines), model, AT_ONCE, MOST_AT_ONCE)
    how = {"state": state, "dry_run": dry_run, "on_fault": on_fault, "on_progress": on_progress}
    return import_parts(store, some, source, plan, **how)  # type: ignore[arg-type]


def import_parts(
    store: Store,
    some: Iterable[Part],
    source: str,
    plan: Plan,
    *,
    state: State = "approved",
    dry_run: bool = False,
    on_fault: OnFault | None = None,
    on_progress: OnProgress | None = None,
) -> Imported:
    """As `import_lines`, of lines that were read already; each part is a transaction."""
    bringing = _Bringing(store, source, plan, on_fault)
    with store.filling():
        for part in some:
            bringing.tell(part.faulty)
            new = bringing.new(part.rows)
            if new.lines and not dry_run:
                bringing.write(new, state)
            if on_progress is not None and not on_progress(bringing.told()):
                return bringing.end(stopped=True)
        return bringing.end(stopped=False)


class _Bringing:
    """One import under way: what it counted, and what it has seen of lines that are there already."""

    def __init__(self, store: Store, source: str, plan: Plan, on_fault: OnFault | None) -> None:
        self._store, self._source, self._plan, self._on_fault = store, source, plan, on_fault
        self._here = _said_here(store)
        self._met: Counter[str] = Counter()  # a file may hold the same line twice: each of them stands for one
        self._counts: Counter[str] = Counter()
        self._faults: list[str] = []
        self._batch = ""

    def tell(self, faulty: Iterable[Faulty]) -> None:
        for line in faulty:
            self._tell(line)

    def new(self, rows: Rows) -> Rows:
        """Those of lines that are not there yet."""
        there = self._store.imports.count([line.digest for line in rows.lines], self._batch)
        return rows.only([place for place, line in enumerate(rows.lines) if not self._is_known(line, there)])

    def write(self, new: Rows, state: State) -> None:
        with self._store.together():
            if not self._batch:
                self._batch = self._store.batches.add(self._source, self._plan.words).id
            self._store.arrivals.add(self._batch, self._source, new, state)
            self._store.batches.set_counts(self._batch, self._counts)

    def told(self, *, stopped: bool = False) -> Imported:
        counts = self._counts
        done = (counts["added"], counts["kept"], counts["known"], tuple(self._faults), counts["faulty"])
        return Imported(*done, stopped, self._batch)

    def end(self, *, stopped: bool) -> Imported:
        if self._batch:
            self._store.batches.set_counts(self._batch, self._counts, finished=not stopped)
        return self.told(stopped=stopped)

    def _tell(self, faulty: Faulty) -> None:
        self._counts["faulty"] += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(f"{self._source}, line {faulty.line.number}: {faulty.why}")
        if self._on_fault is not None:
            self._on_fault(faulty.line, faulty.why)

    def _is_known(self, line: Known, there: dict[str, int]) -> bool:
        times = there.get(line.digest, 0) + self._here.get(line.digest, 0)
        known = bool(times) and self._met[line.digest] < times
        if known:
            self._met[line.digest] += 1
        self._counts["known" if known else "added" if line.learned else "kept"] += 1
        return known


def _said_here(store: Store) -> Counter[str]:
    """The digests of what was said here, which may come back in a file that was exported here."""
    numbers = store.departures.said_here()
    found: Counter[str] = Counter()
    for start in range(0, len(numbers), 500):
        for departure in store.departures.of(store.items.of(numbers[start : start + 500])):
            found[mark(dialog_of(store, departure), {})] += 1
    return found


def export_lines(store: Store, source: str | None = None) -> Iterator[Fields]:
    """Imported lines in the order they came, of one file with `source`, with the texts that stand now."""
    for imported in store.imports.list(source):
        yield line_of(store, imported)


@dataclass(frozen=True, slots=True)
class Converted:
    """Lines in another format, and a sentence for every line that could not be one."""

    lines: tuple[Fields, ...]
    faults: tuple[str, ...]


def convert_lines(lines: Iterable[Line], format: Format, source: str) -> Converted:
    """A file in another format, such as OpenAI's for TRL; what that format cannot hold is told and left out."""
    made, faults = [], []
    for line in lines:
        parts = take_apart(line.fields) if line.fields is not None else None
        try:
            if parts is None:
                raise ValueError(line.fault or "it is no plain dialog")
            made.append(new_line(parts[0], format))
        except ValueError as error:
            faults.append(f"{source}, line {line.number}: {error}. It was left out.")
    return Converted(tuple(made), tuple(faults))

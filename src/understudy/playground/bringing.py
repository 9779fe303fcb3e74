"""Bringing a file in, whatever it is: looked at, shown, tried without writing, then brought in, watched and stopped.

What a person sees before they agree is read from the file's first rows: its kind, its columns, what each of them seems
to mean, and what some rows become. The same plan reads the whole file afterwards. Another person's store comes in by
the same door, but as a whole (see `store.merging`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from understudy.dataset.ahead import Reading
from understudy.dataset.arriving import Plan, arrival_of, propose
from understudy.dataset.columns import NAMES, Columns
from understudy.dataset.files import FileKind, Rows
from understudy.dataset.formats import Format, format_of
from understudy.dataset.jsonl import Line, dump
from understudy.errors import Cancelled, InputError
from understudy.playground.exchange import AT_ONCE, MOST_AT_ONCE, Imported, OnFault, OnProgress, import_parts
from understudy.playground.tasks import Heard, Tasks, TaskState
from understudy.store import Arrival, Store
from understudy.store.batches import Batch
from understudy.store.corrections import State
from understudy.store.merging import copied

FIRST = 1_000
"""Rows that a proposal is made from; a person is shown some of them."""

SHOWN = 20
_NAME = 200

FORMATS: dict[str, Format | None] = {
    "auto": None,
    "openai-sft": Format.CHAT,
    "openai-dpo": Format.PREFERENCE,
    "prompt-completion": Format.COMPLETION,
    "trl-messages": Format.CHAT,
    "trl-prompt-completion": Format.TRL_COMPLETION,
    "trl-preference": Format.TRL_PAIR,
    "trl-unpaired": Format.TRL_UNPAIRED,
    "sharegpt": Format.SHAREGPT,
    "alpaca": Format.ALPACA,
    "hh": Format.TRANSCRIPT,
    "columns": Format.COLUMNS,
}
"""Names of formats as a person types them. A table is told by its own first bytes, not by a name."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file before it comes in. `columns` are its own names; `first` some rows with what each becomes, or its fault.

    `meant` is field to column (`NAMES`), empty for lines of a known format, whose names are in `formats`.
    """

    path: Path
    kind: FileKind
    plan: Plan
    columns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    first: tuple[tuple[Line, Arrival | str], ...] = ()
    encoding: str = ""

    @property
    def meant(self) -> Mapping[str, str]:
        return self.plan.columns.names if self.plan.columns else {}


def look(path: Path, format: str = "auto", mapping: Mapping[str, str] | None = None, encoding: str = "") -> Look:
    """What a file is and how it would be read. `mapping` is field to column and overrules. Raises `InputError`."""
    if format not in FORMATS:
        raise InputError(f"There is no format {format!r}. Choose one of: {', '.join(FORMATS)}.")
    rows = Rows(path, encoding)
    if rows.kind is FileKind.STORE:
        return Look(path, rows.kind, Plan())
    lines = _first(rows)
    found = [line.fields for line in lines if line.fields is not None]
    if not found:
        why = f" Line {lines[0].number}: {lines[0].fault}." if lines else ""
        raise InputError(f"{path} holds no row that can be read.{why} Check the file, or name its encoding.")
    plan = _plan(found, FORMATS[format], mapping or {}, table=rows.kind is FileKind.TABLE)
    columns = tuple(dict.fromkeys(name for fields in found for name in fields))
    formats = () if plan.columns else tuple(sorted({str(plan.format or format_of(fields)) for fields in found}))
    first = tuple((line, _becomes(line, plan)) for line in lines[:SHOWN])
    return Look(path, rows.kind, plan, columns, formats, first, encoding)


def _first(rows: Rows) -> list[Line]:
    """The first rows, as far as they may be held."""
    lines: list[Line] = []
    size = 0
    for line in islice(rows, FIRST):
        lines.append(line)
        size += len(str(line.fields))
        if size > MOST_AT_ONCE:
            break
    return lines


def _plan(found: Sequence[dict[str, Any]], format: Format | None, mapping: Mapping[str, str], *, table: bool) -> Plan:
    proposed = propose(found, table=table)
    if format is Format.COLUMNS or mapping:
        proposed = propose(found, table=True) if proposed.columns is None else proposed
        columns = proposed.columns or Columns({})
        return Plan(columns=replace(columns, names=_mapped(columns.names, mapping, found)))
    return Plan(format=format) if format is not None else proposed


def _mapped(
    proposed: Mapping[str, str], mapping: Mapping[str, str], found: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The proposal with what a person said; a field that is mapped to nothing is dropped."""
    columns = {name for fields in found for name in fields}
    for field_name, column in mapping.items():
        if field_name not in NAMES:
            raise InputError(f"There is no field {field_name!r}. Map one of: {', '.join(NAMES)}.")
        if column and column not in columns:
            raise InputError(f"There is no column {column!r}. There are: {', '.join(sorted(columns))}.")
    return {name: column for name, column in {**proposed, **mapping}.items() if column}


def _becomes(line: Line, plan: Plan) -> Arrival | str:
    if line.fields is None:
        return line.fault
    try:
        return arrival_of(line.number, line.fields, plan)
    except InputError as error:
        return str(error)


def bring(
    store: Store,
    model: str,
    looked: Look,
    *,
    state: State = "waiting",
    dry_run: bool = False,
    faults: Path | None = None,
    same_people: bool = False,
    on_progress: Callable[[Imported, float], bool] | None = None,
) -> Imported:
    """Bring in what was looked at; faulty rows are written to `faults`. `on_progress` hears the share that was read.

    `same_people`: the names in another store are those of people here (see `store.merging`).
    """
    if looked.kind is FileKind.STORE:
        return _merge(store, looked, state, dry_run, same_people, on_progress)
    reading = Reading(looked.path, looked.encoding, looked.plan, model, AT_ONCE, MOST_AT_ONCE)
    with ExitStack() as stack:
        on_fault = _saved(stack, faults) if faults is not None else None
        heard: OnProgress | None = None if on_progress is None else lambda done: on_progress(done, reading.share)
        source = looked.path.name[-_NAME:]
        how = {"state": state, "dry_run": dry_run, "on_fault": on_fault, "on_progress": heard}
        some = stack.enter_context(closing(reading.parts()))
        return import_parts(store, some, source, looked.plan, **how)  # type: ignore[arg-type]


def _saved(stack: ExitStack, path: Path) -> OnFault:
    """Faulty rows as lines of JSON: the number, what is wrong, and the row or the text that could not be read."""
    try:
        file = stack.enter_context(path.open("x", encoding="utf-8", errors="backslashreplace"))
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}). Name a file that is not there yet.") from error

    def save(line: Line, fault: str) -> None:
        row = {"row": line.fields} if line.fields is not None else {"text": line.text}
        file.write(dump({"line": line.number, "fault": fault, **row}) + "\n")

    return save


def _merge(
    store: Store,
    looked: Look,
    state: State,
    dry_run: bool,
    same_people: bool,
    on_progress: Callable[[Imported, float], bool] | None,
) -> Imported:
    """Another store, whole or not at all."""
    done = Imported(0, 0, 0, ())

    def heard(share: float) -> bool:
        if on_progress is not None and not on_progress(done, share):
            raise Cancelled("Stopped. Nothing of that store was brought in.")
        return True

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "other.db"
        copied(looked.path, copy)
        with Store.open(copy) as other:
            there = sum(other.feedback_counts().values())
            with suppress(_Undone), store.together():
                batch = store.batches.add(looked.path.name[-_NAME:], "store").id
                decided = None if state == "approved" else state
                counts = store.merging.merge(other.merging, batch, decided, heard, same_people=same_people)
                new = counts["conversations"] + counts["ratings"] + counts["corrections"] + counts["preferences"]
                done = Imported(new, 0, max(0, there - new), (), batch=batch if new and not dry_run else "")
                store.batches.set_counts(batch, {"added": new, "known": done.known}, finished=True)
                if dry_run or not new:
                    raise _Undone
    return done


class _Undone(Exception):
    """Takes a transaction back, so that nothing is kept of what was tried."""


# -- in the background, for a page -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bringing:
    """An import as it stands. `done` is what came of it so far; `message` the sentence when it ended."""

    source: str
    state: TaskState
    share: float
    done: Imported
    message: str


@dataclass(slots=True)
class _Coming:
    """What an import fills while it goes on."""

    source: str
    done: Imported = field(default_factory=lambda: Imported(0, 0, 0, ()))


class Imports:
    """The imports of this process; what they brought is in `store.batches`, also after a restart."""

    def __init__(self, store: Store, model: Callable[[], str]) -> None:
        self._store, self._model = store, model
        self._tasks = Tasks("import")

    def start(
        self, looked: Look, *, state: State = "waiting", dry_run: bool = False, faults: Path | None = None
    ) -> str:
        """Begin; returns the id to ask for. With `dry_run` it only counts."""
        coming = _Coming(looked.path.name)

        def work(heard: Heard) -> _Coming:
            def told(done: Imported, share: float) -> bool:
                coming.done = done
                with suppress(Cancelled):  # it ends by itself then, with what is written
                    heard(share, "")
                    return True
                return False

            how = {"state": state, "dry_run": dry_run, "faults": faults, "on_progress": told}
            coming.done = bring(self._store, self._model(), looked, **how)  # type: ignore[arg-type]
            if coming.done.stopped:
                raise Cancelled(words(coming.done))
            return coming

        return self._tasks.start(work, coming)

    def get(self, job: str) -> Bringing:
        """Raises `NotFoundError`."""
        task = self._tasks.get(job)
        coming = task.result
        assert isinstance(coming, _Coming)
        endings = {"done": words(coming.done), "failed": _broken_off(coming.done, task.message)}
        message = endings.get(task.state, task.message)
        return Bringing(coming.source, task.state, task.share, coming.done, message)

    def stop(self, job: str) -> None:
        """End it after what is written just now; what came in stays, and can be taken back."""
        self._tasks.stop(job)

    def undo(self, batch: str) -> int:
        """Take an import back; how many lines that were."""
        return self._store.batches.undo(batch)

    def redo(self, batch: str) -> int:
        """Bring back what was taken back."""
        return self._store.batches.redo(batch)

    def earlier(self, most: int = 5) -> list[Batch]:
        """The newest imports, also those of other pages, of the command line and of before a restart."""
        return self._store.batches.list()[:most]

    def close(self) -> None:
        """Stop what is under way and wait for it: what was written stays."""
        self._tasks.close()


def _broken_off(done: Imported, why: str) -> str:
    return f"{why} {done.added + done.kept} lines had come in." if done.batch else why


def words(done: Imported) -> str:
    """What came of an import, as a sentence."""
    parts = [f"{done.added:,} new", f"{done.known:,} here already"]
    parts += [f"{done.kept:,} kept as they are, not learned from"] if done.kept else []
    parts += [f"{done.faulty:,} faulty"] if done.faulty else []
    ending = " Stopped: begin again to go on." if done.stopped else ""
    return f"{', '.join(parts)}.{ending}"


def mapping_of(text: str) -> dict[str, str]:
    """`prompt=question, rating=stars` as a mapping. Raises `InputError`."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    wrong = next((name for name, sign, _ in pairs if not sign), None)
    if wrong is not None:
        raise InputError(f"{json.dumps(wrong)} maps nothing. Write field=column, for example prompt=question.")
    return {name.strip(): column.strip() for name, _, column in pairs}

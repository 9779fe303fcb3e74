"""Sending feedback out as a file in any format, with a card that says what it holds.

The same store gives the same bytes: items in the order they came, no date of today anywhere. Files are written beside
their names and moved there when all are whole. What a format cannot hold is counted by kind, and told. Eval is a file
of its own in every format: trainers and the hub take it by its name, and the lines are what they would be without it.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from understudy.dataset.columns import NAMES
from understudy.dataset.departing import Leaving, leaving
from understudy.dataset.formats import Fields, Format
from understudy.dataset.jsonl import dump
from understudy.dataset.parquet import write_parquet
from understudy.dataset.parting import Sides, sides_of
from understudy.dataset.table import write_table
from understudy.errors import Cancelled, InputError
from understudy.playground.bringing import FORMATS
from understudy.playground.data_card import card_of, told
from understudy.store import Item, Store

TABLES = {"csv": ",", "tsv": "\t"}
OUTPUTS: dict[str, Format] = {
    **{name: format for name, format in FORMATS.items() if format is not None and format is not Format.COLUMNS},
    **dict.fromkeys(("jsonl", "csv", "tsv", "parquet"), Format.COLUMNS),
}
"""Names of formats as a person types them; the last four are the same rows, written in four ways."""

NO_LICENCE = "unknown"


@dataclass(slots=True)
class Counts:
    """What a file holds, counted while it is written."""

    rows: int = 0
    synthetic: int = 0
    synthetic_left: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was written; `split` is train or eval, "" where all is in one file."""

    path: Path
    split: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written: eval is the second file, if any; `card` lies beside the first.

    `by` says what split it, tags or groups, "" where nothing did.
    """

    files: tuple[File, ...]
    format: str
    counts: Counts
    card: Path
    by: str = ""

    @property
    def path(self) -> Path:
        return self.files[0].path

    @property
    def sha256(self) -> str:
        return self.files[0].sha256


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted beside the lines themselves. `whole`: lines that nothing can be learned from leave as they came.

    `share` of the groups judge, 0 for one file. `synthetic`: approved wordings too, which then only train.
    """

    whole: bool = False
    share: float = 0.0
    synthetic: bool = False
    licence: str = NO_LICENCE
    view: str = ""


def send(
    store: Store,
    read: Callable[[], Iterable[Item]],
    path: Path,
    format: str,
    wish: Wish | None = None,
    on_progress: Callable[[int], bool] | None = None,
) -> Sent:
    """Write what `read` gives as lines of `format` to `path`, and a card beside it. Raises `InputError`, `Cancelled`.

    A `path` that ends with .gz is packed, one of a JSON format that ends with .json is a list. `read` is asked once,
    and twice more for a split.
    """
    if format not in OUTPUTS:
        raise InputError(f"There is no format {format!r}. Choose one of: {', '.join(OUTPUTS)}.")
    wish = wish or Wish()
    sides = sides_of(read(), store.wordings.list("approved", limit=-1), wish.share) if wish.share else None
    lines = _Lines(store, format, wish, sides, on_progress)
    with ExitStack() as stack:
        files = [_file(stack, lines, path, read(), "train" if sides else "")]
        if sides is not None and any(sides.judging.values()):
            files.append(_file(stack, lines, eval_path(path), read(), "eval"))
        if not lines.counts.rows:
            raise InputError(f"Nothing of it fits {format}: {_left_out(lines.counts) or 'there is no feedback yet'}.")
        written = tuple(file for file in files if file.rows or file.split != "eval")
        card = path.with_name(f"{path.name}.md")
        sent = Sent(written, format, lines.counts, card, sides.by if sides else "")
        part = stack.enter_context(_instead_of(card))
        part.write_text(card_of(sent, store.imports.sources(), wish.licence, wish.view), encoding="utf-8")
    return sent


def eval_path(path: Path) -> Path:
    """Where the eval part of a file goes: answers.jsonl.gz has it in answers.eval.jsonl.gz."""
    name, dot, rest = path.name.partition(".")
    return path.with_name(f"{name}.eval{dot}{rest}")


@dataclass(slots=True)
class _Lines:
    """The lines of one export, counted as they are taken."""

    store: Store
    format: str
    wish: Wish
    sides: Sides | None
    on_progress: Callable[[int], bool] | None
    counts: Counts = field(default_factory=Counts)

    def of(self, items: Iterable[Item], split: str) -> Iterator[Fields]:
        """Those of one side: of all items where `split` is ""."""
        judging = split == "eval"
        mine = self.sides.of(items, judging=judging) if self.sides else items
        for found in leaving(self.store, mine, OUTPUTS[self.format]):
            if found.fields is None:
                self.counts.left_out[found.item.kind] += 1
                continue
            self._count(found.item)
            yield found.fields
            yield from self._reworded(found, judging)
        if self.wish.whole and not judging:
            yield from self._kept()

    def _count(self, item: Item) -> None:
        self.counts.kinds[item.kind] += 1
        self.counts.states[item.state] += 1
        if item.topic:
            self.counts.topics[item.topic] += 1
        self._row()

    def _row(self) -> None:
        self.counts.rows += 1
        if self.on_progress and self.counts.rows % 1_000 == 0 and not self.on_progress(self.counts.rows):
            raise Cancelled("Stopped. Nothing was written.")

    def _reworded(self, found: Leaving, judging: bool) -> Iterator[Fields]:
        """Wordings leave where they are wanted, and never where they could tell what is judged."""
        for wording, line in found.reworded.items():
            if not self.wish.synthetic or judging or (self.sides and wording in self.sides.betraying):
                self.counts.synthetic_left += 1
                continue
            self.counts.synthetic += 1
            self._row()
            yield line

    def _kept(self) -> Iterator[Fields]:
        for line in self.store.imports.kept(str(OUTPUTS[self.format])):
            self.counts.kinds["kept as it came"] += 1
            self._row()
            yield line


def _file(stack: ExitStack, lines: _Lines, path: Path, items: Iterable[Item], split: str) -> File:
    part = stack.enter_context(_instead_of(path))
    before = lines.counts.rows
    _write(part, path.name, lines.format, lines.of(items, split))
    made = File(path, split, lines.counts.rows - before, *_measure(part))
    if split == "eval" and not made.rows:
        part.unlink()
    return made


def _write(part: Path, name: str, format: str, lines: Iterator[Fields]) -> None:
    if format == "parquet":
        write_parquet(part, lines, tuple(NAMES))
        return
    with part.open("wb") as raw, _packed(raw, name) as file:
        if format in TABLES:
            pieces: Iterator[str] = write_table(lines, tuple(NAMES), TABLES[format])
        elif name.removesuffix(".gz").endswith(".json"):
            pieces = _listed(lines)
        else:
            pieces = (f"{dump(line)}\n" for line in lines)
        for piece in pieces:
            file.write(piece.encode("utf-8", "surrogatepass"))


def _listed(lines: Iterator[Fields]) -> Iterator[str]:
    before = "[\n"
    for line in lines:
        yield f"{before}{dump(line)}"
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


@contextmanager
def _packed(raw: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Packed where the name says so, without the date that gzip would put into it."""
    if not name.endswith(".gz"):
        yield raw
        return
    with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        yield cast(IO[bytes], packed)


@contextmanager
def _instead_of(path: Path) -> Iterator[Path]:
    """A file to write that takes the name when it is whole, unless it was thrown away. Raises `InputError`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        if part.exists():
            part.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}). Check the folder and the free space."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _measure(path: Path) -> tuple[int, str]:
    """Its bytes, and their SHA-256."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _left_out(counts: Counts) -> str:
    return f"left out {told(counts.left_out)}" if counts.left_out else ""


def values(sent: Sent) -> dict[str, Any]:
    """What was written, as JSON; `file` and `sha256` are those of the first file."""
    counts = sent.counts
    return {
        "file": str(sent.path),
        "card": str(sent.card),
        "sha256": sent.sha256,
        "files": [asdict(file) | {"path": str(file.path)} for file in sent.files],
        **{name: getattr(counts, name) for name in ("rows", "synthetic", "synthetic_left")},
        **{name: dict(getattr(counts, name)) for name in ("kinds", "states", "topics", "left_out")},
    }

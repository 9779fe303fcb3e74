"""Sending feedback out as a file in any format, with a card that says what it holds.

The same store gives the same bytes: items in the order they came, no date of today anywhere. A file is written beside
its name and moved there when it is whole. What a format cannot hold is counted by kind, and told.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from understudy.dataset.columns import NAMES
from understudy.dataset.departing import leaving
from understudy.dataset.formats import Fields, Format
from understudy.dataset.jsonl import dump
from understudy.dataset.parquet import write_parquet
from understudy.dataset.table import write_table
from understudy.errors import Cancelled, InputError
from understudy.playground.bringing import FORMATS
from understudy.playground.licences import front
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
    kept: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written: `sha256` is that of the file, `card` the path of the card beside it."""

    path: Path
    format: str
    counts: Counts
    sha256: str
    bytes: int
    card: Path


def send(
    store: Store,
    items: Iterable[Item],
    path: Path,
    format: str,
    *,
    whole: bool = False,
    licence: str = NO_LICENCE,
    view: str = "",
    on_progress: Callable[[int], bool] | None = None,
) -> Sent:
    """Write `items` as lines of `format` to `path`, and a card beside it. Raises `InputError`, `Cancelled`.

    A `path` that ends with .gz is packed, one of a JSON format that ends with .json is a list. `whole`: lines that
    nothing could be learned from leave too, as they came.
    """
    if format not in OUTPUTS:
        raise InputError(f"There is no format {format!r}. Choose one of: {', '.join(OUTPUTS)}.")
    counts = Counts()
    lines = _lines(store, items, OUTPUTS[format], counts, whole, on_progress)
    with _instead_of(path) as part:
        _write(part, path.name, format, lines)
        digest, size = _digest(part)
        if not counts.rows:
            raise InputError(f"Nothing of it fits {format}: {_left_out(counts) or 'there is no feedback yet'}.")
    card = path.with_name(f"{path.name}.md")
    sent = Sent(path, format, counts, digest, size, card)
    with _instead_of(card) as part:
        part.write_text(card_of(sent, store.imports.sources(), licence, view), encoding="utf-8")
    return sent


def card_of(sent: Sent, sources: Mapping[str, int], licence: str, view: str) -> str:
    """What somebody should know who finds the file: a dataset card as the hub reads them."""
    counts = sent.counts
    parts = [
        ("kinds", counts.kinds),
        ("states", counts.states),
        ("topics", counts.topics),
        ("left out", counts.left_out),
    ]
    lines = [
        "---",
        *front(licence),
        f"size: {counts.rows}",
        "configs:",
        f"- config_name: default\n  data_files: {dump(sent.path.name)}",
        "---",
        f"# {sent.path.name}",
        "",
        f"{counts.rows:,} rows of format `{sent.format}`, {sent.bytes:,} bytes.",
        f"View: {view or 'all that is approved'}. One split; nothing was drawn by chance.",
        f"SHA-256: `{sent.sha256}`",
        "",
        *(f"- {name}: {_told(counted)}" for name, counted in parts if counted),
        f"- sources: {_told(Counter(sources)) or 'said here'}",
        "",
        "Made with Understudy from what people said about answers. Check each source's licence before you share it.",
    ]
    return "\n".join(lines) + "\n"


def push(sent: Sent, repository: str, token: str, *, private: bool = True) -> str:
    """Upload the file and its card to a dataset on the hub; the address. Raises `InputError`."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    hub = HfApi(token=token)
    try:
        address = str(hub.create_repo(repository, repo_type="dataset", private=private, exist_ok=True))
        for local, there in ((sent.path, sent.path.name), (sent.card, "README.md")):
            hub.upload_file(path_or_fileobj=local, path_in_repo=there, repo_id=repository, repo_type="dataset")
    except (HfHubHTTPError, ValueError, OSError) as error:
        raise InputError(f"{repository} was not updated ({error}). Check its name and your token.") from error
    return address


def _lines(
    store: Store,
    items: Iterable[Item],
    format: Format,
    counts: Counts,
    whole: bool,
    on_progress: Callable[[int], bool] | None,
) -> Iterator[Fields]:
    for found in leaving(store, items, format):
        if found.fields is None:
            counts.left_out[found.item.kind] += 1
            continue
        counts.rows += 1
        counts.kinds[found.item.kind] += 1
        counts.states[found.item.state] += 1
        if found.item.topic:
            counts.topics[found.item.topic] += 1
        if on_progress is not None and counts.rows % 1_000 == 0 and not on_progress(counts.rows):
            raise Cancelled("Stopped. Nothing was written.")
        yield found.fields
    for line in store.imports.kept(str(format)) if whole else ():
        counts.rows += 1
        counts.kinds["kept as it came"] += 1
        yield line


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
    """A file to write that takes the name when it is whole. Raises `InputError` where it cannot be."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}). Check the folder and the free space."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _told(counted: Counter[str], most: int = 20) -> str:
    """The most frequent first, equal ones by name; how many more there are."""
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f", and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(f"{name} {n:,}" for name, n in ordered[:most]) + more


def _left_out(counts: Counts) -> str:
    return f"left out {_told(counts.left_out)}" if counts.left_out else ""


def values(counts: Counts) -> dict[str, Any]:
    """The counts as JSON."""
    return {
        "rows": counts.rows,
        **{name: dict(getattr(counts, name)) for name in ("kinds", "states", "topics", "left_out")},
    }

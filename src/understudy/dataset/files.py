"""Files of rows, whatever kind they are: looked at first, then read one row at a time in bounded memory.

The kind follows from the first bytes, and only where those leave it open from the name. What is packed with gzip is
unpacked while it is read, and given up when it grows as only a trap does. Whatever is wrong with a row is told with
its line; a file that breaks off is told as a last fault, so that nobody takes half of it for the whole.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, cast

from understudy.dataset.jsonl import DECODER, GZIP, MOST_LINE, Line, read_stream
from understudy.dataset.parquet import read_parquet
from understudy.dataset.table import DELIMITERS, delimiter_of, read_table
from understudy.errors import InputError

_LOOK = 1 << 16
_WRAPPER = re.compile(r'\s*\{\s*"(?:data|rows|train|examples|items|records|instances)"\s*:\s*\[')
"""How an object begins that only holds the list of rows."""
_MOST_GROWTH, _SMALL = 200, 256 << 20
"""A packed text grows tenfold; one that grows two hundredfold, beyond 256 MiB, was made to fill a memory or a disk."""


class FileKind(StrEnum):
    """How rows are written down."""

    JSONL = "jsonl"
    JSON = "json"
    TABLE = "table"
    PARQUET = "parquet"
    STORE = "store"


class Rows:
    """The rows of a file. `share` says how much of it was read, from 0 to 1. Raises `InputError` for what is none."""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self.path = path
        self.share = 0.0
        try:
            self.size = path.stat().st_size if path.is_file() else 0
            with path.open("rb") as file, closing(_unpacked(file, self.size)) as stream:
                head = _head(stream)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path} cannot be read ({error}). Check the path and the file.") from error
        if not self.size or not head.strip():
            raise InputError(f"{path} is empty. Choose a file with rows.")
        self._encoding = encoding or _encoding_of(head)
        try:
            text = head.decode(self._encoding, "replace")
        except LookupError as error:
            raise InputError(f"There is no encoding {encoding!r}. Examples: utf-8, cp1252, utf-16.") from error
        self.kind = _kind(path, head, text.lstrip())
        self._delimiter = "\t" if path.name.endswith(".tsv") else delimiter_of(text.partition("\n")[0])

    def __iter__(self) -> Iterator[Line]:
        number = 0
        try:
            for line in self._lines():
                number = line.number
                yield line
        except (OSError, EOFError, zlib.error, UnicodeError, InputError) as error:
            if number == 0 and isinstance(error, InputError):
                raise
            yield Line(number + 1, None, f"from here on the file cannot be read ({error})")
        self.share = 1.0

    def _lines(self) -> Iterator[Line]:
        if self.kind is FileKind.PARQUET:
            yield from read_parquet(self.path, self._read)
            return
        with ExitStack() as stack:
            file = stack.enter_context(self.path.open("rb"))
            stream = stack.enter_context(closing(_unpacked(file, self.size)))
            for line in self._parsed(stack, stream):
                if line.number % 256 == 0:
                    self._read(file.tell() / self.size)
                yield line

    def _parsed(self, stack: ExitStack, stream: IO[bytes]) -> Iterator[Line]:
        def text(newline: str, errors: str = "strict") -> io.TextIOWrapper:
            return stack.enter_context(io.TextIOWrapper(stream, self._encoding, errors, newline))

        if self.kind is FileKind.TABLE:
            return read_table(text("", "surrogateescape"), self._delimiter)
        if self.kind is FileKind.JSON:
            return read_objects(text("\n"))
        if self._encoding == "utf-8-sig":
            return read_stream(cast(Any, stream))
        return read_stream(cast(Any, _Recoded(text("\n"))))

    def _read(self, share: float) -> None:
        self.share = min(share, 1.0)


def read_objects(text: io.TextIOBase) -> Iterator[Line]:
    """The objects of a JSON list, one after the other, without holding the list."""
    buffer, number = text.read(_LOOK), 1
    place = found.end() if (found := _WRAPPER.match(buffer)) else 0
    number += buffer.count("\n", 0, place)
    while True:
        start = _skip(buffer, place)
        number += buffer.count("\n", place, start)
        buffer, place = buffer[start:], 0
        if not buffer:
            if not (buffer := text.read(_LOOK)):
                return
            continue
        if buffer[0] in "]}":
            return
        try:
            fields, place = DECODER.raw_decode(buffer)
        except (ValueError, RecursionError) as error:
            if len(buffer) < MOST_LINE and (piece := text.read(max(_LOOK, len(buffer)))):
                buffer += piece
                continue
            yield Line(number, None, f"it is not JSON ({error}), and nothing after it was read")
            return
        whole = isinstance(fields, dict)
        yield Line(number, fields if whole else None, "" if whole else "it is JSON, but no object in curly brackets")
        number += buffer.count("\n", 0, place)


def _skip(buffer: str, place: int) -> int:
    """Behind what stands between two objects, and behind what begins a list."""
    while place < len(buffer) and buffer[place] in " \t\r\n,[\ufeff":
        place += 1
    return place


def _kind(path: Path, head: bytes, text: str) -> FileKind:
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    if head.startswith(b"SQLite format 3\0"):
        return FileKind.STORE
    if head.startswith(b"PK\x03\x04"):
        raise InputError(f"{path.name} is a zip archive or a workbook. Unpack it, or save the sheet as CSV.")
    first, name = text.partition("\n")[0], path.name.lower().removesuffix(".gz")
    if text.startswith("[") or _WRAPPER.match(text) or (name.endswith(".json") and not _is_whole(first)):
        return FileKind.JSON
    if text.startswith("{") or not (name.endswith((".csv", ".tsv")) or any(mark in first for mark in DELIMITERS)):
        return FileKind.JSONL
    return FileKind.TABLE


def _is_whole(line: str) -> bool:
    """Whether a line is an object by itself."""
    try:
        return isinstance(DECODER.decode(line), dict)
    except (ValueError, RecursionError):
        return False


def _encoding_of(head: bytes) -> str:
    """UTF-8, unless a byte order mark says UTF-16."""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


class _Recoded:
    """Text of another encoding as the lines in UTF-8 that JSON is read from."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def readline(self, most: int) -> bytes:
        return self._text.readline(most // 4).encode()


class _Growing(io.RawIOBase):
    """What a gzip file holds, as long as it grows as texts do."""

    def __init__(self, packed: IO[bytes], size: int) -> None:
        self._inside = gzip.GzipFile(fileobj=packed)
        self._most = max(_SMALL, size * _MOST_GROWTH)
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inside.read1(len(buffer))
        self._seen += len(data)
        if self._seen > self._most:
            raise InputError(f"it unpacks to more than {self._most >> 20} MiB, {_MOST_GROWTH} times its size")
        buffer[: len(data)] = data
        return len(data)


def _head(stream: IO[bytes]) -> bytes:
    """The first bytes; of a packed file that breaks off, those that there are."""
    head = b""
    try:
        while len(head) < _LOOK and (piece := stream.read(1 << 12)):
            head += piece
    except EOFError:
        if not head:
            raise
    return head


def _unpacked(file: IO[bytes], size: int) -> IO[bytes]:
    packed = file.read(2) == GZIP
    file.seek(0)
    return cast(IO[bytes], io.BufferedReader(_Growing(file, size), 1 << 18)) if packed else file

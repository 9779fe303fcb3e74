"""Lines of JSON as files for training have them: read with their numbers, written one way only.

What is no JSON in UTF-8 keeps its line number and a fault, because a person has to find it in a file of thousands.
Lines are read one at a time, and one that is longer than a store could keep is passed over without being held. They are
written as `json.dumps` writes them, with letters as they are: an object that was read is written with the same keys in
the same order, and a second export is equal to the first byte by byte.
"""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from understudy.errors import InputError

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"

MOST_LINE = 16 << 20
"""Bytes of a line that is still read. The store keeps eight million characters of one."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line `number` (from 1) as an object, or None with the `fault` that says why it is none, and the `text` it is."""

    number: int
    fields: dict[str, Any] | None
    fault: str = ""
    text: str = ""


def read_file(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is packed with gzip. Raises `InputError`."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(GZIP) else data
    except (OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read ({error}). Check the path and the file.") from error


def read_lines(data: bytes) -> Iterator[Line]:
    """Every line that is not blank."""
    return read_stream(io.BytesIO(data))


def read_stream(stream: BinaryIO) -> Iterator[Line]:
    """As `read_lines`. Only line feeds end a line: JSON may hold other separators in its texts."""
    number = 0
    while line := stream.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, None, f"it is longer than {MOST_LINE:,} bytes")
            continue
        line = line.removeprefix(BOM) if number == 1 else line
        if line.strip():
            yield read_line(number, line.rstrip(b"\n"))


def dump(fields: object) -> str:
    """One line, without its line feed."""
    return _ENCODER.encode(fields)


def dump_lines(objects: Iterable[object]) -> bytes:
    """A file of lines, each ended by a line feed."""
    return "".join(f"{dump(fields)}\n" for fields in objects).encode()


def read_line(number: int, line: bytes) -> Line:
    """One line, whatever is wrong with it."""
    try:
        fields = DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        fault = f"it is not UTF-8: byte {line[error.start]:#04x} at position {error.start + 1}"
    except (ValueError, RecursionError) as error:
        fault = f"it is not JSON: {error}"
    else:
        if isinstance(fields, dict):
            return Line(number, fields)
        fault = "it is JSON, but no object in curly brackets"
    return Line(number, None, fault, line.decode("utf-8", "backslashreplace"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that comes twice is refused, because one of its two values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise ValueError(f"the key {json.dumps(twice)} comes twice in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def _number(digits: str) -> float:
    """A number that JSON can write again: 1e999 is none."""
    if math.isinf(value := float(digits)):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)

DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number)
"""JSON as it is allowed in: no key twice, no number that is none."""

"""Lines of JSON as files for training have them: read with their numbers, written one way only.

What is no JSON in UTF-8 keeps its line number and a fault, because a person has to find it in a file of thousands.
Lines are written as `json.dumps` writes them, with letters as they are: an object that was read is written with the
same keys in the same order, and a second export is equal to the first byte by byte.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy.errors import InputError

BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Line:
    """Line `number` (from 1) as an object, or None with the `fault` that says why it is none."""

    number: int
    fields: dict[str, Any] | None
    fault: str = ""


def read_file(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is packed with gzip. Raises `InputError`."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read ({error}). Check the path and the file.") from error


def read_lines(data: bytes) -> Iterator[Line]:
    """Every line that is not blank. Only line feeds end a line: JSON may hold other separators in its texts."""
    for number, line in enumerate(data.removeprefix(BOM).split(b"\n"), 1):
        if line.strip():
            yield _line(number, line)


def dump(fields: object) -> str:
    """One line, without its line feed."""
    return json.dumps(fields, ensure_ascii=False, allow_nan=False)


def dump_lines(objects: Iterable[object]) -> bytes:
    """A file of lines, each ended by a line feed."""
    return "".join(f"{dump(fields)}\n" for fields in objects).encode()


def _line(number: int, line: bytes) -> Line:
    try:
        fields = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        return Line(number, None, f"it is not UTF-8: byte {line[error.start]:#04x} at position {error.start + 1}")
    except (ValueError, RecursionError) as error:
        return Line(number, None, f"it is not JSON: {error}")
    if not isinstance(fields, dict):
        return Line(number, None, "it is JSON, but no object in curly brackets")
    return Line(number, fields)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that comes twice is refused, because one of its two values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise ValueError(f"the key {json.dumps(twice)} comes twice in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")

"""Tables as text: comma-separated, tab-separated, as spreadsheets write and read them.

A cell that begins like a formula would be run by the spreadsheet that opens the file, so it is written with an
apostrophe before it, and read without. Both rules ask the same question of the cell without its apostrophes, so that
every text comes back as it was, also one that began with an apostrophe by itself.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from understudy.dataset.jsonl import MOST_LINE, Line
from understudy.errors import InputError

_FORMULA = re.compile(r"'*(?!-?\+?[\d.,]+%?\Z)[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for a formula (OWASP's list of first characters), but not a plain number."""

DELIMITERS = ",;\t|"


def neutral(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(cell: str) -> str:
    """What `neutral` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def delimiter_of(header: str) -> str:
    """The delimiter of a first line: the one that comes most often."""
    return max(DELIMITERS, key=header.count)


def read_table(text: io.TextIOBase, delimiter: str) -> Iterator[Line]:
    """Every row by the names in the first one. Raises `InputError` for a header that cannot be one."""
    csv.field_size_limit(MOST_LINE)
    rows = csv.reader(_pieces(text), delimiter=delimiter, strict=False)
    header: list[str] | None = None
    number = 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Line(number, None, f"it cannot be read ({error}), and nothing after it was")
            return
        if row is None:
            return
        if header is None:
            header = _header(row)
        elif row:
            yield _line(number, header, row)
        number = rows.line_num + 1


def write_table(rows: Iterable[Mapping[str, Any]], header: Sequence[str], delimiter: str) -> Iterator[str]:
    """Lines of a table (RFC 4180), the header first; what is no text is written as JSON."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        yield _taken(buffer)
        writer.writerow([neutral(_cell(row.get(name))) for name in header])
    yield _taken(buffer)


def _pieces(text: io.TextIOBase) -> Iterator[str]:
    """Lines, none longer than can be held."""
    while line := text.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise csv.Error(f"a line is longer than {MOST_LINE:,} characters")
        yield line


def _header(row: list[str]) -> list[str]:
    names = [restored(name).strip() or f"column {place}" for place, name in enumerate(row, 1)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise InputError(f"The column {json.dumps(twice)} is there twice. Give each column a name of its own.")
    return names


def _line(number: int, header: list[str], row: list[str]) -> Line:
    if len(row) > len(header):
        return Line(number, None, f"it has {len(row)} cells, but the first line names {len(header)} columns")
    cells = {name: restored(cell) for name, cell in zip(header, row, strict=False) if cell}
    broken = next((cell for cell in cells.values() if re.search("[\udc80-\udcff]", cell)), None)
    if broken is not None:
        return Line(number, None, "it is not UTF-8; name its encoding, for example cp1252")
    return Line(number, cells)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text

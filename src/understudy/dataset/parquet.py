"""Parquet files, some rows at a time (pyarrow, in the extra `parquet`).

Parquet gives every row every field, so a field that is null in a row was not there. A file says how large its parts
are when unpacked, and one that would grow beyond measure is refused before it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from understudy.dataset.jsonl import Line
from understudy.errors import InputError
from understudy.importing import importing

MOST_GROUP = 1 << 30
"""Bytes of a row group when unpacked."""

_BATCH, MOST_BATCH = 1_000, 8 << 20
"""Rows and bytes that are turned into Python's values at once."""


def read_parquet(path: Path, on_row: Callable[[float], None]) -> Iterator[Line]:
    """Every row; `on_row` hears the share of rows that were read. Raises `InputError`."""
    parquet = _pyarrow()
    from pyarrow import ArrowException

    try:
        with parquet.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            _check(path, file.metadata)
            number = 0
            for batch in file.iter_batches(_rows_at_once(file.metadata)):
                for row in batch.to_pylist():
                    number += 1
                    yield Line(number, {str(name): _plain(value) for name, value in row.items() if value is not None})
                on_row(number / max(1, file.metadata.num_rows))
    except (ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as Parquet ({error}). Check the file.") from error


def write_parquet(path: Path, rows: Iterable[Mapping[str, Any]], header: Sequence[str]) -> None:
    """Rows with the columns of `header`, all texts; what is no text is written as JSON."""
    parquet = _pyarrow()
    import pyarrow

    schema = pyarrow.schema([(name, pyarrow.string()) for name in header])
    left = iter(rows)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(left, _BATCH)):
            cells = [{name: _cell(row.get(name)) for name in header} for row in some]
            writer.write_table(pyarrow.Table.from_pylist(cells, schema))


def _pyarrow() -> Any:
    try:
        with importing("pyarrow.parquet"):
            from pyarrow import parquet
    except ImportError as error:
        raise InputError('Parquet needs pyarrow. Install it: pip install "understudy[parquet]"') from error
    return parquet


def _check(path: Path, metadata: Any) -> None:
    for place in range(metadata.num_row_groups):
        if metadata.row_group(place).total_byte_size > MOST_GROUP:
            raise InputError(
                f"{path.name} unpacks to more than {MOST_GROUP >> 30} GiB at once. Write it with smaller row groups."
            )


def _rows_at_once(metadata: Any) -> int:
    """So many rows as are some megabytes when unpacked."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    each = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return max(1, min(_BATCH, MOST_BATCH // max(1, each)))


def _plain(value: Any) -> Any:
    """As JSON has it: no nulls inside, moments and bytes as text."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)


def _cell(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)

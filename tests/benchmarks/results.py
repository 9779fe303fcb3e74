"""What was measured, kept so that one benchmark can be run again without losing the others.

`results.json` has a row per id, merged by id; `RESULTS.md` is the same as a table for people.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

HERE = Path(__file__).parent
JSON, TABLE, NOTES = HERE / "results.json", HERE / "RESULTS.md", HERE / "NOTES.md"


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: `aim` is what it should be at most or at least, as text; `peer` what it was compared with."""

    id: str
    value: float
    unit: str
    aim: str = ""
    peer: str = ""


Benchmark = Callable[[], Iterator[Result]]
_REGISTRY: dict[str, Benchmark] = {}


def benchmark(*ids: str) -> Callable[[Benchmark], Benchmark]:
    """Register a function that yields results with these ids."""

    def register(function: Benchmark) -> Benchmark:
        for name in ids:
            _REGISTRY[name] = function
        return function

    return register


def registered() -> dict[str, Benchmark]:
    """Every known id and the function that measures it."""
    return dict(_REGISTRY)


def machine() -> str:
    """Processor, cores and memory, without anything that names this computer."""
    return f"{_processor()}, {psutil.cpu_count(logical=False)} cores, {psutil.virtual_memory().total / 2**30:.0f} GB"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.is_file()
        else []
    )
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> str:
    """Of Python and the libraries that matter for speed."""
    found = [f"Python {platform.python_version()}"]
    for name in ("torch", "transformers", "peft", "gradio"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def save(results: list[Result]) -> list[dict[str, object]]:
    """Merge `results` into the files by id and return all rows."""
    stamp = {"date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "machine": machine()}
    old = json.loads(JSON.read_text(encoding="utf-8")) if JSON.is_file() else []
    rows = {row["id"]: row for row in old} | {result.id: asdict(result) | stamp for result in results}
    ordered = [rows[name] for name in sorted(rows)]
    JSON.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    TABLE.write_text(_table(ordered), encoding="utf-8")
    return ordered


def _table(rows: list[dict[str, object]]) -> str:
    lines = [
        "# Measured",
        "",
        f"By `make bench` with {versions()}. A ratio compares two things measured alternately in one run.",
        "",
        "| id | value | aim | against | date | machine |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        figure = f"{row['value']} {row['unit']}".strip()
        lines.append(f"| {row['id']} | {figure} | {row['aim']} | {row['peer']} | {row['date']} | {row['machine']} |")
    notes = "\n" + NOTES.read_text(encoding="utf-8") if NOTES.is_file() else ""
    return "\n".join(lines) + "\n" + notes

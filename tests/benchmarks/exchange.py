"""Files in and out: rows a second and the memory that takes, each in a process of its own.

The rows are short questions of one kind with an answer, as a table of intents has them; long rows say how the memory
grows with the file. Beside it, what only copies: `sqlite-utils insert` of the same lines into one table, which keeps no
conversation, no correction, no index and no way back, and `datasets`, which converts them to Arrow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.results import Result, benchmark

ROOT = Path(__file__).resolve().parents[2]
SHORT, LONG, GIGABYTE = 100_000, 50_000, 250_000
LONG_TEXT = 4_000

_MEASURE = """
import re, resource, time
from pathlib import Path
begun = time.perf_counter(), time.process_time()
{0}
seconds, cpu = time.perf_counter() - begun[0], time.process_time() - begun[1]
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
reader = resource.getrusage(resource.RUSAGE_CHILDREN)
print(seconds, cpu, reader.ru_utime + reader.ru_stime, (int(most) + reader.ru_maxrss) / 1024)
"""
"""The most memory is the kernel's figure for this program, as `ru_maxrss` begins with that of whoever started it, and
that one for the process that reads ahead: no less than it had."""

_IMPORT = """
from pathlib import Path
from understudy.playground.bringing import bring, look
from understudy.store import Store
with Store.open(Path({folder!r}) / "understudy.db") as store:
    done = bring(store, "starter", look(Path({file!r})))
    assert done.added == {rows}, done
"""
_EXPORT = """
from pathlib import Path
from understudy.playground.sending import send
from understudy.store import Filter, Store
with Store.open(Path({folder!r}) / "understudy.db") as store:
    sent = send(store, lambda: store.items.each(Filter()), Path({folder!r}) / "out.jsonl", "openai-sft")
    assert sent.counts.rows == {rows}, sent
"""
_DATASETS = """
import datasets
datasets.disable_progress_bars()
assert datasets.load_dataset("json", data_files={file!r}, cache_dir={folder!r}, split="train").num_rows == {rows}
"""
_SQLITE_UTILS = """
import json
from sqlite_utils import Database
with open({file!r}) as lines:
    Database({folder!r} + "/plain.db")["rows"].insert_all(json.loads(line) for line in lines)
"""


@dataclass(frozen=True)
class Measured:
    """Seconds, seconds of processor time, those of the processes it started, and the most memory of both in MB."""

    seconds: float
    cpu: float
    beside: float
    memory: float


@benchmark("import-rows-per-s", "import-peak-mb", "export-rows-per-s", "import-vs-sqlite-utils", "import-vs-datasets")
def exchange() -> Iterator[Result]:
    """Rows a second of a hundred thousand short rows, and the most memory, also with long ones."""
    with tempfile.TemporaryDirectory() as folder:
        file = rows_file(Path(folder) / "rows.jsonl", SHORT)
        done = measured(_IMPORT, folder, file, SHORT)
        out = measured(_EXPORT, folder, file, SHORT)
        plain = measured(_SQLITE_UTILS, folder, file, SHORT)
        arrow = measured(_DATASETS, folder, file, SHORT)
    with tempfile.TemporaryDirectory() as folder:
        file = rows_file(Path(folder) / "rows.jsonl", LONG, LONG_TEXT)
        size = file.stat().st_size >> 20
        long = measured(_IMPORT, folder, file, LONG)
    rate = f"{SHORT / done.cpu:,.0f} per second of processor time, {SHORT / done.beside:,.0f} of the reader's beside it"
    yield Result("import-rows-per-s", round(SHORT / done.seconds), "rows/s", ">= 20000", rate)
    most = f"with its reader; {SHORT:,} short rows; {size} MB of long"
    yield Result("import-peak-mb", round(max(done.memory, long.memory)), "MB", "<= 500", most)
    rate = f"openai-sft; {SHORT / out.cpu:,.0f} per second of processor time"
    yield Result("export-rows-per-s", round(SHORT / out.seconds), "rows/s", "", rate)
    yield _times("import-vs-sqlite-utils", done, plain, "insert_all into one table")
    yield _times("import-vs-datasets", done, arrow, "load_dataset to Arrow")


def _times(name: str, done: Measured, other: Measured, peer: str) -> Result:
    processor = round((done.cpu + done.beside) / (other.cpu + other.beside), 1)
    return Result(name, round(done.seconds / other.seconds, 1), "x time", "", f"{peer}; {processor} x processor time")


@benchmark("import-1gb-s", "import-1gb-peak-mb")
def gigabyte() -> Iterator[Result]:
    """A file of 1 GB, made on the fly."""
    with tempfile.TemporaryDirectory() as folder:
        file = rows_file(Path(folder) / "rows.jsonl", GIGABYTE, LONG_TEXT)
        size = file.stat().st_size / 1e6
        done = measured(_IMPORT, folder, file, GIGABYTE)
    peer = f"{size:,.0f} MB, {GIGABYTE:,} rows; {done.cpu:.0f} s of processor time"
    yield Result("import-1gb-s", round(done.seconds), "s", "", peer)
    yield Result("import-1gb-peak-mb", round(done.memory), "MB", "<= 500", "with its reader")


def rows_file(path: Path, rows: int, text: int = 0) -> Path:
    """Lines of prompt and completion, no two alike."""
    with path.open("w") as file:
        for n in range(rows):
            row = {
                "prompt": f"I am still waiting on card number {n}, when will it be here?",
                "completion": f"arrival {n}",
            }
            row["completion"] += " and more" * (text // 9)
            file.write(json.dumps(row) + "\n")
    return path


def measured(script: str, folder: str, file: Path, rows: int) -> Measured:
    """What a script took, in a process of its own."""
    code = _MEASURE.format(script.format(folder=folder, file=str(file), rows=rows))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Measured(*map(float, done.stdout.split()[-4:]))

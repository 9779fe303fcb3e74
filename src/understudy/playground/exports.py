"""Exports that a page asks for: written in the background, watched, stopped, then fetched with their card.

A view is written before it is offered, so that what its format cannot hold is counted, and said, before anybody takes
the file for the whole.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from understudy.dataset.formats import Format
from understudy.errors import Cancelled, InputError, NotFoundError, UnderstudyError
from understudy.playground.curating import Desk
from understudy.playground.limits import checked_text
from understudy.playground.sending import NO_LICENCE, OUTPUTS, Counts, send
from understudy.playground.transfers import Transfers
from understudy.store import Filter, Store
from understudy.store.ids import new_id

log = logging.getLogger(__name__)

_LEARNED = "Only answers worth learning: corrections, winners of votes, good ratings. Bad ratings stay behind"
_PAIRS = "Only pairs: votes, and corrections with the answer that they replace. Ratings stay behind"
_BARE = "Comments, topics, tags and names do too."

HOLDS: Mapping[Format, str] = {
    Format.COLUMNS: "Holds everything that was said, with comments, topics, tags and names.",
    Format.CHAT: f"{_LEARNED}. {_BARE}",
    Format.TRL_COMPLETION: f"{_LEARNED}. {_BARE}",
    Format.SHAREGPT: f"{_LEARNED}. {_BARE}",
    Format.COMPLETION: f"{_LEARNED}, and so do questions with a system prompt or earlier messages. {_BARE}",
    Format.ALPACA: f"{_LEARNED}, and so do questions with earlier messages. {_BARE}",
    Format.PREFERENCE: f"{_PAIRS}. {_BARE}",
    Format.TRL_PAIR: f"{_PAIRS}. {_BARE}",
    Format.TRANSCRIPT: f"{_PAIRS}. {_BARE}",
    Format.TRL_UNPAIRED: f"Only rated answers, good or bad. Corrections and votes stay behind. {_BARE}",
}
"""What a format carries and what it cannot, for a person to read before they choose."""

LABELS = {
    "jsonl": "JSONL, everything",
    "csv": "CSV, everything",
    "tsv": "TSV, everything",
    "parquet": "Parquet, everything",
    "openai-sft": "OpenAI chat",
    "openai-dpo": "OpenAI preference",
    "prompt-completion": "Prompt and completion",
    "trl-messages": "TRL messages",
    "trl-prompt-completion": "TRL prompt and completion",
    "trl-preference": "TRL preference",
    "trl-unpaired": "TRL unpaired preference",
    "sharegpt": "ShareGPT",
    "alpaca": "Alpaca",
    "hh": "Transcripts of pairs (HH)",
}
"""The outputs as a page lists them, those that hold most first."""

ENDINGS = {"csv": "csv", "tsv": "tsv", "parquet": "parquet", "alpaca": "json"}


@dataclass(slots=True)
class Exporting:
    """An export under way. `file` and `card` are transfers to fetch when it is done; `message` is what to read then."""

    id: str
    total: int
    state: Literal["running", "done", "stopped", "failed"] = "running"
    rows: int = 0
    message: str = ""
    file: str = ""
    card: str = ""
    wanted: threading.Event = field(default_factory=threading.Event)


class Exports:
    """Reached as `playground.exports`: one thread for each export of this process."""

    def __init__(self, store: Store, desk: Desk, transfers: Transfers) -> None:
        self._store, self._desk, self._transfers = store, desk, transfers
        self._jobs: dict[str, Exporting] = {}
        self._threads: list[threading.Thread] = []

    def start(self, values: Mapping[str, object], format: str, licence: str = "") -> str:
        """Begin to write what a filter shows; returns the id to ask for. Raises `InputError`."""
        if format not in OUTPUTS:
            raise InputError(f"There is no format {format!r}. Reload the page.")
        licence = checked_text(licence, "licence", most=100) if licence.strip() else NO_LICENCE
        job = Exporting(new_id(), self._desk.count(values))
        self._jobs[job.id] = job
        thread = threading.Thread(target=self._run, args=(job, values, format, licence), name="export", daemon=True)
        self._threads.append(thread)
        thread.start()
        return job.id

    def get(self, job: str) -> Exporting:
        if job not in self._jobs:
            raise NotFoundError("This export is not known any more: the program was restarted. Begin it again.")
        return self._jobs[job]

    def stop(self, job: str) -> None:
        self.get(job).wanted.set()

    def close(self) -> None:
        """Stop what is under way and wait for it; half a file is none."""
        for job in self._jobs.values():
            job.wanted.set()
        for thread in self._threads:
            thread.join(10)

    def _run(self, job: Exporting, values: Mapping[str, object], format: str, licence: str) -> None:
        try:
            self._write(job, values, format, licence)
            job.state = "done"
        except Cancelled as error:
            job.message, job.state = str(error), "stopped"
        except UnderstudyError as error:
            job.message, job.state = str(error), "failed"
        except Exception as error:  # a thread has nobody above it who could tell the person
            log.exception("exporting failed")
            job.message, job.state = f"The export failed: {error}. The log has the details.", "failed"

    def _write(self, job: Exporting, values: Mapping[str, object], format: str, licence: str) -> None:
        file = self._transfers.add(f"understudy-{format}.{ENDINGS.get(format, 'jsonl')}")
        try:
            items = self._desk.shown(values)
            how = {"whole": not Filter.from_values(values).values(), "licence": licence, "view": self._name(values)}
            sent = send(self._store, items, file.path, format, on_progress=_hearing(job), **how)  # type: ignore[arg-type]
        except BaseException:
            self._transfers.drop(file.id)
            raise
        card = self._transfers.add(sent.card.name)
        sent.card.replace(card.path)
        job.rows, job.file, job.card, job.message = sent.counts.rows, file.id, card.id, words(sent.counts, format)

    def _name(self, values: Mapping[str, object]) -> str:
        """The saved view that is the same, or the filter itself, so that somebody else can ask for it again."""
        wanted = Filter.from_values(values)
        same = [view.name for view in self._store.views.list() if view.filter == wanted]
        return same[0] if same else json.dumps(wanted.values(), ensure_ascii=False) if wanted.values() else "everything"


def _hearing(job: Exporting) -> Callable[[int], bool]:
    def heard(rows: int) -> bool:
        job.rows = rows
        return not job.wanted.is_set()

    return heard


def words(counts: Counts, format: str) -> str:
    """What is in the file and what could not be, as a sentence."""
    rows = f"{counts.rows:,} row{'' if counts.rows == 1 else 's'}"
    if not counts.left_out:
        return f"{rows}. Nothing was left out."
    left = ", ".join(f"{kind} {n:,}" for kind, n in counts.left_out.most_common())
    return f"{rows}. Left out, because {LABELS[format]} cannot hold them: {left}."

"""Exports that a page asks for: written in the background, watched, stopped, then fetched with their card.

A view is written before it is offered, so that what its format cannot hold is counted, and said, before anybody takes
the file for the whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.dataset.formats import Format
from understudy.dataset.splits import SHARE
from understudy.errors import InputError
from understudy.playground.curating import Desk
from understudy.playground.data_card import split_words, synthetic_words
from understudy.playground.limits import checked_text
from understudy.playground.sending import NO_LICENCE, OUTPUTS, Sent, Wish, send
from understudy.playground.tasks import Heard, Tasks
from understudy.playground.transfers import Transfers
from understudy.store import Filter, Store

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


@dataclass(frozen=True, slots=True)
class Written:
    """What an export came to: transfers to fetch, and a `sentence` on what is in them. `eval` is "" in one file."""

    file: str
    eval: str
    card: str
    sentence: str


class Exports:
    """Reached as `playground.exports`. The result of each of its `tasks` is `Written`."""

    def __init__(self, store: Store, desk: Desk, transfers: Transfers) -> None:
        self._store, self._desk, self._transfers = store, desk, transfers
        self.tasks = Tasks("export", "Stopped. Nothing was written.")

    def start(
        self,
        values: Mapping[str, object],
        format: str,
        licence: str = "",
        *,
        split: bool = False,
        synthetic: bool = False,
    ) -> str:
        """Begin to write what a filter shows; returns the task to ask for. Raises `InputError`."""
        if format not in OUTPUTS:
            raise InputError(f"There is no format {format!r}. Reload the page.")
        licence = checked_text(licence, "licence", most=100) if licence.strip() else NO_LICENCE
        whole = not Filter.from_values(values).values()
        wish = Wish(whole, SHARE if split else 0.0, synthetic, licence, self._name(values))
        total = self._desk.count(values)
        return self.tasks.start(lambda heard: self._write(values, format, wish, _rows(heard, total)))

    def _write(
        self, values: Mapping[str, object], format: str, wish: Wish, on_progress: Callable[[int], bool]
    ) -> Written:
        made = self._transfers.add(f"understudy-{format}.{ENDINGS.get(format, 'jsonl')}")
        try:
            sent = send(self._store, lambda: self._desk.shown(values), made.path, format, wish, on_progress)
        except BaseException:
            self._transfers.drop(made.id)
            raise
        card, *judging = (self._moved(path) for path in (sent.card, *(file.path for file in sent.files[1:])))
        return Written(made.id, "".join(judging), card, words(sent))

    def _moved(self, path: Path) -> str:
        """A file that lies beside another one, as a transfer of its own."""
        made = self._transfers.add(path.name)
        path.replace(made.path)
        return made.id

    def _name(self, values: Mapping[str, object]) -> str:
        """The saved view that is the same, or the filter itself, so that somebody else can ask for it again."""
        wanted = Filter.from_values(values)
        same = [view.name for view in self._store.views.list() if view.filter == wanted]
        return same[0] if same else json.dumps(wanted.values(), ensure_ascii=False) if wanted.values() else "everything"


def _rows(heard: Heard, total: int) -> Callable[[int], bool]:
    """Hears how many rows are written; it goes on until `heard` raises."""

    def on_progress(rows: int) -> bool:
        heard(rows / max(1, total), "writing")
        return True

    return on_progress


def words(sent: Sent) -> str:
    """What is in the files and what could not be, as sentences."""
    counts = sent.counts
    told = [f"{counts.rows:,} row{'' if counts.rows == 1 else 's'}"]
    if counts.left_out:
        left = ", ".join(f"{kind} {n:,}" for kind, n in counts.left_out.most_common())
        told.append(f"Left out, because {LABELS[sent.format]} cannot hold them: {left}")
    else:
        told.append("Nothing was left out")
    if counts.synthetic or counts.synthetic_left:
        told.append(f"Synthetic wordings: {synthetic_words(sent)}")
    if sent.by:
        told.append(f"Split: {split_words(sent)}")
    return f"{'. '.join(told)}."

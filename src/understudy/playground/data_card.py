"""The card beside an exported file: what somebody should know who finds it, as the hub reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from understudy.dataset.jsonl import dump
from understudy.playground.licences import front

if TYPE_CHECKING:
    from understudy.playground.sending import Sent


def card_of(sent: Sent, sources: Mapping[str, int], licence: str, view: str) -> str:
    """What the files hold, where it came from and how it was split. `sources`: lines of each imported file."""
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
        f"- config_name: default\n  data_files:{_data_files(sent)}",
        "---",
        f"# {sent.path.name}",
        "",
        f"{counts.rows:,} rows of format `{sent.format}`. View: {view or 'all that is approved'}.",
        "",
        *(
            f"- {file.split or 'file'}: `{file.path.name}`, {file.rows:,} rows, {file.bytes:,} bytes, "
            f"SHA-256 `{file.sha256}`"
            for file in sent.files
        ),
        f"- split: {split_words(sent)}",
        f"- written by people: {counts.rows - counts.synthetic:,}; synthetic wordings: {synthetic_words(sent)}",
        *(f"- {name}: {told(counted)}" for name, counted in parts if counted),
        f"- sources: {told(Counter(sources)) or 'said here'}",
        "",
        "Made with Understudy from what people said about answers. Check each source's licence before you share it.",
    ]
    return "\n".join(lines) + "\n"


def split_words(sent: Sent) -> str:
    """How it was split, in words."""
    if not sent.by:
        return "one file; nothing was drawn by chance"
    if len(sent.files) == 1:
        return "there are too few groups for an eval file, so everything trains"
    train, judges = sent.files
    how = "as the tags say" if sent.by == "tags" else "by group: what asks nearly the same stays together"
    return f"{train.rows:,} train, {judges.rows:,} eval, {how}"


def synthetic_words(sent: Sent) -> str:
    """How many wordings are in it, how many stayed behind."""
    made, left = sent.counts.synthetic, sent.counts.synthetic_left
    return f"{made:,}, only in train, {left:,} left out" if sent.by and made else f"{made:,}, {left:,} left out"


def told(counted: Counter[str], most: int = 20) -> str:
    """The most frequent first, equal ones by name; how many more there are."""
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f", and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(f"{name} {n:,}" for name, n in ordered[:most]) + more


def _data_files(sent: Sent) -> str:
    """One file, or a file for each split; the hub calls eval test."""
    if len(sent.files) == 1:
        return f" {dump(sent.path.name)}"
    names = {"train": "train", "eval": "test"}
    each = (f"\n  - split: {names[file.split]}\n    path: {dump(file.path.name)}" for file in sent.files)
    return "".join(each)

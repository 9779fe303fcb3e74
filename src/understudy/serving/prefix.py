"""The conversation so far, kept as keys and values between turns.

A turn repeats everything that came before it, so the tokens it shares with an earlier prompt of the same version need
not be read again. Entries are compared token by token: an edited, branched or regenerated conversation reuses exactly
what it still has in common. Memory is bounded; the entry unused for longest goes first.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from understudy.serving.cache import KV


@dataclass(slots=True)
class _Entry:
    tag: Hashable
    tokens: list[int]
    kv: KV
    used: int
    size: int


class PrefixStore:
    """Prefixes of at most `limit` bytes together. `tag` names the weights that made them (version and slot)."""

    def __init__(self, limit: int = 512 * 2**20) -> None:
        self.limit = limit
        self._entries: list[_Entry] = []
        self._clock = 0

    def find(self, tag: Hashable, tokens: Sequence[int]) -> tuple[int, KV | None]:
        """The longest kept beginning of `tokens`: its length and its keys and values (which may be longer)."""
        best, length = None, 0
        for entry in self._entries:
            if entry.tag == tag and (n := common_length(entry.tokens, tokens)) > length:
                best, length = entry, n
        if best is None:
            return 0, None
        self._clock += 1
        best.used = self._clock
        return length, best.kv

    def add(self, tag: Hashable, tokens: Sequence[int], kv: KV) -> None:
        """Keep `tokens`; entries that are a beginning of it are replaced by it."""
        size = sum(k.nbytes + v.nbytes for k, v in kv)
        if size > self.limit or not tokens:
            return
        self._clock += 1
        new = _Entry(tag, list(tokens), kv, self._clock, size)
        kept = [e for e in self._entries if e.tag != tag or common_length(e.tokens, tokens) < len(e.tokens)]
        self._entries = [*kept, new]
        while self.size > self.limit:
            self._entries.remove(min(self._entries, key=lambda e: e.used))

    def drop(self, tag: Hashable) -> None:
        """Forget what the weights `tag` made."""
        self._entries = [e for e in self._entries if e.tag != tag]

    def clear(self) -> None:
        self._entries = []

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return sum(e.size for e in self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def common_length(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two sequences share at their beginning."""
    shared = min(len(a), len(b))
    if list(a[:shared]) == list(b[:shared]):
        return shared
    return next(i for i in range(shared) if a[i] != b[i])

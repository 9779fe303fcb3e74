"""Tokens to text while they arrive: whole characters, no re-reading of the whole answer, stop strings held back.

A token is often not a character: emoji and many scripts take several byte tokens, and SentencePiece writes the space
before a word. So a short window of the last tokens is decoded and only what can no longer change is let out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_WINDOW = 24
_CONTEXT = (4, 6, 8, 12)
_BROKEN = "\ufffd"


class Detokenizer:
    """Turns token ids of one answer into text; the joined pieces equal `tokenizer.decode` of all ids.

    After `_WINDOW` tokens the window slides, so a token costs the same at the end of a long answer as at its start.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._sent = 0

    def push(self, token: int) -> str:
        """The text that became certain with `token`; often one word, sometimes nothing."""
        self._ids.append(token)
        text = self._decode(self._ids)
        certain = len(text.rstrip(_BROKEN))
        piece = text[self._sent : certain]
        self._sent = max(self._sent, certain)
        if certain == len(text) and len(self._ids) >= _WINDOW:
            self._slide(text)
        return piece

    def flush(self) -> str:
        """What is left at the end, even if it is half a character (shown as U+FFFD, as `decode` does)."""
        text = self._decode(self._ids)
        piece, self._sent = text[self._sent :], len(text)
        return piece

    def _slide(self, text: str) -> None:
        """Keep a few tokens of context, chosen so that the cut falls between characters."""
        for size in _CONTEXT:
            tail = self._decode(self._ids[-size:])
            if tail and _BROKEN not in tail and text.endswith(tail.lstrip()):
                self._ids, self._sent = self._ids[-size:], len(tail)
                return

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


class StopStrings:
    """Lets text through until one of `stops` appears; text that may be the beginning of one waits.

    With `strip` the white space before the first word is dropped (a plain prompt ends in "Assistant:").
    """

    def __init__(self, stops: Sequence[str], strip: bool = False) -> None:
        self._stops = tuple(stops)
        self._strip = strip
        self._held = ""
        self.found = False

    def push(self, text: str) -> str:
        """What may be shown now. After a stop string was found nothing more comes."""
        if self.found:
            return ""
        self._held += text
        if self._strip:
            self._held = self._held.lstrip()
            self._strip = not self._held
        ends = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if ends:
            self.found, piece, self._held = True, self._held[: min(ends)], ""
            return piece
        keep = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        piece = self._held[: len(self._held) - keep]
        self._held = self._held[len(piece) :]
        return piece

    def flush(self) -> str:
        """What was held back, when the answer ends without a stop string."""
        piece, self._held = self._held, ""
        return piece


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that is a beginning of `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)

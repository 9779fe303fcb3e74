"""The difference of two texts in words: what a person who corrected wants to see, not what a machine diffed.

Words keep the white space that follows them, so joining the spans gives either text back exactly. Ratcliff-Obershelp
(`difflib`) without its popularity heuristic, which drops frequent words of long texts.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from understudy.playground.view import Span

_WORD = re.compile(r"\s+|\S+\s*")


def difference(before: str, after: str) -> tuple[Span, ...]:
    """Spans that rebuild `before` (same + removed) and `after` (same + added), in reading order."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    spans: list[Span] = []
    for operation, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            spans.append(Span("same", "".join(old[i:j])))
            continue
        if i < j:
            spans.append(Span("removed", "".join(old[i:j])))
        if k < m:
            spans.append(Span("added", "".join(new[k:m])))
    return tuple(spans)

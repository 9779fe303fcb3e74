"""Search over titles and texts: every word must be in one text, the last one may be just begun.

What a person types is never query syntax: each word becomes a quoted string. Words of scripts that put no spaces
between words, and words without a letter or digit (`:-)`, an emoji), are not in a word index; they are looked for as
they stand, letter by letter, which takes longer and finds the same on every text.
"""

from __future__ import annotations

import re

from understudy.store.connections import Connections, Row, marks

_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_AROUND = 40
"""Characters of text shown before and after a hit that was found letter by letter."""

_NEWEST = """
    SELECT conversations.id, title, created, updated, max(found.id) AS passage
    FROM passages AS found JOIN conversations ON conversations.id = found.conversation
    WHERE deleted IS NULL AND {condition}
    GROUP BY conversations.id ORDER BY updated DESC, conversations.id DESC LIMIT :limit OFFSET :offset
"""


def hits(connections: Connections, search: str, limit: int, offset: int) -> list[Row]:
    """Rows of id, title, created, updated, snippet; newest conversation first."""
    words = search.split()
    page: Row = {"limit": limit, "offset": offset}
    if all(_indexed(word) for word in words):
        query = match(words)
        condition = "found.id IN (SELECT rowid FROM search WHERE search MATCH :query)"
        rows = connections.rows(_NEWEST.format(condition=condition), {**page, "query": query})
        snippets = _snippets(connections, query, [row["passage"] for row in rows])
    else:
        condition = " AND ".join(rf"found.text LIKE :word{place} ESCAPE '\'" for place in range(len(words)))
        likes = {f"word{place}": f"%{_literal(word)}%" for place, word in enumerate(words)}
        rows = connections.rows(_NEWEST.format(condition=condition), {**page, **likes})
        snippets = _surroundings(connections, words[0], [row["passage"] for row in rows])
    for row in rows:
        row["snippet"] = snippets.get(row.pop("passage"), "")
    return rows


def match(words: list[str]) -> str:
    """An FTS5 query: every word as a string, the last one as a prefix."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in words) + "*"


def _indexed(word: str) -> bool:
    return any(map(str.isalnum, word)) and not _SPACELESS.search(word)


def _literal(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _snippets(connections: Connections, query: str, passages: list[int]) -> dict[int, str]:
    rows = connections.rows(
        "SELECT rowid, snippet(search, 0, '⟦', '⟧', '…', 12) AS snippet FROM search"
        f" WHERE search MATCH ? AND +rowid IN ({marks(passages)})",
        [query, *passages],
    )
    return {row["rowid"]: row["snippet"] for row in rows}


def _surroundings(connections: Connections, word: str, passages: list[int]) -> dict[int, str]:
    rows = connections.rows(f"SELECT id, text FROM passages WHERE id IN ({marks(passages)})", passages)
    return {row["id"]: _surrounding(row["text"], word) for row in rows}


def _surrounding(text: str, word: str) -> str:
    found = re.search(re.escape(word), text, re.IGNORECASE)
    if found is None:  # cases that only one of the two folds
        return text[: 2 * _AROUND]
    start, end = max(0, found.start() - _AROUND), found.end() + _AROUND
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return f"{before}{text[start : found.start()]}⟦{found[0]}⟧{text[found.end() : end]}{after}"

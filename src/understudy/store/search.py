"""Search over titles and texts: every word must be in one text, the last one may be just begun.

What a person types is never query syntax: each word becomes a quoted string. Words of scripts that put no spaces
between words, and words without a letter or digit (`:-)`, an emoji), are not in a word index; they are looked for as
they stand, letter by letter, which takes longer and finds the same on every text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlite_utils import Database

from understudy.store.connections import Connections, Row, marks

_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_AROUND, _SEEN = 40, 20_000
"""Characters shown before and after a hit, and how much of a text is looked at for one to show."""

_NEWEST = """
    SELECT conversations.id, title, created, updated, max(found.id) AS passage
    FROM passages AS found JOIN conversations ON conversations.id = found.conversation
    WHERE deleted IS NULL AND person = :person AND {condition}
    GROUP BY conversations.id ORDER BY updated DESC, conversations.id DESC LIMIT :limit OFFSET :offset
"""


def hits(connections: Connections, search: str, person: str, limit: int, offset: int) -> list[Row]:
    """Of a person's conversations, rows of id, title, created, updated, snippet; newest conversation first."""
    words = search.split()
    if are_indexed(words):
        condition = "found.id IN (SELECT rowid FROM search WHERE search MATCH :query)"
        values: Row = {"query": match(words)}
    else:
        condition = " AND ".join(rf"found.text LIKE :word{place} ESCAPE '\'" for place in range(len(words)))
        values = {f"word{place}": anywhere(word) for place, word in enumerate(words)}
    rows = connections.rows(
        _NEWEST.format(condition=condition), {**values, "person": person, "limit": limit, "offset": offset}
    )
    snippets = _snippets(connections, words, [row["passage"] for row in rows])
    for row in rows:
        row["snippet"] = snippets.get(row.pop("passage"), "")
    return rows


def rebuild(db: Database) -> None:
    """Make both indexes anew, of what is there: entries of what was deleted would keep its words."""
    for index in ("search", "item_search"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    db.execute("UPDATE items SET indexed = 1 WHERE indexed = 0")


def match(words: list[str]) -> str:
    """An FTS5 query: every word as a string, the last one as a prefix."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in words) + "*"


def any_of(words: Sequence[str]) -> str:
    """An FTS5 query: one of these words, each whole."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


def are_indexed(words: list[str]) -> bool:
    """Whether a word index can find all of these; else they are looked for as they stand."""
    return all(map(_indexed, words))


def anywhere(word: str) -> str:
    r"""A pattern for LIKE with ESCAPE '\': the word as it stands, wherever it is."""
    return f"%{_literal(word)}%"


def _indexed(word: str) -> bool:
    return any(map(str.isalnum, word)) and not _SPACELESS.search(word)


def _literal(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _snippets(connections: Connections, words: list[str], passages: list[int]) -> dict[int, str]:
    """What stands around the first hit of each passage. FTS5's own `snippet` would run the query once a row."""
    rows = connections.rows(f"SELECT id, text FROM passages WHERE id IN ({marks(passages)})", passages)
    pattern = re.compile("|".join(_beginning(word) for word in sorted(words, key=len, reverse=True)))
    return {row["id"]: _snippet(row["text"][:_SEEN], pattern) for row in rows}


def _beginning(word: str) -> str:
    """A pattern for a word: at the beginning of one where the index has words, else anywhere."""
    return (r"(?<!\w)" if _indexed(word) else "") + re.escape(_folded(word))


def _snippet(text: str, pattern: re.Pattern[str]) -> str:
    folded = _folded(text)
    first = pattern.search(folded)
    if first is None:  # further down, or folded by the index in a way of its own
        return text[: 2 * _AROUND]
    start, end = max(0, first.start() - _AROUND), first.end() + _AROUND
    pieces, last = ["…" if start else ""], start
    for hit in pattern.finditer(folded, start, end):
        pieces += [text[last : hit.start()], "⟦", text[hit.start() : hit.end()], "⟧"]
        last = hit.end()
    return "".join([*pieces, text[last:end], "…" if end < len(text) else ""])


def _folded(text: str) -> str:
    """Lower case without accents, as the index sees it, every character in its place."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[0] for letter in text)

"""SQLite's errors as sentences: which file, what is wrong with it, what to do next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from understudy.errors import StoreError

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk of {path} is full, so nothing was saved. Free some space and try again.",
    sqlite3.SQLITE_BUSY: "{path} is locked by another program. Close that program, or wait, and try again.",
    sqlite3.SQLITE_LOCKED: "{path} is locked by another program. Close that program, or wait, and try again.",
    sqlite3.SQLITE_READONLY: "{path} cannot be written to. Give yourself write permission for it and its folder, or"
    " set UNDERSTUDY_HOME to another folder.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened. Check that its folder exists and that you may write there, or"
    " set UNDERSTUDY_HOME to another folder.",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: no permission. Change its permissions, or set UNDERSTUDY_HOME to"
    " another folder.",
    sqlite3.SQLITE_NOTADB: "{path} is not a database. It was left as it is; move it away, or set UNDERSTUDY_HOME to"
    " another folder.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged. Put a backup in its place (`understudy db check` says what is wrong).",
    sqlite3.SQLITE_IOERR: "The disk refused to read or write {path} ({error}). Check the disk and the free space, and"
    " try again.",
    sqlite3.SQLITE_TOOBIG: "The text is too large for {path}. Shorten it and try again.",
}
_OTHERWISE = "{path} could not be used ({error}); nothing was saved. Try again; `understudy db check` looks for damage."


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a `StoreError` about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(sentence(error, path)) from error


def sentence(error: sqlite3.Error, path: Path) -> str:
    template = _SENTENCES.get(primary_code(error), _OTHERWISE)
    return template.format(path=path, error=error)


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without the extended part; -1 for errors of the Python module itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else code & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    return primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

"""The list of all steps, by which the library knows what a database still lacks, and how a step runs its script."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("understudy")
"""A step enters by being decorated; its function's name is what databases remember, so it never changes."""


def run(db: Database, script: str) -> None:
    """A script of paragraphs. Each runs by itself, because the library's splitter is quadratic in its length."""
    for paragraph in script.strip().split("\n\n"):
        db.executescript(paragraph)

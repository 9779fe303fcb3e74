"""Registered base models, their tuned versions, and which version was the champion when."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m003_models(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE models (name TEXT PRIMARY KEY, source TEXT NOT NULL, added TEXT NOT NULL) STRICT;
        CREATE TABLE versions (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, number INTEGER NOT NULL CHECK (number >= 1), name TEXT NOT NULL,
            path TEXT NOT NULL, created TEXT NOT NULL, note TEXT NOT NULL, UNIQUE (model, number)
        ) STRICT;
        CREATE TABLE champions (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, number INTEGER NOT NULL CHECK (number >= 0), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX champions_latest ON champions (model, id);
    """,
    )

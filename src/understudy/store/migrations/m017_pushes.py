"""Versions that were sent to the hub: the row is there before anything leaves, and says afterwards what came of it."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m017_pushes(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE pushes (
            id TEXT PRIMARY KEY, version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
            export TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE, repository TEXT NOT NULL,
            public INTEGER NOT NULL CHECK (public IN (0, 1)), licence TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'failed')), address TEXT NOT NULL DEFAULT '',
            revision TEXT NOT NULL DEFAULT '', fault TEXT NOT NULL DEFAULT '', created TEXT NOT NULL, ended TEXT
        ) STRICT;
        CREATE INDEX pushes_of_version ON pushes (version, id);
        CREATE INDEX pushes_of_export ON pushes (export);
    """,
    )

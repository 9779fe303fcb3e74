"""Versions that left as files for other programs, with what the export answered beside the version itself.

A line copies what was asked and said; when its correction is purged, the copies go and the comparison stays.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m012_exports(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE exports (
            id TEXT PRIMARY KEY, version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, form TEXT NOT NULL,
            dtype TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, program TEXT NOT NULL,
            unchecked TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX exports_of_version ON exports (version, id);

        CREATE TABLE export_lines (
            export TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE, position INTEGER NOT NULL, correction TEXT,
            question TEXT NOT NULL, live TEXT NOT NULL, exported TEXT NOT NULL, app TEXT,
            same INTEGER NOT NULL CHECK (same IN (0, 1)), gone INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (export, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX export_lines_of_correction ON export_lines (correction) WHERE correction IS NOT NULL;
        CREATE TRIGGER export_lines_forget AFTER DELETE ON corrections
            BEGIN UPDATE export_lines SET question = '', live = '', exported = '',
                app = CASE WHEN app IS NULL THEN NULL ELSE '' END, gone = 1 WHERE correction = old.id; END;
    """,
    )

"""What learning adds: approval and a switch on corrections, runs with their curves, verdicts, recalled memories.

A verdict copies what was said before and after; when its correction is purged, the copies go and `gone` stays, so
that a version still tells that it was trained on something deleted since.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m006_learning(db: Database) -> None:
    run(
        db,
        """
        ALTER TABLE corrections ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1));
        ALTER TABLE corrections ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
        CREATE INDEX corrections_state ON corrections (state, id);

        ALTER TABLE versions ADD COLUMN parent INTEGER;
        ALTER TABLE versions ADD COLUMN run TEXT;
        ALTER TABLE versions ADD COLUMN passed INTEGER CHECK (passed IN (0, 1));
        ALTER TABLE versions ADD COLUMN report TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(report));
        ALTER TABLE versions ADD COLUMN removed TEXT;

        CREATE TABLE runs (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, parent INTEGER NOT NULL, trigger TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
            wanted TEXT NOT NULL DEFAULT '' CHECK (wanted IN ('', 'pause', 'cancel')),
            phase TEXT NOT NULL DEFAULT '', progress REAL NOT NULL DEFAULT 0, seconds_left REAL,
            recipe TEXT NOT NULL CHECK (json_valid(recipe)), snapshot TEXT NOT NULL CHECK (json_valid(snapshot)),
            sentence TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(report)),
            version INTEGER, writer TEXT NOT NULL DEFAULT '', heartbeat TEXT NOT NULL DEFAULT '',
            created TEXT NOT NULL, started TEXT, finished TEXT
        ) STRICT;
        CREATE INDEX runs_open ON runs (id) WHERE finished IS NULL;
        CREATE TRIGGER runs_finish_once BEFORE UPDATE ON runs WHEN old.finished IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END;

        CREATE TABLE points (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, step INTEGER NOT NULL,
            value REAL NOT NULL, PRIMARY KEY (run, name, step)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE verdicts (
            version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, correction TEXT NOT NULL,
            before TEXT NOT NULL, after TEXT NOT NULL, learned INTEGER NOT NULL CHECK (learned IN (0, 1)),
            reason TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (version, correction)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX verdicts_of_correction ON verdicts (correction);
        CREATE TRIGGER verdicts_forget AFTER DELETE ON corrections
            BEGIN UPDATE verdicts SET before = '', after = '', gone = 1 WHERE correction = old.id; END;

        CREATE TABLE recalls (
            completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE, correction TEXT NOT NULL,
            score REAL NOT NULL, conflict TEXT, PRIMARY KEY (completion, correction)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embeddings (
            embedder TEXT NOT NULL, correction TEXT NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            vector BLOB NOT NULL, PRIMARY KEY (embedder, correction)
        ) STRICT, WITHOUT ROWID;
    """,
    )

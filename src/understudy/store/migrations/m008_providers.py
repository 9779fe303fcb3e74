"""Jobs at providers, what lies on their side, imported lines, recorded answers and what people think of them.

A job's row is there before anything is sent, its outside id from the next statement on: an id is set once and never
changed, so that a paid job is never lost from sight. Metrics are points of the job's run.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m008_providers(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE imports (
            id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            source TEXT NOT NULL, line INTEGER NOT NULL, format TEXT NOT NULL, digest TEXT NOT NULL,
            frame TEXT NOT NULL CHECK (json_valid(frame)), turn TEXT, chosen TEXT, rejected TEXT, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX imports_of_conversation ON imports (conversation);
        CREATE INDEX imports_digest ON imports (digest);
        CREATE TRIGGER imports_never_change BEFORE UPDATE ON imports
            BEGIN SELECT RAISE(ABORT, 'an imported line never changes'); END;

        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), provider TEXT NOT NULL, host TEXT NOT NULL,
            model TEXT NOT NULL, method TEXT NOT NULL, request TEXT NOT NULL CHECK (json_valid(request)),
            agreed TEXT NOT NULL CHECK (json_valid(agreed)), external TEXT, status TEXT NOT NULL DEFAULT '',
            answer TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(answer)), tuned TEXT, sentence TEXT NOT NULL DEFAULT '',
            created TEXT NOT NULL, asked TEXT, sent TEXT, finished TEXT
        ) STRICT;
        CREATE INDEX jobs_of_run ON jobs (run);
        CREATE INDEX jobs_open ON jobs (id) WHERE finished IS NULL;
        CREATE UNIQUE INDEX jobs_external ON jobs (host, external) WHERE external IS NOT NULL;
        CREATE TRIGGER jobs_keep_their_id BEFORE UPDATE OF external ON jobs
            WHEN old.external IS NOT NULL AND new.external IS NOT old.external
            BEGIN SELECT RAISE(ABORT, 'the id of a provider job never changes'); END;
        CREATE TRIGGER jobs_stay BEFORE DELETE ON jobs
            BEGIN SELECT RAISE(ABORT, 'a provider job is never forgotten'); END;

        CREATE TABLE job_events (
            job TEXT NOT NULL REFERENCES jobs (id), external TEXT NOT NULL, moment INTEGER NOT NULL,
            level TEXT NOT NULL, message TEXT NOT NULL, data TEXT NOT NULL CHECK (json_valid(data)),
            PRIMARY KEY (job, external)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_checkpoints (
            job TEXT NOT NULL REFERENCES jobs (id), external TEXT NOT NULL, step INTEGER NOT NULL, model TEXT NOT NULL,
            metrics TEXT NOT NULL CHECK (json_valid(metrics)), PRIMARY KEY (job, external)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE remote_files (
            id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs (id), purpose TEXT NOT NULL, name TEXT NOT NULL,
            bytes INTEGER NOT NULL, digest TEXT NOT NULL, external TEXT, created TEXT NOT NULL, deleted TEXT
        ) STRICT;
        CREATE INDEX remote_files_of_job ON remote_files (job);
        CREATE TRIGGER remote_files_keep_their_id BEFORE UPDATE OF external ON remote_files
            WHEN old.external IS NOT NULL AND new.external IS NOT old.external
            BEGIN SELECT RAISE(ABORT, 'the id of a remote file never changes'); END;

        CREATE TABLE golden_sets (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, model TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE golden_answers (
            id TEXT PRIMARY KEY, golden TEXT NOT NULL REFERENCES golden_sets (id) ON DELETE CASCADE,
            prompt TEXT NOT NULL CHECK (json_valid(prompt)), sampling TEXT NOT NULL CHECK (json_valid(sampling)),
            text TEXT NOT NULL, finish TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX golden_answers_of_set ON golden_answers (golden, id);
        CREATE TABLE comparisons (
            id TEXT PRIMARY KEY, answer TEXT NOT NULL REFERENCES golden_answers (id) ON DELETE CASCADE,
            model TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('old', 'new', 'tie', 'both_bad')), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX comparisons_of_answer ON comparisons (answer, id);
        CREATE TRIGGER golden_sets_never_change BEFORE UPDATE ON golden_sets
            BEGIN SELECT RAISE(ABORT, 'a golden set never changes'); END;
        CREATE TRIGGER golden_answers_never_change BEFORE UPDATE ON golden_answers
            BEGIN SELECT RAISE(ABORT, 'a recorded answer never changes'); END;
        CREATE TRIGGER comparisons_never_change BEFORE UPDATE ON comparisons
            BEGIN SELECT RAISE(ABORT, 'a comparison never changes'); END;
    """,
    )

"""Models of a job that were deleted at its provider, so that what is left there can be told."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m009_gone_models(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE gone_models (
            job TEXT NOT NULL REFERENCES jobs (id), model TEXT NOT NULL, deleted TEXT NOT NULL,
            PRIMARY KEY (job, model)
        ) STRICT, WITHOUT ROWID;
    """,
    )

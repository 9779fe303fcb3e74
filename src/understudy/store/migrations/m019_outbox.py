"""What was said since it was last written down elsewhere: for a disk that does not outlive the program.

A row enters in the transaction of the fact itself, so that nothing can be said and then missed. It enters only where
somebody takes it out again (`replicas` has a row): every other store pays a look into an empty table.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run

_FACTS = {"corrections": "state, enabled, person", "ratings": "state, person", "preferences": "state, person"}


@migrations()
def m019_outbox(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE replicas (
            id TEXT PRIMARY KEY, listening INTEGER NOT NULL CHECK (listening IN (0, 1)), created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE outbox (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('corrections', 'ratings', 'preferences', 'gone', 'back', 'purged')),
            subject TEXT NOT NULL
        ) STRICT;

        CREATE TRIGGER conversations_leave_outbox AFTER UPDATE OF deleted ON conversations
            WHEN (new.deleted IS NULL) <> (old.deleted IS NULL) AND EXISTS (SELECT 1 FROM replicas WHERE listening)
            BEGIN INSERT INTO outbox (kind, subject)
                VALUES (CASE WHEN new.deleted IS NULL THEN 'back' ELSE 'gone' END, new.id); END;
        CREATE TRIGGER conversations_purged_outbox AFTER DELETE ON conversations
            WHEN EXISTS (SELECT 1 FROM replicas WHERE listening)
            BEGIN INSERT INTO outbox (kind, subject) VALUES ('purged', old.id); END;
    """,
    )
    for table, moving in _FACTS.items():
        run(
            db,
            f"""
            CREATE TRIGGER {table}_outbox AFTER INSERT ON {table} WHEN EXISTS (SELECT 1 FROM replicas WHERE listening)
                BEGIN INSERT INTO outbox (kind, subject) VALUES ('{table}', new.id); END;
            CREATE TRIGGER {table}_moved_outbox AFTER UPDATE OF {moving} ON {table}
                WHEN EXISTS (SELECT 1 FROM replicas WHERE listening)
                BEGIN INSERT INTO outbox (kind, subject) VALUES ('{table}', new.id); END;
        """,
        )

"""What people said about answers. `corrections.state` is the one value that moves: what learning made of it."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m002_feedback(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE ratings (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            label INTEGER CHECK (label IN (0, 1)), reasons TEXT NOT NULL CHECK (json_valid(reasons)),
            comment TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX ratings_latest ON ratings (completion, id);

        CREATE TABLE corrections (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            original TEXT NOT NULL, text TEXT NOT NULL, withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
            created TEXT NOT NULL, author TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting'
        ) STRICT;
        CREATE INDEX corrections_latest ON corrections (completion, id);

        CREATE TABLE preferences (
            id TEXT PRIMARY KEY, vote TEXT NOT NULL, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            a TEXT NOT NULL REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED,
            b TEXT NOT NULL REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED CHECK (a <> b),
            verdict TEXT NOT NULL CHECK (verdict IN ('a', 'b', 'tie', 'both_bad', 'withdrawn')),
            blind INTEGER NOT NULL CHECK (blind IN (0, 1)), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX preferences_latest ON preferences (turn, vote, id);
        CREATE INDEX preferences_a ON preferences (a);
        CREATE INDEX preferences_b ON preferences (b);

        CREATE TRIGGER ratings_never_change BEFORE UPDATE ON ratings
            BEGIN SELECT RAISE(ABORT, 'a rating never changes'); END;
        CREATE TRIGGER corrections_never_change
            BEFORE UPDATE OF id, completion, original, text, withdrawn, created, author ON corrections
            BEGIN SELECT RAISE(ABORT, 'a correction never changes'); END;
        CREATE TRIGGER preferences_never_change BEFORE UPDATE ON preferences
            BEGIN SELECT RAISE(ABORT, 'a preference never changes'); END;
    """,
    )
    for table, turn in (
        ("ratings", "(SELECT turn FROM completions WHERE id = old.completion)"),
        ("corrections", "(SELECT turn FROM completions WHERE id = old.completion)"),
        ("preferences", "old.turn"),
    ):
        run(
            db,
            f"""
            CREATE TRIGGER {table}_stay BEFORE DELETE ON {table}
                WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                             WHERE turns.id = {turn} AND deleted IS NULL)
                BEGIN SELECT RAISE(ABORT, '{table} leave only with their conversation'); END;
        """,
        )

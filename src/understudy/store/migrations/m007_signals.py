"""What people do without saying so, as far as the tree does not tell it; and the wordings that a run trained.

`turns.chosen` moves; every choice behind it is a continuation, the newest counts. A form is a copy of what somebody
asked in other words, so it leaves with its correction.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m007_signals(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE continuations (
            id TEXT PRIMARY KEY, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            completion TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX continuations_latest ON continuations (turn, id);
        CREATE INDEX continuations_completion ON continuations (completion);
        INSERT INTO continuations SELECT id, id, chosen, created FROM turns WHERE chosen IS NOT NULL;

        CREATE TABLE edits (
            turn TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
            earlier TEXT NOT NULL REFERENCES turns (id) DEFERRABLE INITIALLY DEFERRED CHECK (turn <> earlier),
            created TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX edits_earlier ON edits (earlier);

        CREATE TABLE forms (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            correction TEXT NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            text TEXT NOT NULL, author TEXT NOT NULL CHECK (author IN ('rule', 'model')),
            PRIMARY KEY (run, correction, text)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX forms_of_correction ON forms (correction);
    """,
    )
    for table, noun in (("continuations", "a continuation"), ("edits", "an edit")):
        run(
            db,
            f"""
            CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table}
                BEGIN SELECT RAISE(ABORT, '{noun} never changes'); END;
            CREATE TRIGGER {table}_stay BEFORE DELETE ON {table}
                WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                             WHERE turns.id = old.turn AND deleted IS NULL)
                BEGIN SELECT RAISE(ABORT, '{table} leave only with their conversation'); END;
        """,
        )

"""Files that came in at once. Their conversations are no chats: the Curate page lists and searches them.

So neither the list of chats nor its word index pays for a million of them.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m011_batches(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE batches (
            id TEXT PRIMARY KEY, source TEXT NOT NULL, format TEXT NOT NULL,
            counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)), created TEXT NOT NULL, finished TEXT,
            undone TEXT
        ) STRICT;
        ALTER TABLE conversations ADD COLUMN batch TEXT REFERENCES batches (id);
        CREATE INDEX conversations_batch ON conversations (batch) WHERE batch IS NOT NULL;
        DROP INDEX conversations_newest;
        CREATE INDEX conversations_newest ON conversations (updated DESC, id DESC)
            WHERE deleted IS NULL AND batch IS NULL;

        CREATE INDEX imports_turn ON imports (turn) WHERE turn IS NOT NULL;

        DROP TRIGGER conversations_title_new;
        DROP TRIGGER turns_searchable;
        DROP TRIGGER completions_searchable_new;
        DROP TRIGGER completions_searchable;
        DROP TRIGGER corrections_searchable;

        CREATE TRIGGER conversations_title_new AFTER INSERT ON conversations WHEN new.title <> '' AND new.batch IS NULL
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER turns_searchable AFTER INSERT ON turns
            WHEN (SELECT batch FROM conversations WHERE id = new.conversation) IS NULL
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.conversation, 'turn', new.id, new.text); END;
        CREATE TRIGGER completions_searchable_new AFTER INSERT ON completions
            WHEN new.finish IS NOT NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'completion', new.id, new.text
                FROM turns JOIN conversations ON conversations.id = turns.conversation
                WHERE turns.id = new.turn AND batch IS NULL; END;
        CREATE TRIGGER completions_searchable AFTER UPDATE OF finish ON completions
            WHEN new.finish IS NOT NULL AND old.finish IS NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'completion', new.id, new.text
                FROM turns JOIN conversations ON conversations.id = turns.conversation
                WHERE turns.id = new.turn AND batch IS NULL; END;
        CREATE TRIGGER corrections_searchable AFTER INSERT ON corrections
            BEGIN DELETE FROM passages WHERE source = new.completion AND kind = 'correction';
                INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'correction', new.completion, new.text
                FROM completions JOIN turns ON turns.id = completions.turn
                JOIN conversations ON conversations.id = turns.conversation
                WHERE completions.id = new.completion AND NOT new.withdrawn AND batch IS NULL; END;
    """,
    )

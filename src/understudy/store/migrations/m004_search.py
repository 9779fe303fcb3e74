"""One passage a searchable text, kept by triggers so that no writer can forget it; FTS5 indexes the passages.

A passage is a copy. External content over the four tables would save that copy, but needs integer keys that
survive VACUUM in each of them. A running answer enters when it is finished, a withdrawn correction leaves.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m004_search(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('title', 'turn', 'completion', 'correction')), source TEXT NOT NULL,
            text TEXT NOT NULL, UNIQUE (source, kind)
        ) STRICT;
        CREATE INDEX passages_of_conversation ON passages (conversation);
        CREATE VIRTUAL TABLE search USING fts5 (
            text, content='passages', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
        CREATE TRIGGER passages_insert AFTER INSERT ON passages
            BEGIN INSERT INTO search (rowid, text) VALUES (new.id, new.text); END;
        CREATE TRIGGER passages_delete AFTER DELETE ON passages
            BEGIN INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text); END;

        CREATE TRIGGER conversations_title_new AFTER INSERT ON conversations WHEN new.title <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER conversations_title_set AFTER UPDATE OF title ON conversations WHEN new.title <> old.title
            BEGIN DELETE FROM passages WHERE source = new.id AND kind = 'title';
                INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER turns_searchable AFTER INSERT ON turns
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.conversation, 'turn', new.id, new.text); END;
        CREATE TRIGGER completions_searchable_new AFTER INSERT ON completions
            WHEN new.finish IS NOT NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'completion', new.id, new.text FROM turns WHERE id = new.turn; END;
        CREATE TRIGGER completions_searchable AFTER UPDATE OF finish ON completions
            WHEN new.finish IS NOT NULL AND old.finish IS NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'completion', new.id, new.text FROM turns WHERE id = new.turn; END;
        CREATE TRIGGER corrections_searchable AFTER INSERT ON corrections
            BEGIN DELETE FROM passages WHERE source = new.completion AND kind = 'correction';
                INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'correction', new.completion, new.text
                FROM turns JOIN completions ON completions.turn = turns.id
                WHERE completions.id = new.completion AND NOT new.withdrawn; END;

        INSERT INTO passages (conversation, kind, source, text)
            SELECT id, 'title', id, title FROM conversations WHERE title <> '';
        INSERT INTO passages (conversation, kind, source, text) SELECT conversation, 'turn', id, text FROM turns;
        INSERT INTO passages (conversation, kind, source, text)
            SELECT conversation, 'completion', completions.id, completions.text
            FROM completions JOIN turns ON turns.id = completions.turn
            WHERE finish IS NOT NULL AND completions.text <> '';
        INSERT INTO passages (conversation, kind, source, text)
            SELECT conversation, 'correction', completion, corrections.text
            FROM corrections JOIN completions ON completions.id = corrections.completion
            JOIN turns ON turns.id = completions.turn
            WHERE NOT withdrawn
              AND corrections.id = (SELECT max(id) FROM corrections AS c WHERE c.completion = corrections.completion);
    """,
    )

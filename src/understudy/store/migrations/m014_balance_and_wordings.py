"""How training evens out what it learns from, and questions in other words that wait for a person.

A tagged correction could not be corrected again: inside an upsert, a trigger's OR IGNORE is not heard (SQLite,
"ON CONFLICT clause"), so the tag that was there already failed it.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m014_balance_and_wordings(db: Database) -> None:
    run(
        db,
        """
        DROP TRIGGER items_gain_tags;
        CREATE TRIGGER items_gain_tags AFTER UPDATE OF fact ON items WHEN new.kind = 'correction'
            BEGIN INSERT INTO item_tags SELECT DISTINCT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact
                AND NOT EXISTS (SELECT 1 FROM item_tags WHERE item_tags.tag = tag.value AND item = new.number); END;

        CREATE TABLE balances (
            id TEXT PRIMARY KEY, how TEXT NOT NULL CHECK (how IN ('automatic', 'weights', 'over', 'under', 'none')),
            "by" TEXT NOT NULL CHECK ("by" IN ('kind', 'label', 'topic', 'source', 'author')),
            author TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE wordings (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            text TEXT NOT NULL, method TEXT NOT NULL
                CHECK (method IN ('paraphrase', 'translation', 'synonyms', 'order')),
            model TEXT NOT NULL, author TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected')), created TEXT NOT NULL,
            decider TEXT NOT NULL DEFAULT '', decided TEXT, UNIQUE (completion, text)
        ) STRICT;
        CREATE INDEX wordings_state ON wordings (state);
    """,
    )

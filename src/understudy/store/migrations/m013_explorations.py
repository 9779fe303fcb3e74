"""What was computed about many items at once (words, topics, a split), so that it is computed once.

A value repeats words that somebody wrote, so it is forgotten as soon as any conversation is purged; the parts are
numbers, and leave with their items. Places on a map are whole numbers, None where there is no map.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m013_explorations(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE explorations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, filter TEXT NOT NULL CHECK (json_valid(filter)),
            stamp TEXT NOT NULL, value TEXT NOT NULL CHECK (json_valid(value)), created TEXT NOT NULL,
            UNIQUE (kind, filter)
        ) STRICT;

        CREATE TABLE exploration_parts (
            exploration INTEGER NOT NULL REFERENCES explorations (id) ON DELETE CASCADE, part INTEGER NOT NULL,
            item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE, x INTEGER, y INTEGER,
            PRIMARY KEY (exploration, part, item)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX exploration_parts_item ON exploration_parts (item);

        CREATE TRIGGER explorations_forget AFTER DELETE ON turns
            BEGIN UPDATE explorations SET value = '{}', stamp = '' WHERE stamp <> ''; END;
    """,
    )

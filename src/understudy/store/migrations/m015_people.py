"""Accounts, sessions, and the person of a conversation; those that are there belong to the person of this machine.

`key` is the name as it is compared. A person who was removed stays as a row, so that nobody gets their name and
with it their conversations. Of a session only a hash of its token is here: who reads the file signs in nowhere.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m015_people(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE people (
            name TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL CHECK (role IN ('visitor', 'curator', 'owner')), password TEXT NOT NULL,
            created TEXT NOT NULL, removed TEXT
        ) STRICT;

        CREATE TABLE sessions (
            token TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES people (name) ON DELETE CASCADE,
            created TEXT NOT NULL, seen TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_person ON sessions (person);

        ALTER TABLE conversations ADD COLUMN person TEXT NOT NULL DEFAULT '';
        DROP INDEX conversations_newest;
        CREATE INDEX conversations_newest ON conversations (person, updated DESC, id DESC)
            WHERE deleted IS NULL AND batch IS NULL;
    """,
    )

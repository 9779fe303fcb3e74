"""The tree: a turn hangs on the completion it continues from, completions on the turn they answer."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m001_conversations(db: Database) -> None:
    run(
        db,
        """
        CREATE TABLE conversations (
            id TEXT PRIMARY KEY, title TEXT NOT NULL, system TEXT NOT NULL,
            columns TEXT NOT NULL CHECK (json_valid(columns)), sampling TEXT NOT NULL CHECK (json_valid(sampling)),
            blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
            head TEXT REFERENCES turns (id) DEFERRABLE INITIALLY DEFERRED,
            created TEXT NOT NULL, updated TEXT NOT NULL, deleted TEXT
        ) STRICT;
        CREATE INDEX conversations_newest ON conversations (updated DESC, id DESC) WHERE deleted IS NULL;
        CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted IS NOT NULL;
        CREATE INDEX conversations_head ON conversations (head);

        CREATE TABLE turns (
            id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED,
            text TEXT NOT NULL, system TEXT NOT NULL, blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
            chosen TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX turns_place ON turns (conversation, parent);
        CREATE INDEX turns_parent ON turns (parent);
        CREATE INDEX turns_chosen ON turns (chosen);
        CREATE TRIGGER turns_never_change BEFORE UPDATE OF id, conversation, parent, text, system, blind, created
            ON turns BEGIN SELECT RAISE(ABORT, 'a turn never changes'); END;

        CREATE TABLE completions (
            id TEXT PRIMARY KEY, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            model TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 0), label TEXT NOT NULL,
            sampling TEXT NOT NULL CHECK (json_valid(sampling)), text TEXT NOT NULL DEFAULT '',
            finish TEXT CHECK (finish IN ('stop', 'length', 'stopped', 'error', 'interrupted')), error TEXT,
            notices TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(notices)), prompt TEXT NOT NULL DEFAULT '',
            usage TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(usage)),
            writer TEXT NOT NULL, saved TEXT NOT NULL, created TEXT NOT NULL, finished TEXT
        ) STRICT;
        CREATE INDEX completions_of_turn ON completions (turn, position, id);
        CREATE INDEX completions_running ON completions (id) WHERE finish IS NULL;
        CREATE TRIGGER completions_finish_once BEFORE UPDATE ON completions WHEN old.finish IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished completion never changes'); END;

        CREATE TRIGGER conversations_stay BEFORE DELETE ON conversations WHEN old.deleted IS NULL
            BEGIN SELECT RAISE(ABORT, 'only a deleted conversation can be purged'); END;
        CREATE TRIGGER turns_stay BEFORE DELETE ON turns
            WHEN EXISTS (SELECT 1 FROM conversations WHERE id = old.conversation AND deleted IS NULL)
            BEGIN SELECT RAISE(ABORT, 'turns leave only with their conversation'); END;
        CREATE TRIGGER completions_stay BEFORE DELETE ON completions
            WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                         WHERE turns.id = old.turn AND deleted IS NULL)
            BEGIN SELECT RAISE(ABORT, 'completions leave only with their conversation'); END;
    """,
    )

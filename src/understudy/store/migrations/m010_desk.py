"""What an expert works on: one item for everything that was said about an answer, whoever said it and how.

`items` is an index kept by triggers: each fact that stands is one row, and a newer fact of the same kind, by the
same person, about the same answer moves the row on instead of adding one, so that tags, topic, note and history
stay with it. The state of a fact stays at the fact, where training reads it, and is copied here. Rows are numbered
as they came: an index on one column then pages newest first by itself, and costs a third of one with a date.

`gone` has two bits: 1 was taken back, 2 its conversation is deleted. `indexed` says whether the search has read
the item; it reads later and in batches, so that an import does not pay for it.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations, run


@migrations()
def m010_desk(db: Database) -> None:
    for table, fixed in (
        ("ratings", "id, completion, label, reasons, comment, created, author"),
        ("preferences", "id, vote, turn, a, b, verdict, blind, created, author"),
    ):
        noun = table.removesuffix("s")
        run(
            db,
            f"""
            ALTER TABLE {table} ADD COLUMN author TEXT NOT NULL DEFAULT '';
            ALTER TABLE {table} ADD COLUMN state TEXT NOT NULL DEFAULT 'approved'
                CHECK (state IN ('waiting', 'approved', 'rejected'));
            DROP TRIGGER {table}_never_change;
            CREATE TRIGGER {table}_never_change BEFORE UPDATE OF {fixed} ON {table}
                BEGIN SELECT RAISE(ABORT, 'a {noun} never changes'); END;
        """,
        )
    run(
        db,
        """
        CREATE TABLE items (
            number INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('correction', 'rating', 'vote', 'signal')), fact TEXT NOT NULL,
            turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE, completion TEXT NOT NULL,
            model TEXT NOT NULL, version INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected')), label TEXT NOT NULL,
            author TEXT NOT NULL, topic TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', created TEXT NOT NULL,
            gone INTEGER NOT NULL DEFAULT 0, indexed INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 0,
            wrong REAL NOT NULL DEFAULT 0, differs REAL NOT NULL DEFAULT 0, fresh REAL NOT NULL DEFAULT 0,
            dispute REAL NOT NULL DEFAULT 0, value REAL NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX items_state ON items (state) WHERE gone = 0;
        CREATE INDEX items_kind ON items (kind, state) WHERE gone = 0;
        CREATE INDEX items_label ON items (label) WHERE gone = 0;
        CREATE INDEX items_author ON items (author) WHERE gone = 0;
        CREATE INDEX items_topic ON items (topic) WHERE gone = 0;
        CREATE INDEX items_version ON items (model, version) WHERE gone = 0;
        CREATE INDEX items_value ON items (value) WHERE gone = 0;
        CREATE INDEX items_queue ON items (state, value) WHERE gone = 0;
        CREATE INDEX items_dispute ON items (dispute) WHERE gone = 0;
        CREATE INDEX items_turn ON items (turn);
        CREATE INDEX items_to_index ON items (number) WHERE indexed = 0;
        CREATE INDEX turns_text ON turns (substr(text, 1, 64));

        CREATE TABLE item_tags (
            tag TEXT NOT NULL, item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE,
            PRIMARY KEY (tag, item)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX item_tags_of_item ON item_tags (item);

        CREATE TABLE acts (
            number INTEGER PRIMARY KEY, author TEXT NOT NULL, words TEXT NOT NULL, created TEXT NOT NULL, undone TEXT
        ) STRICT;
        CREATE TABLE changes (
            item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE,
            act INTEGER NOT NULL REFERENCES acts (number), field TEXT NOT NULL, before TEXT NOT NULL,
            after TEXT NOT NULL, PRIMARY KEY (item, act, field)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX changes_of_act ON changes (act);

        CREATE TABLE views (
            name TEXT PRIMARY KEY, filter TEXT NOT NULL CHECK (json_valid(filter)), author TEXT NOT NULL,
            created TEXT NOT NULL
        ) STRICT;

        CREATE TABLE meanings (
            embedder TEXT NOT NULL, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE, vector BLOB NOT NULL,
            PRIMARY KEY (turn, embedder)
        ) STRICT;

        CREATE VIEW item_texts AS
            SELECT items.number, turns.text || char(10) || completions.text || char(10) || CASE kind
                WHEN 'correction' THEN (SELECT text FROM corrections WHERE id = items.fact)
                WHEN 'rating' THEN (SELECT comment FROM ratings WHERE id = items.fact)
                ELSE '' END || char(10) || items.note AS text
            FROM items JOIN turns ON turns.id = items.turn JOIN completions ON completions.id = items.completion;
        CREATE VIRTUAL TABLE item_search USING fts5 (
            text, content='item_texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
        CREATE TRIGGER items_text_goes BEFORE UPDATE OF fact, completion, note ON items WHEN old.indexed
            BEGIN INSERT INTO item_search (item_search, rowid, text)
                SELECT 'delete', number, text FROM item_texts WHERE number = old.number; END;
        CREATE TRIGGER items_text_comes AFTER UPDATE OF fact, completion, note ON items WHEN old.indexed
            BEGIN UPDATE items SET indexed = 0 WHERE number = new.number; END;
        CREATE TRIGGER items_have_tags AFTER INSERT ON items WHEN new.kind = 'correction'
            BEGIN INSERT OR IGNORE INTO item_tags SELECT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact; END;
        CREATE TRIGGER items_gain_tags AFTER UPDATE OF fact ON items WHEN new.kind = 'correction'
            BEGIN INSERT OR IGNORE INTO item_tags SELECT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact; END;
        CREATE TRIGGER items_leave AFTER UPDATE OF deleted ON conversations WHEN new.deleted IS NOT old.deleted
            BEGIN UPDATE items SET gone = (gone & 1) | (2 * (new.deleted IS NOT NULL))
                WHERE turn IN (SELECT id FROM turns WHERE conversation = new.id); END;
    """,
    )
    for table, fact in _FACTS.items():
        run(
            db,
            f"""
            CREATE TRIGGER {table}_are_items AFTER INSERT ON {table} {fact.when}
                BEGIN {fact.insert("new")} WHERE completions.id = new.{fact.completion} {_MOVES_ON}; END;
            CREATE TRIGGER {table}_have_a_state AFTER UPDATE OF state ON {table} WHEN new.state <> old.state
                BEGIN UPDATE items SET state = new.state, revision = revision + 1
                    WHERE subject = {fact.subject.format(fact="new")} AND fact = new.id AND state <> new.state; END;

            {fact.insert("f")} JOIN {table} AS f ON completions.id = f.{fact.completion} {fact.only}
                WHERE true ORDER BY f.id {_MOVES_ON};
        """,
        )
    run(
        db,
        """
        UPDATE items SET gone = gone | 2 WHERE turn IN (SELECT turns.id FROM turns
            JOIN conversations ON conversations.id = turns.conversation WHERE deleted IS NOT NULL);
    """,
    )


class _Fact(NamedTuple):
    """How a row of a table of facts becomes an item; `{fact}` is the name of the row."""

    kind: str
    completion: str
    subject: str
    label: str
    gone: str
    when: str = ""
    only: str = ""

    def insert(self, fact: str) -> str:
        values = (
            f"{self.subject}, '{self.kind}', {{fact}}.id, completions.turn, completions.id, model, version,"
            f" {{fact}}.state, {self.label}, {{fact}}.author, {{fact}}.created, {self.gone}"
        )
        return (
            "INSERT INTO items (subject, kind, fact, turn, completion, model, version, state, label, author, created,"
            f" gone) SELECT {values.format(fact=fact)} FROM completions"
        )


_FACTS = {
    "corrections": _Fact("correction", "completion", "'correction ' || {fact}.completion", "''", "{fact}.withdrawn"),
    "ratings": _Fact(
        "rating",
        "completion",
        "'rating ' || {fact}.completion || ' ' || {fact}.author",
        "CASE {fact}.label WHEN 1 THEN 'good' WHEN 0 THEN 'bad' ELSE '' END",
        "{fact}.label IS NULL",
    ),
    "preferences": _Fact(
        "vote",
        "a",
        "'vote ' || {fact}.turn",
        "CASE {fact}.verdict WHEN 'a' THEN 'chosen' ELSE {fact}.verdict END",
        "{fact}.verdict = 'withdrawn'",
        when="WHEN new.id = new.vote",
        only="AND f.id = f.vote",
    ),
}

_MOVES_ON = """ON CONFLICT (subject) DO UPDATE SET fact = excluded.fact, completion = excluded.completion,
    model = excluded.model, version = excluded.version, state = excluded.state, label = excluded.label,
    author = excluded.author, created = excluded.created, gone = excluded.gone, revision = revision + 1
    WHERE excluded.fact > items.fact"""
